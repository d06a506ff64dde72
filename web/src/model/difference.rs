//! Two texts that nearly agree, and where they do not. It must not know what the texts are.

/// A stretch of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    /// Whether the other text has something else here.
    pub differs: bool,
}

/// What the policy wants and what the token has, in pieces. `glob`: `*` and `?` in the first stand for any text. Texts that have little in
/// common come back whole and unmarked: there would be nothing to see in the marks.
pub fn apart(wanted: &str, found: &str, glob: bool) -> (Vec<Piece>, Vec<Piece>) {
    let (own, other) = (segments(wanted), segments(found));
    let (mut left, mut right) = (Vec::new(), Vec::new());
    if own.len() == other.len() {
        for (a, b) in own.iter().zip(&other) {
            let (a, b) = if glob && matches(a, b) { (same(a), same(b)) } else { trimmed(a, b, true) };
            left.extend(a);
            right.extend(b);
        }
    } else {
        (left, right) = trimmed(wanted, found, false);
    }
    let (left, right) = (joined(left), joined(right));
    if is_near(&left) || is_near(&right) { (left, right) } else { (same(wanted), same(found)) }
}

/// Which of several texts is nearest to one.
pub fn nearest<'a>(wanted: &'a [String], found: &str) -> Option<&'a String> {
    wanted.iter().max_by_key(|text| {
        let (prefix, suffix) = common(text, found);
        prefix + suffix
    })
}

fn is_near(pieces: &[Piece]) -> bool {
    let count =
        |differs: bool| pieces.iter().filter(|piece| piece.differs == differs).map(|piece| piece.text.chars().count()).sum::<usize>();
    count(false) >= count(true)
}

fn same(text: &str) -> Vec<Piece> {
    vec![Piece { text: text.to_owned(), differs: false }]
}

/// A text in parts, each with the sign that ends it.
fn segments(text: &str) -> Vec<&str> {
    text.split_inclusive([':', '/']).collect()
}

/// How many characters two texts share at their beginnings, and at their ends beyond that.
fn common(a: &str, b: &str) -> (usize, usize) {
    let shorter = a.chars().count().min(b.chars().count());
    let prefix = a.chars().zip(b.chars()).take_while(|(a, b)| a == b).count();
    let suffix = a.chars().rev().zip(b.chars().rev()).take(shorter - prefix).take_while(|(a, b)| a == b).count();
    (prefix, suffix)
}

/// Two texts without what they share at both ends. `word`: parts of a name that hardly agree are marked whole.
fn trimmed(a: &str, b: &str, word: bool) -> (Vec<Piece>, Vec<Piece>) {
    if a == b {
        return (same(a), same(b));
    }
    let (prefix, suffix) = common(a, b);
    let shorter = a.chars().count().min(b.chars().count());
    let ends_alike = a.ends_with([':', '/']) && suffix > 0;
    let shared = prefix + suffix - usize::from(ends_alike);
    let (prefix, suffix) = if word && shared * 2 < shorter { (0, usize::from(ends_alike)) } else { (prefix, suffix) };
    (cut(a, prefix, suffix), cut(b, prefix, suffix))
}

fn cut(text: &str, prefix: usize, suffix: usize) -> Vec<Piece> {
    let middle = text.chars().count().saturating_sub(prefix + suffix);
    let part = |from: usize, count: usize, differs: bool| Piece { text: text.chars().skip(from).take(count).collect(), differs };
    vec![part(0, prefix, false), part(prefix, middle, true), part(prefix + middle, suffix, false)]
}

/// Without empty pieces, and neighbours of one kind together.
fn joined(pieces: Vec<Piece>) -> Vec<Piece> {
    let mut out: Vec<Piece> = Vec::new();
    for piece in pieces.into_iter().filter(|piece| !piece.text.is_empty()) {
        match out.last_mut() {
            Some(last) if last.differs == piece.differs => last.text.push_str(&piece.text),
            _ => out.push(piece),
        }
    }
    out
}

/// Whether a text fits a pattern with `*` and `?`.
fn matches(pattern: &str, text: &str) -> bool {
    let mut signs = pattern.chars();
    match signs.next() {
        None => text.is_empty(),
        Some('*') => {
            let rest = signs.as_str();
            matches(rest, text) || text.char_indices().any(|(at, c)| text.get(at + c.len_utf8()..).is_some_and(|tail| matches(rest, tail)))
        }
        Some(sign) => {
            let mut own = text.chars();
            own.next().is_some_and(|first| sign == '?' || sign == first) && matches(signs.as_str(), own.as_str())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Marked stretches in brackets.
    fn shown(wanted: &str, found: &str, glob: bool) -> (String, String) {
        let text = |pieces: Vec<Piece>| pieces.into_iter().map(|p| if p.differs { format!("[{}]", p.text) } else { p.text }).collect();
        let (left, right) = apart(wanted, found, glob);
        (text(left), text(right))
    }

    fn pair(left: &str, right: &str) -> (String, String) {
        (left.to_owned(), right.to_owned())
    }

    #[test]
    fn a_name_that_is_another_is_marked_whole_and_a_slip_alone() {
        let seen = shown("system:serviceaccount:default:external-dns", "system:serviceaccount:kube-system:external-dns", false);
        assert_eq!(seen, pair("system:serviceaccount:[default]:external-dns", "system:serviceaccount:[kube-system]:external-dns"));
        let seen = shown("system:serviceaccount:prod:checkout", "system:serviceaccount:prod:checkuot", false);
        assert_eq!(seen, pair("system:serviceaccount:prod:check[ou]t", "system:serviceaccount:prod:check[uo]t"));
        let seen = shown("system:serviceaccount:prod:app", "system:serviceaccount:production:app", false);
        assert_eq!(seen, pair("system:serviceaccount:prod:app", "system:serviceaccount:prod[uction]:app"));
        let seen = shown("repo:acme/web:ref:refs/heads/main", "repo:Acme/web:ref:refs/heads/main", false);
        assert_eq!(seen, pair("repo:[a]cme/web:ref:refs/heads/main", "repo:[A]cme/web:ref:refs/heads/main"));
        assert_eq!(
            shown("https://a.example.com/", "https://a.example.com", false),
            pair("https://a.example.com[/]", "https://a.example.com")
        );
    }

    #[test]
    fn what_a_star_stands_for_is_no_difference() {
        let seen = shown("system:serviceaccount:prod-*:app", "system:serviceaccount:prod-eu:api", true);
        assert_eq!(seen, pair("system:serviceaccount:prod-*:ap[p]", "system:serviceaccount:prod-eu:ap[i]"));
        let seen = shown("repo:acme/*", "repo:acme/web", false);
        assert_eq!(seen, pair("repo:acme/[*]", "repo:acme/[web]"));
        assert_eq!(shown("repo:acme/w??", "repo:acme/web", true), pair("repo:acme/w??", "repo:acme/web"));
    }

    #[test]
    fn other_lengths_and_other_texts() {
        let seen = shown("repo:acme/web:pull_request", "repo:acme/web:ref:refs/heads/main", false);
        assert_eq!(seen, pair("repo:acme/web:[pull_request]", "repo:acme/web:[ref:refs/heads/main]"));
        assert_eq!(shown("sts.amazonaws.com", "vault", false), pair("sts.amazonaws.com", "vault"));
        assert_eq!(shown("", "", false), pair("", ""));
    }

    #[test]
    fn the_nearest_of_several() {
        let wanted = ["system:serviceaccount:a:b".to_owned(), "system:serviceaccount:prod:app".to_owned()];
        assert_eq!(nearest(&wanted, "system:serviceaccount:prod:apps"), wanted.get(1));
        assert_eq!(nearest(&[], "x"), None);
    }
}
