//! What is known of an issuer and its subjects, worked out once and shared by every policy of a run.

use std::sync::{Arc, OnceLock, RwLock};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::language::{Grammar, Language};
use super::legal::{anything, grammar_of};
use crate::provider::{Catalogue, Provider};

/// The catalogue, with what was looked up of the issuers asked for so far.
pub struct Issuers<'c> {
    /// What is known of issuers.
    pub catalogue: &'c Catalogue,
    known: RwLock<FxHashMap<SmolStr, Arc<Known>>>,
    /// Forms that are the same for every issuer of an entry, by the entry's place.
    shared: RwLock<FxHashMap<usize, Arc<Forms>>>,
}

/// What was looked up of one issuer. Entries by their place in the catalogue.
struct Known {
    exact: Option<usize>,
    meant: Option<usize>,
    forms: OnceLock<Arc<Forms>>,
}

/// The forms that an issuer's subjects have.
#[derive(Debug)]
pub struct Forms {
    /// One grammar a form; a single free one where nothing is known.
    pub grammars: Vec<Grammar>,
    /// Whether the issuer sends no other form: it is known and its customers cannot choose.
    pub closed: bool,
    /// All legal subjects.
    pub legal: Language,
    /// All subjects that the issuer can be made to send; `None` where that may be anything.
    pub possible: Option<Language>,
}

impl<'c> Issuers<'c> {
    /// For one run.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, known: RwLock::default(), shared: RwLock::default() }
    }

    /// The issuer's entry in the catalogue; of one with a placeholder or a variable in it, the entry that its text points to.
    #[must_use]
    pub fn provider_of(&self, issuer: &str) -> Option<&'c Provider> {
        self.at(self.known(issuer).meant)
    }

    /// Whether the issuer is to the letter one of an entry's.
    #[must_use]
    pub fn knows(&self, issuer: &str) -> bool {
        self.known(issuer).exact.is_some()
    }

    /// The forms of an issuer's subjects; `None`: of any issuer.
    #[must_use]
    pub fn forms(&self, issuer: Option<&str>) -> Arc<Forms> {
        let issuer = issuer.unwrap_or_default();
        let known = self.known(issuer);
        Arc::clone(known.forms.get_or_init(|| match (known.meant, self.at(known.meant)) {
            (Some(place), Some(provider)) if !provider.subjects_hang_on_issuer() => {
                let shared = self.shared.read().ok().and_then(|shared| shared.get(&place).cloned());
                shared.unwrap_or_else(|| {
                    let forms = Arc::new(Forms::of(issuer, Some(provider)));
                    if let Ok(mut shared) = self.shared.write() {
                        shared.insert(place, Arc::clone(&forms));
                    }
                    forms
                })
            }
            (_, provider) => Arc::new(Forms::of(issuer, provider)),
        }))
    }

    fn at(&self, place: Option<usize>) -> Option<&'c Provider> {
        self.catalogue.providers().nth(place?)
    }

    fn known(&self, issuer: &str) -> Arc<Known> {
        let known = self.known.read().ok().and_then(|known| known.get(issuer).cloned());
        known.unwrap_or_else(|| {
            let place = |provider: &Provider| self.catalogue.providers().position(|entry| std::ptr::eq(entry, provider));
            let exact = self.catalogue.provider_of(issuer).and_then(place);
            let meant = exact.or_else(|| self.catalogue.guess(issuer).and_then(place));
            let found = Arc::new(Known { exact, meant, forms: OnceLock::new() });
            if let Ok(mut known) = self.known.write() {
                known.insert(issuer.into(), Arc::clone(&found));
            }
            found
        })
    }
}

impl Forms {
    fn of(issuer: &str, provider: Option<&Provider>) -> Self {
        let templates = provider.map(|provider| provider.subject_templates(issuer)).unwrap_or_default();
        let known = !templates.is_empty();
        let grammars: Vec<Grammar> = if known { templates.iter().map(grammar_of).collect() } else { vec![anything()] };
        let legal = Language::union_all(grammars.iter().cloned().map(Language::grammar));
        let usual = known && provider.is_some_and(|p| !p.configurable_subject);
        // Of what was recognised by its host's name alone nobody knows that it sends nothing else.
        let closed = usual && provider.is_some_and(|p| !p.guessed);
        let chosen = provider.map(|provider| provider.possible_templates(issuer)).unwrap_or_default();
        let possible = match (usual, chosen.as_slice()) {
            (true, _) => Some(legal.clone()),
            (false, []) => None,
            (false, chosen) => Some(Language::union_all(chosen.iter().map(grammar_of).map(Language::grammar))),
        };
        Self { grammars, closed, legal, possible }
    }
}
