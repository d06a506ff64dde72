//! All entries, and the way from an issuer to its entry. A lookup hashes the host and its parent domains and tries only what is filed there,
//! because a run asks once for every role.

use std::cmp::Reverse;
use std::hash::Hasher;
use std::iter;

use rustc_hash::FxHasher;

use super::placeholder::without_placeholders;
use super::template::{Piece, pieces};
use super::{Provider, Template};
use crate::order;

/// The identity providers of a run: the built-in ones and those that a user added.
#[derive(Clone, Debug, Default)]
pub struct Catalogue {
    built_in: &'static [Provider],
    added: Vec<Provider>,
    index: Index,
}

impl Catalogue {
    /// The catalogue of these providers.
    #[must_use]
    pub fn new(built_in: &'static [Provider]) -> Catalogue {
        Catalogue { built_in, added: Vec::new(), index: Index::default() }.indexed()
    }

    /// The same with a user's own providers. Where one of these fits an issuer, no built-in one is asked.
    #[must_use]
    pub fn with(mut self, added: impl IntoIterator<Item = Provider>) -> Catalogue {
        self.added.extend(added);
        self.indexed()
    }

    /// Every entry, the built-in ones first.
    pub fn providers(&self) -> impl Iterator<Item = &Provider> {
        self.built_in.iter().chain(&self.added)
    }

    /// The entry with this id; of several the one that was added last.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Provider> {
        self.added.iter().rev().chain(self.built_in).find(|provider| provider.id == id)
    }

    /// The provider behind an issuer, given without `https://`, in exact letter case and with its trailing slash. Of several entries that
    /// fit, a user's own; then the one whose form has the fewest named parts; then the one with more fixed text.
    #[must_use]
    pub fn provider_of(&self, issuer: &str) -> Option<&Provider> {
        let mut best: Option<&Filed> = None;
        for shelf in self.index.shelves(issuer).chain([self.index.anywhere()]) {
            let mut better = shelf.iter().take_while(|filed| best.is_none_or(|best| filed.rank < best.rank));
            let found = better.find(|filed| {
                self.template(filed).is_some_and(|template| filed.may_match(template.text(), issuer) && template.is_match(issuer))
            });
            best = found.or(best);
        }
        self.provider(best?)
    }

    /// The provider that is plainly meant by a text which is no exact issuer of any: with a placeholder (`${var.region}`, `<ID>`) for a part,
    /// with `https://` left on, a part of the wrong form, other letter case, a slash too many or too few.
    #[must_use]
    pub fn guess(&self, issuer: &str) -> Option<&Provider> {
        let bare = issuer.strip_prefix("https://").or_else(|| issuer.strip_prefix("http://")).unwrap_or(issuer);
        if let Some(exact) = self.provider_of(bare) {
            return Some(exact);
        }
        let text = without_placeholders(bare).to_ascii_lowercase();
        let unslashed = text.strip_suffix('/').unwrap_or(&text);
        let slashed = format!("{unslashed}/");
        let meant = |filed: &&Filed| {
            let template = self.template(filed);
            template.is_some_and(|template| template.is_meant_by(if template.text().ends_with('/') { &slashed } else { unslashed }))
        };
        self.provider(self.index.shelves(unslashed).flatten().filter(meant).min_by_key(|filed| filed.rank)?)
    }

    fn indexed(mut self) -> Catalogue {
        let mut filed = Vec::with_capacity(self.providers().map(|entry| entry.issuers.len()).sum());
        for (provider, entry) in self.providers().enumerate() {
            let built_in = provider < self.built_in.len();
            filed.extend(entry.issuers.iter().enumerate().map(|(issuer, template)| Filed::new(template, built_in, provider, issuer)));
        }
        self.index = Index::new(filed);
        self
    }

    fn provider(&self, filed: &Filed) -> Option<&Provider> {
        let added = || self.added.get(usize::from(filed.provider).checked_sub(self.built_in.len())?);
        self.built_in.get(usize::from(filed.provider)).or_else(added)
    }

    fn template(&self, filed: &Filed) -> Option<&Template> {
        self.provider(filed)?.issuers.get(usize::from(filed.issuer))
    }
}

/// Whether it came with irsa-lint, named parts, literal text, the place in the catalogue: less is the better fit.
type Rank = (bool, u16, Reverse<u16>, Reverse<u16>);

/// Where an issuer's template stands in the catalogue, and what is known of it without reading it again. Small: a run sorts them at its start.
#[derive(Clone, Debug)]
struct Filed {
    shelf: Shelf,
    rank: Rank,
    provider: u16,
    issuer: u16,
    /// Where the template's longest literal begins and ends in its text: an issuer without it cannot match.
    fixed: (u16, u16),
}

/// What is fixed of a template's host. Hashes will do: who shares a shelf by accident is told apart by the match itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Shelf {
    /// The whole host.
    Host(u64),
    /// The domain that it ends in.
    Domain(u64),
    Anywhere,
}

impl Filed {
    fn new(template: &Template, built_in: bool, provider: usize, issuer: usize) -> Filed {
        let (mut names, mut literal, mut at) = (0, 0, 0);
        let mut fixed = (0, 0);
        let mut host = Host::default();
        // The pieces, not the parts: looking up every class would take most of the time that a run needs to start.
        for piece in pieces(template.text()) {
            host.read(piece, template);
            match piece {
                Piece::Stray => {}
                Piece::Name(name) => {
                    names += 1;
                    at += small(name.len()) + 2;
                }
                Piece::Literal(text) => {
                    let length = small(text.len());
                    literal += length;
                    if length > fixed.1 - fixed.0 {
                        fixed = (at, at + length);
                    }
                    // Doubled braces are written as two and mean one.
                    at += if matches!(text, "{" | "}") { 2 } else { length };
                }
            }
        }
        let provider = small(provider);
        Filed { shelf: host.shelf(), rank: (built_in, names, Reverse(literal), Reverse(provider)), provider, issuer: small(issuer), fixed }
    }

    /// A cheap look at the longest literal.
    fn may_match(&self, template: &str, issuer: &str) -> bool {
        let (start, end) = (usize::from(self.fixed.0), usize::from(self.fixed.1));
        let fixed = template.get(start..end).unwrap_or_default();
        if start == 0 {
            issuer.starts_with(fixed)
        } else if end == template.len() {
            issuer.ends_with(fixed)
        } else {
            issuer.contains(fixed)
        }
    }
}

/// A number of the catalogue, none of which comes near the limit.
fn small(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// The issuers' templates, those of one shelf together, the best fit first.
#[derive(Clone, Debug, Default)]
struct Index {
    filed: Vec<Filed>,
}

impl Index {
    fn new(mut filed: Vec<Filed>) -> Index {
        order::sort_by_key(&mut filed, |filed| (filed.shelf, filed.rank));
        Index { filed }
    }

    /// The shelves of an issuer's host and of the domains above it.
    fn shelves(&self, issuer: &str) -> impl Iterator<Item = &[Filed]> {
        let host = issuer.split('/').next().unwrap_or_default();
        let parents = iter::successors(host.split_once('.'), |(_, domain)| domain.split_once('.'));
        iter::once(Shelf::Host(hash(host))).chain(parents.map(|(_, domain)| Shelf::Domain(hash(domain)))).map(|shelf| self.on(shelf))
    }

    fn anywhere(&self) -> &[Filed] {
        self.on(Shelf::Anywhere)
    }

    fn on(&self, shelf: Shelf) -> &[Filed] {
        let from = self.filed.partition_point(|filed| filed.shelf < shelf);
        let rest = self.filed.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|filed| filed.shelf == shelf).count();
        rest.get(..count).unwrap_or_default()
    }
}

fn hash(text: &str) -> u64 {
    let mut hasher = FxHasher::default();
    hasher.write(text.as_bytes());
    hasher.finish()
}

/// What is fixed of a host, while its template is read from left to right.
#[derive(Default)]
struct Host<'t> {
    /// The text since the last named part.
    end: &'t str,
    has_parts: bool,
    may_go_on: bool,
    ended: bool,
}

impl<'t> Host<'t> {
    fn read(&mut self, piece: Piece<'t>, template: &Template) {
        if self.ended {
            return;
        }
        match piece {
            Piece::Stray => {}
            Piece::Literal(text) => {
                self.ended = text.contains('/');
                self.end = text.split('/').next().unwrap_or_default();
            }
            Piece::Name(name) => {
                self.has_parts = true;
                self.may_go_on |= template.slot(name).is_some_and(|slot| slot.class.may_contain('/'));
                self.end = "";
            }
        }
    }

    fn shelf(self) -> Shelf {
        match self.end.split_once('.') {
            _ if self.may_go_on => Shelf::Anywhere,
            _ if !self.has_parts => Shelf::Host(hash(self.end)),
            Some((_, domain)) if !domain.is_empty() => Shelf::Domain(hash(domain)),
            _ => Shelf::Anywhere,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::{Audience, CharSet, ChosenBy, Claim, Class, Kind, List, Slot, Str, SubjectForm};

    fn provider(id: &'static str, issuers: &[&'static str]) -> Provider {
        let host = Class::run(CharSet::of("a-z0-9.-"));
        let slots = vec![
            Slot { name: "host".into(), class: host },
            Slot { name: "region".into(), class: Class::run(CharSet::of("a-z0-9-")) },
            Slot { name: "id".into(), class: Class::run(CharSet::of("0-9A-F")) },
        ];
        let template = |text: &'static str| Template::new(text, slots.clone()).unwrap();
        Provider {
            id: id.into(),
            name: id.into(),
            kind: Kind::Ci,
            issuers: issuers.iter().map(|text| template(text)).collect(),
            guessed: false,
            shared: false,
            usable: true,
            trailing_slash: false,
            built_in: false,
            subjects: vec![SubjectForm {
                template: template("{host}:{id}"),
                tenant: List::default(),
                projects: List::default(),
                volatile: List::default(),
                controlled_by: Str::default(),
            }]
            .into(),
            configurable_subject: false,
            possible: List::default(),
            audience: Audience { default: None, common: List::default(), mistaken: List::default(), chosen_by: ChosenBy::Issuer },
            sends_azp: false,
            standard_claims: Claim::STANDARD.into(),
            claims: List::default(),
            tenant_in: None,
            open_tenants: List::default(),
            amr_values: List::default(),
            request_tags: false,
            control: None,
            good: Str::default(),
            wide: List::default(),
            source: Str::default(),
            checked: Str::default(),
        }
    }

    fn catalogue() -> Catalogue {
        Catalogue::default().with([
            provider("server", &["{host}/token"]),
            provider("cluster", &["keys.{region}.example.com/id/{id}"]),
            provider("cloud", &["example.org"]),
            provider("team", &["example.org/{id}", "{host}.example.org/"]),
            provider("guess", &["git.{host}"]),
        ])
    }

    fn id_of<'c>(catalogue: &'c Catalogue, issuer: &str) -> Option<&'c str> {
        catalogue.provider_of(issuer).map(|provider| provider.id.as_ref())
    }

    #[test]
    fn an_issuer_finds_its_entry() {
        let catalogue = catalogue();
        assert_eq!(id_of(&catalogue, "keys.eu-1.example.com/id/0A"), Some("cluster"));
        assert_eq!(id_of(&catalogue, "example.org"), Some("cloud"));
        assert_eq!(id_of(&catalogue, "example.org/F00"), Some("team"));
        assert_eq!(id_of(&catalogue, "a.b.example.org/"), Some("team"));
        assert_eq!(id_of(&catalogue, "ci.example.net/token"), Some("server"));
        assert_eq!(id_of(&catalogue, "git.example.net"), Some("guess"));
    }

    #[test]
    fn an_issuer_is_exact() {
        let catalogue = catalogue();
        for other in
            ["", "example.org/", "Example.org", "keys.eu-1.example.com/id/0a", "keys.eu-1.example.com", "a.example.org", "example.com"]
        {
            assert_eq!(id_of(&catalogue, other), None, "{other}");
        }
    }

    #[test]
    fn fewest_named_parts_win_then_the_users_entry() {
        let catalogue = catalogue().with([provider("mine", &["git.example.org", "keys.{region}.example.com/id/{id}"])]);
        assert_eq!(id_of(&catalogue, "git.example.org"), Some("mine"));
        assert_eq!(id_of(&catalogue, "keys.eu-1.example.com/id/0A"), Some("mine"));
        assert_eq!(id_of(&catalogue, "git.example.com"), Some("guess"));
        assert_eq!(catalogue.by_id("mine").map(|provider| provider.issuers.len()), Some(2));
    }

    #[test]
    fn what_is_meant_is_guessed() {
        let catalogue = catalogue();
        let guess = |text: &str| catalogue.guess(text).map(|provider| provider.id.to_string());
        for meant in [
            "keys.${var.region}.example.com/id/${replace(local.x, \"https://\", \"\")}",
            "keys.<REGION>.example.com/id/<ID>",
            "https://keys.eu-1.example.com/id/0A",
            "keys.eu-1.example.com/id/0a",
            "keys.eu-1.example.com/id/0A/",
            "KEYS.EU-1.EXAMPLE.COM/ID/0A",
        ] {
            assert_eq!(guess(meant).as_deref(), Some("cluster"), "{meant}");
        }
        assert_eq!(guess("a.example.org").as_deref(), Some("team"));
        for unknown in ["", "${var.issuer}", "keys.eu-1.example.com", "keys.example.net/id/0A"] {
            assert_eq!(guess(unknown), None, "{unknown}");
        }
    }
}
