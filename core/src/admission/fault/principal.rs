//! The providers that a statement names, and what is wrong with them.

use smol_str::SmolStr;

use super::{ASSUME_ROLE, At, FaultKind, Finder, Target, arn};
use crate::admission::action::{self, speaks_of};
use crate::admission::key;
use crate::admission::principal::Federated;
use crate::policy::{PrincipalKind, Statement};

impl<'a> Finder<'a> {
    /// The statement's providers that are in order; `None` where it is not meant for web identities at all.
    pub(super) fn principals(&mut self, position: usize, statement: &'a Statement) -> Option<Vec<Target<'a>>> {
        if !is_meant_for_web_identities(statement) {
            return None;
        }
        let mut targets = Vec::new();
        let before = self.found.len();
        for (index, principal) in statement.principals.list.iter().enumerate() {
            let value = principal.value.text.as_str();
            let fault = match principal.kind {
                PrincipalKind::Aws => value.contains(":oidc-provider/").then_some(FaultKind::UnderAws),
                PrincipalKind::Federated => match Federated::parse(value) {
                    Federated::Saml(_) | Federated::Any => None,
                    Federated::BuiltIn(issuer) => {
                        targets.push(self.target(index, issuer));
                        None
                    }
                    Federated::Nothing => Some(FaultKind::Arn(arn::of_nothing(value))),
                    Federated::Provider(named) => match self.account.filter(|own| *own != named.account) {
                        Some(own) => Some(FaultKind::ForeignAccount(SmolStr::new(own))),
                        None => {
                            let target = self.target(index, named.issuer);
                            let fault = arn::of_provider(&named, self.known.knows(named.issuer), self.known.catalogue);
                            if fault.as_ref().is_none_or(|fault| !fault.is_certain()) {
                                targets.push(target);
                            }
                            fault.map(FaultKind::Arn)
                        }
                    },
                },
                _ => None,
            };
            if let Some(kind) = fault {
                self.push(position, At::Principal(index), kind, false);
            }
        }
        if targets.is_empty() {
            for fault in self.found.iter_mut().skip(before) {
                fault.fatal = true;
            }
        }
        Some(targets)
    }
}

impl<'a> Finder<'a> {
    fn target(&self, principal: usize, issuer: &'a str) -> Target<'a> {
        let entry = self.issuers.iter().find(|entry| entry.issuer.as_deref() == Some(issuer));
        let provider = entry.map_or_else(|| self.known.provider_of(issuer), |entry| entry.provider);
        Target { principal, issuer, provider, entry, forms: self.known.forms(Some(issuer)) }
    }
}

/// What users of a SAML provider call.
const ASSUME_ROLE_WITH_SAML: &str = "sts:AssumeRoleWithSAML";

/// Whether a statement is meant for web identities: it names a provider, or the action of theirs and of nobody else, or asks for a key of an
/// issuer.
fn is_meant_for_web_identities(statement: &Statement) -> bool {
    let mut saml = false;
    for principal in &statement.principals.list {
        let value = principal.value.text.as_str();
        match principal.kind {
            PrincipalKind::Federated if matches!(Federated::parse(value), Federated::Saml(_)) => saml = true,
            PrincipalKind::Federated => return true,
            PrincipalKind::Aws if value.contains(":oidc-provider/") => return true,
            _ => {}
        }
    }
    let saml_calls = speaks_of(&statement.action, ASSUME_ROLE_WITH_SAML) || !speaks_of(&statement.action, action::WEB_IDENTITY);
    if saml && saml_calls {
        return false;
    }
    let web_only = speaks_of(&statement.action, action::WEB_IDENTITY) && !speaks_of(&statement.action, ASSUME_ROLE);
    web_only || statement.effective_conditions().any(|c| key::issuer_of(&c.key.text).is_some() && is_of_an_identity(&c.key.text))
}

fn is_of_an_identity(key: &str) -> bool {
    let claim = key.rsplit_once(':').map(|(_, claim)| claim).unwrap_or_default();
    ["sub", "aud", "amr", "oaud", "email"].iter().any(|known| claim.eq_ignore_ascii_case(known))
}
