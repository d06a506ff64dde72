//! Wildcards by the table that every textbook draws: which beginnings of the text does the pattern so far match?

/// One place of a pattern.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    /// This character.
    Char(char),
    /// Any one character.
    One,
    /// Any run of characters, also none.
    Run,
}

/// The pattern in which `*` and `?` are wildcards.
pub fn wild(text: &str) -> Vec<Unit> {
    text.chars().map(wild_char).collect()
}

/// What one character of a pattern stands for.
pub fn wild_char(c: char) -> Unit {
    match c {
        '*' => Unit::Run,
        '?' => Unit::One,
        other => Unit::Char(other),
    }
}

/// Whether the whole text matches the whole pattern.
pub fn matches(pattern: &[Unit], text: &str) -> bool {
    let text: Vec<char> = text.chars().collect();
    let mut row = vec![false; text.len() + 1];
    row.first_mut().into_iter().for_each(|empty| *empty = true);
    for unit in pattern {
        let step = |matches_char: &dyn Fn(char) -> bool| {
            let longer = row.iter().zip(&text).map(|(before, c)| *before && matches_char(*c));
            std::iter::once(false).chain(longer).collect::<Vec<bool>>()
        };
        row = match *unit {
            Unit::Char(wanted) => step(&|c| c == wanted),
            Unit::One => step(&|_| true),
            Unit::Run => {
                let mut reached = false;
                row.iter()
                    .map(|here| {
                        reached |= *here;
                        reached
                    })
                    .collect()
            }
        };
        if !row.contains(&true) {
            return false;
        }
    }
    row.last() == Some(&true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_crosses_everything_and_one_is_exactly_one() {
        let tried = |pattern: &str, text: &str| matches(&wild(pattern), text);
        assert!(tried("a*z", "az") && tried("a*z", "a:/z") && tried("*", "") && tried("*a*b", "xaab"));
        assert!(tried("a?c", "aéc") && !tried("a?c", "ac") && !tried("a?", "a") && !tried("", "a"));
        assert!(!tried("abc", "ab") && !tried("ab", "abc") && !tried("a*b*c", "acb"));
    }
}
