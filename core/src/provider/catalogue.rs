//! All entries, and the way from an issuer to its entry. A lookup hashes the host and its parent domains and tries only what is filed there,
//! because a run asks once for every role.

use std::cmp::Reverse;
use std::iter;

use rustc_hash::FxHashMap;

use super::placeholder::without_placeholders;
use super::{Part, Provider, Template};

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

    /// The same with a user's own providers. Where a built-in one fits an issuer equally well, the user's is taken.
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
    /// fit, the one whose form has the fewest named parts; then the one with more fixed text.
    #[must_use]
    pub fn provider_of(&self, issuer: &str) -> Option<&Provider> {
        let mut best: Option<&Filed> = None;
        for shelf in self.index.shelves(issuer) {
            let better = shelf.iter().take_while(|filed| best.is_none_or(|best| filed.rank < best.rank));
            let found = better.into_iter().find(|filed| {
                issuer.contains(filed.fixed.as_ref()) && self.template(filed).is_some_and(|template| template.is_match(issuer))
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
        let text = without_placeholders(bare);
        let unslashed = text.strip_suffix('/').unwrap_or(&text);
        let slashed = format!("{unslashed}/");
        let meant =
            |filed: &&Filed| self.template(filed).is_some_and(|template| template.is_meant_by(unslashed) || template.is_meant_by(&slashed));
        self.provider(self.index.with_fixed_domain().filter(meant).min_by_key(|filed| filed.rank)?)
    }

    fn indexed(mut self) -> Catalogue {
        let mut index = Index::default();
        for (provider, entry) in self.providers().enumerate() {
            for (issuer, template) in entry.issuers.iter().enumerate() {
                index.file(template, provider, issuer);
            }
        }
        index.sort();
        self.index = index;
        self
    }

    fn provider(&self, filed: &Filed) -> Option<&Provider> {
        let added = || self.added.get(filed.provider.checked_sub(self.built_in.len())?);
        self.built_in.get(filed.provider).or_else(added)
    }

    fn template(&self, filed: &Filed) -> Option<&Template> {
        self.provider(filed)?.issuers.get(filed.issuer)
    }
}

/// Named parts, then literal text, then the place in the catalogue: less is the better fit.
type Rank = (usize, Reverse<usize>, Reverse<usize>);

/// Where an issuer's template stands in the catalogue.
#[derive(Clone, Debug)]
struct Filed {
    rank: Rank,
    provider: usize,
    issuer: usize,
    /// The template's longest literal: a text without it cannot match.
    fixed: Box<str>,
}

/// The issuers' templates, each under what is fixed of its host, the best fit first.
#[derive(Clone, Debug, Default)]
struct Index {
    hosts: FxHashMap<String, Vec<Filed>>,
    domains: FxHashMap<String, Vec<Filed>>,
    anywhere: Vec<Filed>,
}

impl Index {
    fn file(&mut self, template: &Template, provider: usize, issuer: usize) {
        let literals = || template.parts().filter_map(|part| if let Part::Literal(text) = part { Some(text) } else { None });
        let rank = (template.names().count(), Reverse(literals().map(str::len).sum()), Reverse(provider));
        let fixed = literals().max_by_key(|text| text.len()).unwrap_or_default().into();
        let shelf = match place(template) {
            Place::Host(host) => self.hosts.entry(host).or_default(),
            Place::Domain(domain) => self.domains.entry(domain).or_default(),
            Place::Anywhere => &mut self.anywhere,
        };
        shelf.push(Filed { rank, provider, issuer, fixed });
    }

    fn sort(&mut self) {
        for shelf in self.hosts.values_mut().chain(self.domains.values_mut()).chain([&mut self.anywhere]) {
            shelf.sort_unstable_by_key(|filed| filed.rank);
        }
    }

    fn shelves(&self, issuer: &str) -> impl Iterator<Item = &Vec<Filed>> {
        let host = issuer.split('/').next().unwrap_or_default();
        let parents = iter::successors(host.split_once('.'), |(_, domain)| domain.split_once('.')).map(|(_, domain)| domain);
        let domains = parents.filter_map(|domain| self.domains.get(domain));
        self.hosts.get(host).into_iter().chain(domains).chain([&self.anywhere])
    }

    fn with_fixed_domain(&self) -> impl Iterator<Item = &Filed> {
        self.hosts.values().chain(self.domains.values()).flatten()
    }
}

enum Place {
    /// The whole host is fixed.
    Host(String),
    /// The host ends in a fixed domain.
    Domain(String),
    Anywhere,
}

fn place(template: &Template) -> Place {
    let mut fixed_end = String::new();
    let mut whole = true;
    for part in template.parts() {
        match part {
            Part::Literal(text) => {
                let host = text.split_once('/').map_or(text, |(host, _)| host);
                fixed_end.push_str(host);
                if host.len() < text.len() {
                    break;
                }
            }
            Part::Named(slot) if slot.class.may_contain('/') => return Place::Anywhere,
            Part::Named(_) => {
                whole = false;
                fixed_end.clear();
            }
        }
    }
    match fixed_end.split_once('.') {
        _ if whole => Place::Host(fixed_end),
        Some((_, domain)) if !domain.is_empty() => Place::Domain(domain.to_owned()),
        _ => Place::Anywhere,
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
            subjects: vec![SubjectForm { template: template("{host}:{id}"), tenant: List::default(), controlled_by: Str::default() }]
                .into(),
            configurable_subject: false,
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
