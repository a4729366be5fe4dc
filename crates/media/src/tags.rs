//! What an MP4 says about itself: a title, a comment and a recipe among the tags that players read
//! (`moov/udta/meta/ilst`, as iTunes writes them). Works on the bytes of the tables alone: every box that is not one of
//! those three tags stays as it is, byte for byte. Knows no files.
//!
//! The recipe is a free-form tag (`----`) rather than a `uuid` box of our own: tag editors show it, keep it when they
//! write others, and can remove it, so that what a shared file reveals is no secret to the person who shares it.

use crate::MediaError;
use crate::boxes::{Inner, Kind, inside};

/// Most bytes of a title, a comment or a recipe.
pub const MAX_TAG: usize = 1 << 20;

const TITLE: Kind = *b"\xa9nam";
const COMMENT: Kind = *b"\xa9cmt";
const FREE_FORM: Kind = *b"----";
/// The namespace and the name of the recipe's tag.
const RECIPE: (&[u8], &[u8]) = (b"dev.lastframe", b"recipe");

/// The tags of a copy.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tags {
    /// Shown by players as the title (`©nam`).
    pub title: String,
    /// Shown as the comment (`©cmt`).
    pub comment: String,
    /// The recipe, as JSON: the free-form tag `dev.lastframe:recipe`.
    pub recipe: String,
}

/// Why tables are left alone, in words that follow "because".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Unusual(pub &'static str);

const BROKEN: Unusual = Unusual("its tables are damaged");

type Found<'a> = (Vec<Inner<'a>>, &'a [u8]);

fn boxes_in(bytes: &[u8]) -> Result<Found<'_>, Unusual> {
    inside(bytes, 0).ok_or(BROKEN)
}

/// The one box of that kind; `None` if there is none.
pub(crate) fn only<'a>(boxes: &[Inner<'a>], kind: Kind) -> Result<Option<Inner<'a>>, Unusual> {
    let mut found = boxes.iter().filter(|inner| inner.kind == kind);
    let first = found.next().copied();
    match found.next() {
        None => Ok(first),
        Some(_) => Err(Unusual("it has a table twice")),
    }
}

/// The content of a `moov` with these tags in place of those of the same names.
pub(crate) fn tagged(moov: &[u8], tags: &Tags) -> Result<Vec<u8>, Unusual> {
    let replacement = |old: Option<&Inner<'_>>| udta(old.map(|old| old.content), tags);
    with_child(moov, *b"udta", replacement)
}

/// `bytes` with its one child of that kind replaced, or a new one behind the others.
fn with_child(
    bytes: &[u8],
    kind: Kind,
    replacement: impl FnOnce(Option<&Inner<'_>>) -> Result<Vec<u8>, Unusual>,
) -> Result<Vec<u8>, Unusual> {
    let (boxes, end) = boxes_in(bytes)?;
    let old = only(&boxes, kind)?;
    let new = boxed(kind, &[&replacement(old.as_ref())?])?;
    let mut out = Vec::with_capacity(bytes.len() + new.len());
    for inner in &boxes {
        out.extend_from_slice(if inner.kind == kind { &new } else { inner.whole });
    }
    if old.is_none() {
        out.extend_from_slice(&new);
    }
    out.extend_from_slice(end);
    Ok(out)
}

fn udta(old: Option<&[u8]>, tags: &Tags) -> Result<Vec<u8>, Unusual> {
    with_child(old.unwrap_or_default(), *b"meta", |old| match old {
        None => new_meta(tags),
        Some(old) => meta(old.content, tags),
    })
}

/// Version and flags of a box that has them: zero.
const PLAIN: [u8; 4] = [0; 4];
/// What kind of metadata iTunes's are.
const ITUNES: &[u8] = b"mdir";

fn new_meta(tags: &Tags) -> Result<Vec<u8>, Unusual> {
    let handler = boxed(*b"hdlr", &[&PLAIN, &[0; 4], ITUNES, b"appl", &[0; 9]])?;
    let list = boxed(*b"ilst", &[&ilst(&[], tags)?])?;
    Ok([&PLAIN[..], &handler, &list].concat())
}

fn meta(old: &[u8], tags: &Tags) -> Result<Vec<u8>, Unusual> {
    let rest = meta_content(old).ok_or(Unusual("its tags are of another kind"))?;
    let list = with_child(rest, *b"ilst", |old| ilst(old.map_or(&[][..], |old| old.content), tags))?;
    Ok([&PLAIN[..], &list].concat())
}

/// The boxes of a `meta` that holds tags as iTunes writes them.
fn meta_content(meta: &[u8]) -> Option<&[u8]> {
    let rest = meta.strip_prefix(&PLAIN)?;
    let handler = inside(rest, 0)?.0.into_iter().find(|inner| &inner.kind == b"hdlr")?;
    (handler.content.get(8..12) == Some(ITUNES)).then_some(rest)
}

fn ilst(old: &[u8], tags: &Tags) -> Result<Vec<u8>, Unusual> {
    let (items, end) = boxes_in(old)?;
    let mut out: Vec<u8> = Vec::with_capacity(old.len() + 256);
    for item in items.iter().filter(|item| !is_ours(item)) {
        out.extend_from_slice(item.whole);
    }
    out.extend(boxed(TITLE, &[&data(&tags.title)?])?);
    out.extend(boxed(COMMENT, &[&data(&tags.comment)?])?);
    let namespace = boxed(*b"mean", &[&PLAIN, RECIPE.0])?;
    let name = boxed(*b"name", &[&PLAIN, RECIPE.1])?;
    out.extend(boxed(FREE_FORM, &[&namespace, &name, &data(&tags.recipe)?])?);
    out.extend_from_slice(end);
    Ok(out)
}

/// UTF-8 text without a language.
fn data(text: &str) -> Result<Vec<u8>, Unusual> {
    if text.len() > MAX_TAG {
        return Err(Unusual("its recipe has over 1 MB"));
    }
    boxed(*b"data", &[&[0, 0, 0, 1], &[0; 4], text.as_bytes()])
}

/// A box of these parts.
pub(crate) fn boxed(kind: Kind, parts: &[&[u8]]) -> Result<Vec<u8>, Unusual> {
    let length = 8 + parts.iter().map(|part| part.len()).sum::<usize>();
    let size = u32::try_from(length).map_err(|_| Unusual("its tables are too big"))?;
    let mut out = Vec::with_capacity(length);
    out.extend(size.to_be_bytes());
    out.extend_from_slice(&kind);
    for part in parts {
        out.extend_from_slice(part);
    }
    Ok(out)
}

fn is_ours(item: &Inner<'_>) -> bool {
    matches!(item.kind, TITLE | COMMENT) || recipe_in(item).is_some()
}

/// The boxes of our free-form tag, if `item` is that.
fn recipe_in<'a>(item: &Inner<'a>) -> Option<Vec<Inner<'a>>> {
    if item.kind != FREE_FORM {
        return None;
    }
    let (parts, _) = inside(item.content, 0)?;
    let word = |kind: Kind| parts.iter().find(|part| part.kind == kind)?.content.get(4..);
    (word(*b"mean") == Some(RECIPE.0) && word(*b"name") == Some(RECIPE.1)).then_some(parts)
}

/// The recipe in the content of a `moov`; `None` if there is none, or none that can be read.
///
/// # Errors
///
/// [`MediaError::Unsupported`] for one of over 1 MB.
pub(crate) fn recipe(moov: &[u8]) -> Result<Option<String>, MediaError> {
    let Some(bytes) = recipe_bytes(moov) else { return Ok(None) };
    if bytes.len() > MAX_TAG {
        return Err(MediaError::unsupported("A recipe of over 1 MB"));
    }
    Ok(std::str::from_utf8(bytes).ok().map(str::to_owned))
}

fn recipe_bytes(moov: &[u8]) -> Option<&[u8]> {
    let meta = child(child(moov, *b"udta")?.content, *b"meta")?;
    let list = child(meta_content(meta.content)?, *b"ilst")?;
    let parts = inside(list.content, 0)?.0.iter().find_map(recipe_in)?;
    let data = parts.into_iter().find(|part| &part.kind == b"data")?;
    data.content.strip_prefix(&[0, 0, 0, 1])?.get(4..)
}

fn child(bytes: &[u8], kind: Kind) -> Option<Inner<'_>> {
    inside(bytes, 0)?.0.into_iter().find(|inner| inner.kind == kind)
}
