//! How far apart two spellings are, for "did you mean".

/// Levenshtein distance with neighbouring letters swapped counting as one; the case of letters of ASCII is ignored, as
/// names of AWS and Kubernetes have no others.
#[must_use]
pub fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    let b: Vec<char> = b.chars().map(|letter| letter.to_ascii_lowercase()).collect();
    let mut before: Vec<usize> = Vec::new();
    let mut last: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut row = Vec::with_capacity(b.len() + 1);
        row.push(i + 1);
        for (j, y) in b.iter().enumerate() {
            let at = |row: &[usize], index: usize| row.get(index).copied().unwrap_or(usize::MAX - 1);
            let mut best = (at(&last, j) + usize::from(x != y)).min(at(&last, j + 1) + 1).min(at(&row, j) + 1);
            let swapped = i > 0 && j > 0 && a.get(i - 1) == Some(y) && b.get(j - 1) == Some(x);
            if swapped {
                best = best.min(at(&before, j - 1) + 1);
            }
            row.push(best);
        }
        before = std::mem::replace(&mut last, row);
    }
    last.last().copied().unwrap_or(0)
}

/// The candidate nearest to `text`, if it is at most `most` letters away and not the same.
#[must_use]
pub fn nearest<'a>(text: &str, candidates: impl IntoIterator<Item = &'a str>, most: usize) -> Option<&'a str> {
    let measured = candidates.into_iter().map(|candidate| (distance(text, candidate), candidate));
    measured.filter(|(d, candidate)| *d <= most && *candidate != text).min_by_key(|(d, _)| *d).map(|(_, candidate)| candidate)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_edits() {
        assert_eq!(distance("sub", "sub"), 0);
        assert_eq!(distance("role_arn", "role-arn"), 1);
        assert_eq!(distance("kube-pulic", "kube-public"), 1);
        assert_eq!(distance("hte", "the"), 1);
        assert_eq!(distance("", "abc"), 3);
        assert_eq!(nearest("apu", ["app", "web"], 2), Some("app"));
        assert_eq!(nearest("app", ["app"], 2), None);
    }
}
