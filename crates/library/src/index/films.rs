//! What continues what, in memory.

use std::collections::{HashMap, HashSet};

use lastframe_model::ClipId;

use super::{Entry, Index, Numbers, key_of};
use crate::order;

/// The first clip of a film that nobody had to save.
#[derive(Clone, Copy)]
pub(crate) struct Head {
    /// `shelf.n`.
    pub(crate) n: u32,
    /// Of its id.
    pub(crate) key: u128,
    /// When the newest clip of its tree was made, in microseconds since 1970.
    pub(crate) newest: i64,
}

impl Index {
    /// Knows the first clip of every clip's film afterwards.
    pub(super) fn find_roots(&mut self) {
        if self.roots.is_empty() {
            self.roots = self.film_roots();
        }
    }

    fn film_roots(&self) -> Vec<u32> {
        let continued = self
            .entries
            .iter()
            .zip(0..)
            .filter_map(|(entry, place): (_, u32)| Some((place, self.place_of(*self.before.get(&entry.n)?)?)));
        order::roots(self.entries.len(), &continued.collect())
    }

    /// A clip and all that continue it.
    pub(super) fn tree(&self, root: u128) -> Numbers {
        let mut after: HashMap<u128, Vec<u32>> = HashMap::new();
        for (n, before) in &self.before {
            after.entry(*before).or_default().push(*n);
        }
        let keys: HashMap<u32, u128> = if after.contains_key(&root) {
            self.entries.iter().filter(|entry| self.before.contains_key(&entry.n)).map(|e| (e.n, e.key)).collect()
        } else {
            HashMap::new()
        };
        let mut tree = Numbers::default();
        if let Some(place) = self.place_of(root) {
            tree.insert(self.at(place).n);
        }
        let mut next = vec![root];
        while let Some(key) = next.pop() {
            for n in after.remove(&key).unwrap_or_default() {
                tree.insert(n);
                next.extend(keys.get(&n));
            }
        }
        tree
    }

    /// `shelf.n` of a clip that is here.
    pub(crate) fn number(&self, clip: &ClipId) -> Option<u32> {
        self.place_of(key_of(clip.as_str())).map(|place| self.at(place).n)
    }

    /// The first clips of all trees: each continues nothing that is here, and is continued by a clip outside the trash.
    /// The one whose tree grew last comes first.
    pub(crate) fn heads(&mut self) -> &[Head] {
        if self.heads.is_none() {
            self.find_roots();
            self.heads = Some(self.find_heads());
        }
        self.heads.as_deref().unwrap_or_default()
    }

    fn find_heads(&self) -> Vec<Head> {
        let before = |n: u32| self.before.get(&n).and_then(|key| self.place_of(*key));
        let (mut newest, mut continued) = (HashMap::<u32, i64>::new(), HashSet::new());
        for (entry, place) in self.entries.iter().zip(0_usize..) {
            let Some(earlier) = before(entry.n).filter(|_| !entry.is_trashed()) else { continue };
            continued.insert(earlier);
            let newest = newest.entry(self.roots[place]).or_insert(entry.made);
            *newest = entry.made.max(*newest);
        }
        let first = |(root, newest): (u32, i64)| {
            let Entry { n, key, .. } = *self.at(root);
            // A chain that bites its tail has no first clip.
            (continued.contains(&root) && before(n).is_none()).then_some(Head { n, key, newest })
        };
        let mut heads: Vec<Head> = newest.into_iter().filter_map(first).collect();
        heads.sort_unstable_by_key(|head| std::cmp::Reverse((head.newest, head.key)));
        heads
    }
}
