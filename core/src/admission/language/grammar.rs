//! What a legal name looks like: a template such as `system:serviceaccount:{namespace}:{name}` with a class for each part.
//! Must not know which issuer has which template.

use std::fmt;
use std::sync::{Arc, OnceLock};

use smol_str::SmolStr;

use super::chars::{CharSet, shortlex};
use super::nfa::Nfa;

/// A grammar of legal names. Cheap to clone; make one per template and keep it: what is worked out of it is kept with it.
#[derive(Clone)]
pub struct Grammar(Arc<Inner>);

struct Inner {
    parts: Vec<GrammarPart>,
    unlimited: OnceLock<Nfa>,
    exact: OnceLock<Nfa>,
    shortest: OnceLock<Option<SmolStr>>,
}

/// One stretch of a legal name.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum GrammarPart {
    /// This text.
    Literal(SmolStr),
    /// A part that differs from name to name.
    Named {
        /// What the part is called (`namespace`).
        name: SmolStr,
        /// What may stand there.
        class: Class,
    },
}

/// What may stand in a named part.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Class {
    /// An RFC 1123 label, 1–63 of `[a-z0-9-]` that begins and ends with a letter or digit (Kubernetes, "Object Names and IDs").
    DnsLabel,
    /// An RFC 1123 subdomain, 1–253: labels joined by dots, each label as long as it likes (the same page, and Kubernetes'
    /// `IsDNS1123Subdomain`, which doesn't limit a label to 63).
    DnsSubdomain,
    /// A run of characters of a set, its length in characters.
    Chars {
        /// The characters that may stand there.
        allowed: CharSet,
        /// The least number of them.
        min: u16,
        /// The greatest number of them, if there is one.
        max: Option<u16>,
    },
    /// One of these words.
    OneOf(Vec<SmolStr>),
}

impl Class {
    /// Whether a value may hold this character; `None` where that takes more than a look.
    fn allows_char(&self, c: char) -> Option<bool> {
        match self {
            Self::DnsLabel => Some(is_alphanumeric(c) || c == '-'),
            Self::DnsSubdomain => Some(is_alphanumeric(c) || matches!(c, '-' | '.')),
            Self::Chars { allowed, .. } => Some(allowed.contains(c)),
            Self::OneOf(_) => None,
        }
    }

    /// Whether a text is such a value; `None` where that takes more than a look.
    fn allows(&self, text: &str) -> Option<bool> {
        let is_label = |label: &str| {
            let ends = label.starts_with(is_alphanumeric) && label.ends_with(is_alphanumeric);
            ends && label.chars().all(|c| is_alphanumeric(c) || c == '-')
        };
        match self {
            Self::DnsLabel => Some(text.len() <= 63 && is_label(text)),
            Self::DnsSubdomain => Some(text.len() <= 253 && text.split('.').all(is_label)),
            Self::Chars { .. } | Self::OneOf(_) => None,
        }
    }
}

fn is_alphanumeric(c: char) -> bool {
    c.is_ascii_lowercase() || c.is_ascii_digit()
}

impl Grammar {
    /// The names made of these parts in this order.
    #[must_use]
    pub fn new(parts: Vec<GrammarPart>) -> Self {
        Self(Arc::new(Inner { parts, unlimited: OnceLock::new(), exact: OnceLock::new(), shortest: OnceLock::new() }))
    }

    /// Reads a template in which `{name}` is a part whose class `class_of(name)` gives. A brace without its partner is itself.
    pub fn from_template(template: &str, mut class_of: impl FnMut(&str) -> Class) -> Self {
        let mut parts = Vec::new();
        let mut rest = template;
        while let Some((before, name, after)) =
            rest.split_once('{').and_then(|(before, tail)| tail.split_once('}').map(|(name, after)| (before, name, after)))
        {
            if !before.is_empty() {
                parts.push(GrammarPart::Literal(before.into()));
            }
            parts.push(GrammarPart::Named { name: name.into(), class: class_of(name) });
            rest = after;
        }
        if !rest.is_empty() {
            parts.push(GrammarPart::Literal(rest.into()));
        }
        Self::new(parts)
    }

    /// Its parts, in order.
    #[must_use]
    pub fn parts(&self) -> &[GrammarPart] {
        &self.0.parts
    }

    /// Is it a legal name, length limits included?
    #[must_use]
    pub fn contains(&self, text: &str) -> bool {
        self.plainly(text).unwrap_or_else(|| self.exact().accepts(text.chars()))
    }

    /// What every name begins with.
    pub(super) fn head(&self) -> &str {
        match self.0.parts.first() {
            Some(GrammarPart::Literal(text)) => text,
            _ => "",
        }
    }

    /// The same by cutting the text at the literals, where each cut can only be made in one way; `None` where it could be in several.
    fn plainly(&self, text: &str) -> Option<bool> {
        let mut rest = text;
        let mut parts = self.0.parts.iter().peekable();
        while let Some(part) = parts.next() {
            let class = match part {
                GrammarPart::Literal(literal) => match rest.strip_prefix(literal.as_str()) {
                    Some(after) => {
                        rest = after;
                        continue;
                    }
                    None => return Some(false),
                },
                GrammarPart::Named { class, .. } => class,
            };
            let value = match parts.peek() {
                None => std::mem::take(&mut rest),
                Some(GrammarPart::Named { .. }) => return None,
                Some(GrammarPart::Literal(literal)) => {
                    let stop = literal.chars().next().filter(|stop| class.allows_char(*stop) == Some(false))?;
                    let Some((value, after)) = rest.find(stop).and_then(|at| rest.split_at_checked(at)) else { return Some(false) };
                    rest = after;
                    value
                }
            };
            if !class.allows(value)? {
                return Some(false);
            }
        }
        Some(rest.is_empty())
    }

    /// The name of the part at `index`, unless that part is a literal.
    pub(super) fn name(&self, index: usize) -> Option<&SmolStr> {
        match self.0.parts.get(index)? {
            GrammarPart::Named { name, .. } => Some(name),
            GrammarPart::Literal(_) => None,
        }
    }

    /// Do greatest lengths make a difference?
    pub(super) fn has_limits(&self) -> bool {
        self.0.parts.iter().any(|part| match part {
            GrammarPart::Named { class: Class::Chars { max, .. }, .. } => max.is_some(),
            GrammarPart::Named { class: Class::DnsLabel | Class::DnsSubdomain, .. } => true,
            GrammarPart::Named { class: Class::OneOf(_), .. } | GrammarPart::Literal(_) => false,
        })
    }

    /// Is there a longest name?
    pub(super) fn is_bounded(&self) -> bool {
        !self.0.parts.iter().any(|part| matches!(part, GrammarPart::Named { class: Class::Chars { max: None, .. }, .. }))
    }

    /// The indices of the parts that are unbounded in the grammar itself, length limits ignored.
    pub(super) fn open_parts(&self) -> impl Iterator<Item = usize> + '_ {
        self.0.parts.iter().enumerate().filter(|(_, part)| part.is_open()).map(|(index, _)| index)
    }

    /// The grammar without greatest lengths; least lengths hold.
    pub(super) fn unlimited(&self) -> &Nfa {
        self.0.unlimited.get_or_init(|| Nfa::new(&self.0.parts, false))
    }

    /// The grammar with every limit, by counting.
    pub(super) fn exact(&self) -> &Nfa {
        if self.has_limits() { self.0.exact.get_or_init(|| Nfa::new(&self.0.parts, true)) } else { self.unlimited() }
    }

    /// The shortest legal name, of several the most readable one. Parts are independent, so it is their shortest values joined.
    pub(super) fn shortest(&self) -> Option<&SmolStr> {
        let joined = || self.0.parts.iter().map(|part| part.shortest().map(String::from)).collect::<Option<String>>().map(SmolStr::from);
        self.0.shortest.get_or_init(joined).as_ref()
    }
}

impl GrammarPart {
    fn is_open(&self) -> bool {
        match self {
            Self::Named { class: Class::DnsLabel | Class::DnsSubdomain, .. } => true,
            Self::Named { class: Class::Chars { allowed, max, .. }, .. } => !allowed.is_none() && *max != Some(0),
            Self::Named { class: Class::OneOf(_), .. } | Self::Literal(_) => false,
        }
    }

    fn shortest(&self) -> Option<SmolStr> {
        match self {
            Self::Literal(text) => Some(text.clone()),
            Self::Named { class: Class::DnsLabel | Class::DnsSubdomain, .. } => Some(SmolStr::new_static("a")),
            Self::Named { class: Class::OneOf(words), .. } => words.iter().min_by(|a, b| shortlex(a, b)).cloned(),
            Self::Named { class: Class::Chars { max: Some(max), min, .. }, .. } if max < min => None,
            Self::Named { class: Class::Chars { min: 0, .. }, .. } => Some(SmolStr::default()),
            Self::Named { class: Class::Chars { allowed, min, .. }, .. } => {
                allowed.most_readable(&[]).map(|c| std::iter::repeat_n(c, usize::from(*min)).collect())
            }
        }
    }
}

impl PartialEq for Grammar {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0) || self.0.parts == other.0.parts
    }
}

impl Eq for Grammar {}

impl fmt::Debug for Grammar {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Grammar").field(&self.0.parts).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eks() -> Grammar {
        Grammar::from_template("system:serviceaccount:{namespace}:{name}", |part| {
            if part == "namespace" { Class::DnsLabel } else { Class::DnsSubdomain }
        })
    }

    proptest::proptest! {
        #[test]
        fn cutting_and_searching_agree(tail in "[a-b0.:A-]{0,9}", colons in 0usize..3) {
            let text = format!("system:serviceaccount{}{tail}", ":".repeat(colons));
            let grammar = eks();
            proptest::prop_assert_eq!(grammar.plainly(&text), Some(grammar.exact().accepts(text.chars())));
        }
    }

    #[test]
    fn service_accounts_are_legal_by_the_rules_of_kubernetes() {
        let grammar = eks();
        let of = |namespace: &str, name: &str| grammar.contains(&format!("system:serviceaccount:{namespace}:{name}"));
        assert!(of("default", "app") && of("a", "a.b.c") && of("a--b", "0") && of(&"n".repeat(63), &"a".repeat(253)));
        assert!(of("a", &format!("{}.b", "a".repeat(200))), "a label of a subdomain may be longer than 63");
        for (namespace, name) in [("a.b", "c"), ("-a", "b"), ("a-", "b"), ("A", "b"), ("", "b"), ("a", ""), ("a", "b..c"), ("a", ".b")] {
            assert!(!of(namespace, name), "{namespace}:{name}");
        }
        for (namespace, name) in [("a", "b-"), ("a", "b-.c"), ("a", "b.-c"), ("a", "b."), ("a*", "b"), ("a", "b:c"), ("é", "b")] {
            assert!(!of(namespace, name), "{namespace}:{name}");
        }
        assert!(!of(&"n".repeat(64), "a") && !of("n", &"a".repeat(254)));
        assert_eq!(grammar.shortest().unwrap(), "system:serviceaccount:a:a");
    }

    #[test]
    fn templates_and_classes() {
        let segment = CharSet::ANY.without(CharSet::of(":/"));
        let grammar = Grammar::from_template("repo:{owner}/{repo}:ref:refs/{kind}/{ref}{tail}", |part| match part {
            "owner" => Class::Chars { allowed: segment, min: 1, max: Some(3) },
            "repo" => Class::Chars { allowed: segment, min: 2, max: None },
            "kind" => Class::OneOf(vec!["tags".into(), "heads".into(), "t".into()]),
            "ref" => Class::Chars { allowed: CharSet::ANY, min: 0, max: None },
            _ => Class::Chars { allowed: CharSet::of("!"), min: 0, max: Some(1) },
        });
        for yes in ["repo:a/bc:ref:refs/tags/", "repo:abc/bcé:ref:refs/heads/x/y:z!", "repo:a/bc:ref:refs/t/q"] {
            assert!(grammar.contains(yes), "{yes}");
        }
        for no in ["repo:abcd/bc:ref:refs/tags/", "repo:a/b:ref:refs/tags/", "repo:a/bc:ref:refs/tag/", "repo:/bc:ref:refs/t/", ""] {
            assert!(!grammar.contains(no), "{no}");
        }
        assert_eq!(grammar.shortest().unwrap(), "repo:a/aa:ref:refs/t/");
        assert_eq!(Grammar::from_template("a{b", |_| Class::DnsLabel).parts(), [GrammarPart::Literal("a{b".into())]);
    }

    #[test]
    fn a_part_that_nothing_fits_makes_an_empty_grammar() {
        for class in [
            Class::OneOf(vec![]),
            Class::Chars { allowed: CharSet::NONE, min: 1, max: None },
            Class::Chars { allowed: CharSet::ANY, min: 2, max: Some(1) },
        ] {
            let grammar = Grammar::new(vec![GrammarPart::Named { name: "p".into(), class }]);
            assert_eq!(grammar.shortest(), None);
            assert!(!grammar.contains("") && !grammar.contains("a") && !grammar.contains("aa"));
        }
        let only_empty = Grammar::new(vec![GrammarPart::Named {
            name: "p".into(),
            class: Class::Chars { allowed: CharSet::ANY, min: 0, max: Some(0) },
        }]);
        assert!(only_empty.contains("") && !only_empty.contains("a"));
    }
}
