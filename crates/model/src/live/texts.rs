//! Texts of a spec: shown beside the program's own words, so they must not be able to look like them.

use super::problem::{SpecError, SpecProblem};

/// Most characters of a name or a choice.
pub const NAME_MAX: usize = 80;
/// Most characters of a description or a default text.
pub const TEXT_MAX: usize = 1_000;

/// A text of one line: blanks of any kind are one space. Refused when it is too long, or has characters that control,
/// hide or turn around what stands beside them.
///
/// # Errors
/// [`SpecProblem::Text`], naming `what`.
pub fn plain_line(what: &str, text: &str, most: usize) -> Result<String, SpecError> {
    // Before anything is counted: a megabyte of blanks is no text either.
    if text.len() > most * 8 {
        return Err(SpecError::new(SpecProblem::Text, format!("{what} is too long.")));
    }
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    if line.chars().count() > most {
        return Err(SpecError::new(SpecProblem::Text, format!("{what} has more than {most} characters.")));
    }
    if line.chars().any(misleads) {
        let message = format!("{what} has characters that control or turn around the text beside them.");
        return Err(SpecError::new(SpecProblem::Text, message));
    }
    Ok(line)
}

/// A word of a list, to be sent back as it is: like [`plain_line`], but nothing about it may need mending.
pub(super) fn word(what: &str, text: &str) -> Result<String, SpecError> {
    let line = plain_line(what, text, NAME_MAX)?;
    if line == text {
        return Ok(line);
    }
    Err(SpecError::new(SpecProblem::Text, format!("{what} has line breaks, or blanks around it.")))
}

/// Whatever somebody wrote, for a message: cut, and without what misleads.
#[must_use]
pub fn shown(text: &str) -> String {
    let plain: String = text.chars().filter(|letter| !misleads(*letter)).take(NAME_MAX).collect();
    if plain.len() < text.len() { format!("{plain}…") } else { plain }
}

/// Control characters, direction marks and overrides, and characters without a width.
fn misleads(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{feff}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
}
