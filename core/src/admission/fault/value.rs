//! Values that no token has: a `*` that is no wildcard, a subject of the wrong form, an audience that nobody asks for.

use smol_str::SmolStr;

use super::{At, AudienceMistake, FaultKind, Finder, Meanings, Target};
use crate::admission::issuers::Forms;
use crate::admission::key::{self, KeyMeaning};
use crate::admission::language::{Glob, Language};
use crate::policy::spelling::distance;
use crate::policy::{Base, Operator, Statement};
use crate::provider::{Kind, Provider};

/// The audience of EKS, and of most others that federate with AWS.
const STS: &str = "sts.amazonaws.com";

impl<'a> Finder<'a> {
    pub(super) fn values(&mut self, position: usize, statement: &'a Statement, targets: &[Target<'a>], meanings: &Meanings) {
        for (index, condition) in statement.conditions.iter().enumerate().filter(|(_, c)| !c.overridden) {
            let Some(operator) = condition.known().filter(|o| o.base.is_string() && !o.base.is_negated()) else { continue };
            let mut met = targets.iter().zip(meanings.of_condition(index));
            let Some((target, meaning)) = met.find(|(_, m)| !matches!(m, KeyMeaning::Absent(_))) else { continue };
            let mut bad: Vec<(usize, FaultKind)> = Vec::new();
            for (at, value) in condition.values.iter().enumerate() {
                // A value with a policy variable is taken to be right.
                let has_variable = self.policy.has_variables() && value.text.contains("${");
                let fault = if has_variable { None } else { self.value(&value.text, operator, target, meaning) };
                bad.extend(fault.map(|kind| (at, kind)));
            }
            let all = bad.len() == condition.values.len();
            for (at, kind) in bad {
                let certain = !matches!(kind, FaultKind::LiteralWildcard { certain: false } | FaultKind::Audience { certain: false, .. });
                // An audience too many beside one that is right does no harm.
                if all || !matches!(kind, FaultKind::Audience { .. }) {
                    self.push(position, At::Value(index, at), kind, all && certain);
                }
            }
        }
    }

    fn value(&self, value: &str, operator: Operator, target: &Target<'a>, meaning: &KeyMeaning) -> Option<FaultKind> {
        match meaning {
            KeyMeaning::Claim(claim) if claim == key::SUB => self.subject(value, operator, target),
            KeyMeaning::Claim(claim) if claim == key::AUD || claim == key::OAUD => audience(value, operator, target),
            KeyMeaning::Claim(_) | KeyMeaning::SessionName => {
                literal_star(value, operator).then_some(FaultKind::LiteralWildcard { certain: true })
            }
            _ => None,
        }
    }

    fn subject(&self, value: &str, operator: Operator, target: &Target<'a>) -> Option<FaultKind> {
        let forms = &*target.forms;
        if literal_star(value, operator) {
            return Some(FaultKind::LiteralWildcard { certain: target.provider.is_some() });
        }
        let illegal = || Some(FaultKind::IllegalSubject { issuer: SmolStr::new(target.issuer) });
        if !forms.closed {
            return None;
        }
        if operator.base.has_wildcards() && value.contains(['*', '?']) {
            return if self.reaches(value, forms) { None } else { illegal() };
        }
        let legal = forms.legal.contains(value)
            || (operator.base.ignores_case()
                && !Language::literal_ignore_case(value).intersect(forms.legal.clone()).is_empty(self.budget).is_yes());
        if legal {
            return None;
        }
        // A `?` is rarer than a `*` and may be itself: it counts as a wildcard only where it would be one to good purpose.
        if value.contains('?') && self.reaches(value, forms) { Some(FaultKind::LiteralWildcard { certain: true }) } else { illegal() }
    }

    /// Whether a pattern matches a legal subject. Most do so plainly; only the others need a search.
    fn reaches(&self, pattern: &str, forms: &Forms) -> bool {
        ["a", "a:a"].iter().any(|filling| forms.legal.contains(&specimen(pattern, filling)))
            || !Language::glob(Glob::parse(pattern)).intersect(forms.legal.clone()).is_empty(self.budget).is_yes()
    }
}

/// A text that the pattern matches.
pub(super) fn specimen(pattern: &str, filling: &str) -> String {
    pattern.replace('*', filling).replace('?', "a")
}

/// Whether a `*` stands where it is an ordinary character. Nobody means it so.
fn literal_star(value: &str, operator: Operator) -> bool {
    !operator.base.has_wildcards() && value.contains('*')
}

fn audience(value: &str, operator: Operator, target: &Target<'_>) -> Option<FaultKind> {
    if literal_star(value, operator) {
        return Some(FaultKind::LiteralWildcard { certain: true });
    }
    if operator.base == Base::StringLike && value.contains(['*', '?']) {
        return None;
    }
    audience_mistake(value, target.issuer, target.provider).map(|(mistake, meant, certain)| FaultKind::Audience { mistake, meant, certain })
}

/// What is wrong with an audience of an issuer's tokens, which one is meant, and whether tokens carry that one unless somebody asks for another.
#[must_use]
pub fn audience_mistake(value: &str, issuer: &str, provider: Option<&Provider>) -> Option<(AudienceMistake, SmolStr, bool)> {
    let audience = &provider?.audience;
    let certain = audience.default.as_deref() == Some(STS);
    let federates = certain || audience.common.iter().any(|known| known == STS);
    // Where the workload chooses, the audience of a country is as good as another: the tools for China ask for it.
    let is_chosen = !certain && value == "sts.amazonaws.com.cn";
    if !federates || value == STS || is_chosen || audience.common.iter().any(|known| known == value) {
        return None;
    }
    let mistake = if value.starts_with("system:serviceaccount:") {
        AudienceMistake::Subject
    } else if audience.mistaken.iter().any(|known| known == value) || is_misspelt(value) {
        AudienceMistake::Misspelt
    } else if certain && provider?.kind == Kind::Kubernetes && value.strip_prefix("https://").unwrap_or(value) == issuer {
        AudienceMistake::Issuer
    } else {
        return None;
    };
    Some((mistake, SmolStr::new_static(STS), certain))
}

/// Whether a text is `sts.amazonaws.com` but for a few letters, a scheme, a slash or a country.
fn is_misspelt(value: &str) -> bool {
    let bare = value.trim().strip_prefix("https://").unwrap_or(value.trim()).trim_end_matches('/');
    value.len() <= STS.len() + 12 && distance(bare, STS) <= 3
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn knows_a_misspelt_audience() {
        for wrong in [
            "sts.amazon.com",
            "sts.amazonaws.com.cn",
            "https://sts.amazonaws.com",
            "sts.amazonaws.com/",
            " sts.amazonaws.com",
            "STS.amazonaws.com",
        ] {
            assert!(is_misspelt(wrong), "{wrong}");
        }
        for other in ["sts.eu-west-1.amazonaws.com", "acme", "https://kubernetes.default.svc", "openshift"] {
            assert!(!is_misspelt(other), "{other}");
        }
    }
}
