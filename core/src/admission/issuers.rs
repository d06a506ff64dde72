//! What is known of an issuer's subjects, worked out once and shared by every policy of a run.

use std::sync::{Arc, RwLock};

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::language::{Grammar, Language};
use super::legal::{anything, grammar_of};
use crate::provider::{Catalogue, Provider};

/// The catalogue, with the subject grammars of the issuers asked for so far.
pub struct Issuers<'c> {
    /// What is known of issuers.
    pub catalogue: &'c Catalogue,
    forms: RwLock<FxHashMap<SmolStr, Arc<Forms>>>,
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
    /// Whether the issuer is to the letter one of the catalogue's, and not only plainly meant.
    pub exact: bool,
}

impl<'c> Issuers<'c> {
    /// For one run.
    #[must_use]
    pub fn new(catalogue: &'c Catalogue) -> Self {
        Self { catalogue, forms: RwLock::default() }
    }

    /// The issuer's entry in the catalogue; of one with a placeholder or a variable in it, the entry that its text points to.
    #[must_use]
    pub fn provider_of(&self, issuer: &str) -> Option<&'c Provider> {
        self.catalogue.provider_of(issuer).or_else(|| self.catalogue.guess(issuer))
    }

    /// The forms of an issuer's subjects; `None`: of any issuer.
    #[must_use]
    pub fn forms(&self, issuer: Option<&str>) -> Arc<Forms> {
        let key = issuer.unwrap_or_default();
        let known = self.forms.read().ok().and_then(|forms| forms.get(key).cloned());
        known.unwrap_or_else(|| {
            let forms = Arc::new(Forms::of(key, self.provider_of(key), self.catalogue.provider_of(key).is_some()));
            if let Ok(mut cache) = self.forms.write() {
                cache.insert(key.into(), Arc::clone(&forms));
            }
            forms
        })
    }
}

impl Forms {
    fn of(issuer: &str, provider: Option<&Provider>, exact: bool) -> Self {
        let templates = provider.map(|provider| provider.subject_templates(issuer)).unwrap_or_default();
        let known = !templates.is_empty();
        let grammars: Vec<Grammar> = if known { templates.iter().map(grammar_of).collect() } else { vec![anything()] };
        let legal = Language::union_all(grammars.iter().cloned().map(Language::grammar));
        Self { grammars, closed: known && provider.is_some_and(|p| !p.configurable_subject), legal, exact }
    }
}
