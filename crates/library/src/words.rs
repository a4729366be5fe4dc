//! How texts are prepared for being found, and how what a person types becomes a query of FTS5.
//!
//! FTS5 takes a run of Chinese characters for one word, since no spaces part them. So each such character is made a word
//! of its own, and a run of them that is looked for becomes a phrase: one character is found as well as twenty.

/// Stands between two texts of a clip, and is a word for FTS5: no phrase goes from one into the other.
const BETWEEN: &str = " \u{e000} ";

/// The texts of a clip as they are given to FTS5.
pub(crate) fn prepared<'a>(texts: impl IntoIterator<Item = &'a str>) -> String {
    let mut all = String::new();
    for text in texts.into_iter().filter(|text| !text.is_empty()) {
        if !all.is_empty() {
            all.push_str(BETWEEN);
        }
        parted(text, &mut all);
    }
    all
}

/// What was typed, for FTS5.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Typed {
    /// Nothing: everything is found.
    Nothing,
    /// Signs only: no text has them as a word.
    Signs,
    /// An expression whose every word is quoted, so that nothing in it is syntax.
    Words(String),
}

/// Every word that was typed must be there: Chinese as a phrase, others by their beginning.
pub(crate) fn typed(text: &str) -> Typed {
    let mut expression = String::new();
    for word in text.split(|letter: char| letter.is_whitespace() || letter.is_control()) {
        let Some(last) = word.chars().rev().find(|letter| is_letter(*letter)) else { continue };
        let mut phrase = String::new();
        parted(word, &mut phrase);
        let phrase = phrase.replace('"', " ");
        expression.push_str(if expression.is_empty() { "\"" } else { " AND \"" });
        expression.push_str(phrase.trim());
        expression.push_str(if stands_alone(last) { "\"" } else { "\" *" });
    }
    match expression.is_empty() {
        false => Typed::Words(expression),
        true if text.trim().is_empty() => Typed::Nothing,
        true => Typed::Signs,
    }
}

/// Writes a text with spaces around each character that is a word of its own.
fn parted(text: &str, to: &mut String) {
    for letter in text.chars() {
        if stands_alone(letter) {
            to.extend([' ', letter, ' ']);
        } else {
            to.push(letter);
        }
    }
}

/// Whether FTS5 takes it for a part of a word, as the table is set up.
fn is_letter(letter: char) -> bool {
    letter.is_alphanumeric() || is_pictograph(letter)
}

fn stands_alone(letter: char) -> bool {
    is_pictograph(letter)
        || matches!(letter,
            '\u{2e80}'..='\u{2fdf}'       // radicals
            | '\u{3005}'..='\u{3007}'     // 々 〆 〇
            | '\u{3040}'..='\u{30ff}'     // kana
            | '\u{3100}'..='\u{312f}'     // bopomofo
            | '\u{31a0}'..='\u{31ff}'
            | '\u{3400}'..='\u{4dbf}'     // ideographs
            | '\u{4e00}'..='\u{9fff}'
            | '\u{ac00}'..='\u{d7a3}'     // hangul
            | '\u{f900}'..='\u{faff}'
            | '\u{20000}'..='\u{3ffff}')
}

fn is_pictograph(letter: char) -> bool {
    matches!(letter, '\u{2190}'..='\u{2bff}' | '\u{1f000}'..='\u{1f3fa}' | '\u{1f400}'..='\u{1faff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words(text: &str) -> String {
        match typed(text) {
            Typed::Words(expression) => expression,
            other => panic!("{text:?} is {other:?}"),
        }
    }

    #[test]
    fn chinese_becomes_a_phrase_and_other_words_beginnings() {
        assert_eq!(words("灯塔"), r#""灯  塔""#);
        assert_eq!(words(" boat  灯 "), r#""boat" * AND "灯""#);
        assert_eq!(words("4K夜景"), r#""4K 夜  景""#);
        assert_eq!(words("夜景4k"), r#""夜  景 4k" *"#);
        assert_eq!(words("夜，景"), r#""夜 ， 景""#, "a sign within a word parts nothing, here as in the text");
    }

    #[test]
    fn nothing_that_is_typed_is_syntax() {
        assert_eq!(words(r#"text:"a" OR (b*) NOT c NEAR/2 ^d {e} -f"#).matches(" AND ").count(), 8);
        assert_eq!(words("a\"b"), r#""a b" *"#);
        assert_eq!(words("\0a\u{7}"), r#""a" *"#);
        for signs in ["\"", "*", "%", "--", "()", "，。", "\"\"\"", "' ; :"] {
            assert_eq!(typed(signs), Typed::Signs, "{signs}");
        }
        assert_eq!(typed(" \n\u{3000}"), Typed::Nothing);
    }

    #[test]
    fn texts_of_a_clip_do_not_run_into_each_other() {
        assert_eq!(prepared(["夜a", "", "景"]), " 夜 a \u{e000}  景 ");
    }
}
