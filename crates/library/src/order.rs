//! The orders of the shelf. What clips are compared by is taken out of them first, so that sorting a hundred thousand of
//! them reads small numbers that lie side by side.

use std::collections::HashMap;

use lastframe_model::{Sort, SortKey};

use crate::index::{Entry, NO_COST};

/// Where each clip stands among all, oldest first, given their places newest first.
fn ranks(by_date: &[u32]) -> Vec<u32> {
    let mut ranks = vec![0; by_date.len()];
    for (place, rank) in by_date.iter().rev().zip(0..) {
        ranks[*place as usize] = rank;
    }
    ranks
}

/// Orders places that stand newest first. What is equal stays newest first. `roots` are needed by films only.
pub(crate) fn sort(
    order: &mut [u32],
    Sort { by, descending }: Sort,
    entries: &[Entry],
    by_date: &[u32],
    roots: &[u32],
) {
    let at = |place: u32| &entries[place as usize];
    match by {
        SortKey::Date if descending => {}
        SortKey::Date => order.reverse(),
        SortKey::Cost => order.sort_by_cached_key(|place| match at(*place).cost {
            NO_COST => i64::MAX,
            cost if descending => -cost,
            cost => cost,
        }),
        SortKey::Length => order.sort_by_cached_key(|place| {
            let length = comparable(at(*place).seconds);
            if descending { !length } else { length }
        }),
        SortKey::Film => {
            let ranks = ranks(by_date);
            order.sort_by_cached_key(|place| {
                let film = ranks[roots[*place as usize] as usize];
                (if descending { !film } else { film }, ranks[*place as usize])
            });
        }
    }
}

/// A whole number that compares as [`f64::total_cmp`] does.
fn comparable(value: f64) -> i64 {
    let bits = value.to_bits().cast_signed();
    bits ^ ((bits >> 63).cast_unsigned() >> 1).cast_signed()
}

/// For every place the first clip of its film, as far as it is here. `before` is the place of the clip that one continues.
pub(crate) fn roots(count: usize, before: &HashMap<u32, u32>) -> Vec<u32> {
    let mut roots: Vec<Option<u32>> = vec![None; count];
    let mut path = Vec::new();
    for start in 0..u32::try_from(count).unwrap_or(u32::MAX) {
        let mut place = start;
        path.clear();
        let root = loop {
            if let Some(known) = roots[place as usize] {
                break known;
            }
            path.push(place);
            match before.get(&place) {
                // A chain that bites its tail begins where it was entered.
                Some(before) if !path.contains(before) => place = *before,
                _ => break place,
            }
        };
        for place in &path {
            roots[*place as usize] = Some(root);
        }
    }
    roots.into_iter().zip(0..).map(|(root, itself)| root.unwrap_or(itself)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_compare_as_numbers_do() {
        let values = [f64::NEG_INFINITY, -2.5, -0.0, 0.0, f64::MIN_POSITIVE, 0.04, 5.0, 5.041_666, 12.0, f64::INFINITY];
        for (a, b) in values.iter().flat_map(|a| values.iter().map(move |b| (*a, *b))) {
            assert_eq!(comparable(a).cmp(&comparable(b)), a.total_cmp(&b), "{a} and {b}");
        }
    }

    #[test]
    fn chains_have_one_root_also_when_they_bite_their_tail() {
        // 0 ← 1 ← 2, 3 alone, 4 → 5 → 6 → 4
        let before = HashMap::from([(1, 0), (2, 1), (4, 5), (5, 6), (6, 4)]);
        let roots = roots(7, &before);
        assert_eq!(roots[..4], [0, 0, 0, 3]);
        assert!(roots[4..].iter().all(|root| *root == roots[4]), "a ring is one film: {roots:?}");
    }

    #[test]
    fn ranks_count_from_the_oldest() {
        assert_eq!(ranks(&[2, 0, 1]), [1, 0, 2]);
    }
}
