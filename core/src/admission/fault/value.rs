//! Values that no token has: a `*` that is no wildcard, a subject of the wrong form, an audience that nobody asks for.

use smol_str::SmolStr;

use super::{At, AudienceMistake, FaultKind, Finder, Meanings, Target};
use crate::admission::key::{self, KeyMeaning};
use crate::admission::language::{Glob, Language};
use crate::policy::spelling::distance;
use crate::policy::{Base, Operator, Statement};
use crate::provider::{Class, Kind, Part, Provider, SubjectForm};

/// The audience of EKS, and of most others that federate with AWS.
const STS: &str = "sts.amazonaws.com";

/// What people take for the name of a claim and is none: the claims are called `ref` and `environment`.
const NO_CLAIMS: &[&str] = &[
    "branch",
    "branches",
    "tag",
    "tags",
    "head",
    "heads",
    "refs",
    "env",
    "environments",
    "pr",
    "mr",
    "event",
    "event_type",
    "url",
    "https",
];

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
                let certain = !matches!(
                    kind,
                    FaultKind::LiteralWildcard { certain: false }
                        | FaultKind::Audience { certain: false, .. }
                        | FaultKind::CustomSubject { .. }
                );
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
        let possible = forms.possible.as_ref().filter(|_| is_surely_of(value, target.provider))?;
        let issuer = || SmolStr::new(target.issuer);
        let has_wildcards = operator.base.has_wildcards() && value.contains(['*', '?']);
        let is_in = |set: &Language| match (has_wildcards, operator.base.ignores_case()) {
            (true, _) => self.reaches(value, set, target.provider),
            (false, false) => set.contains(value),
            (false, true) => {
                set.contains(value) || !Language::literal_ignore_case(value).intersect(set.clone()).is_empty(self.budget).is_yes()
            }
        };
        // The usual forms may be given more loosely than what is possible at all.
        match (is_in(&forms.legal), forms.closed || is_in(possible)) {
            (true, true) => return None,
            (false, true) if !forms.closed => return Some(FaultKind::CustomSubject { issuer: issuer(), known: true }),
            _ => {}
        }
        if target.provider.is_some_and(|provider| provider.configurable_subject && self.may_name_a_claim(value, provider)) {
            return Some(FaultKind::CustomSubject { issuer: issuer(), known: false });
        }
        // A `?` is rarer than a `*` and may be itself: it counts as a wildcard only where it would be one to good purpose.
        let is_wildcard = !has_wildcards && value.contains('?') && self.reaches(value, possible, target.provider);
        Some(if is_wildcard { FaultKind::LiteralWildcard { certain: true } } else { FaultKind::IllegalSubject { issuer: issuer() } })
    }

    /// Whether a subject is made of a claim, with a value, that the issuer may have without anybody here knowing of it: services add some.
    fn may_name_a_claim(&self, value: &str, provider: &Provider) -> bool {
        let mut labels = value.split(':');
        let usual = provider.good.split(':').next().unwrap_or_default();
        let label = match (labels.next(), labels.next(), labels.next()) {
            (Some(first), Some(_), Some(third)) if first == usual => Some(third).filter(|_| labels.next().is_some()),
            (Some(first), Some(_), _) if first != usual => Some(first),
            _ => None,
        };
        let is_name = |label: &str| label.len() > 1 && label.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
        let starts = |other: &Provider| other.subjects.iter().any(|form| form.template.text().split([':', '{']).next() == label);
        label.is_some_and(|label| is_name(label) && !NO_CLAIMS.contains(&label) && distance(label, usual) > 2)
            && !self.known.catalogue.providers().any(starts)
            && !provider.possible.iter().any(|form| form.parts().any(|part| names(&part, label.unwrap_or_default())))
    }

    /// Whether a pattern matches a possible subject. Most do so plainly; only the others need a search.
    fn reaches(&self, pattern: &str, possible: &Language, provider: Option<&Provider>) -> bool {
        let fits = |filling: &str| possible.contains(&specimen(pattern, filling));
        ["a", "a:a"].into_iter().chain(provider.into_iter().flat_map(|p| tails(&p.good))).any(fits)
            || !Language::glob(Glob::parse(pattern)).intersect(possible.clone()).is_empty(self.budget).is_yes()
    }
}

/// Whether a piece of a form has that label, or may be it.
fn names(part: &Part<'_>, label: &str) -> bool {
    match part {
        Part::Literal(text) => text.split(':').any(|known| known == label),
        Part::Named(slot) => matches!(&slot.class, Class::OneOf(words) if words.iter().any(|word| word == label)),
    }
}

/// What follows each separator of a subject: what the `*` at the end of a pattern stands for.
fn tails(subject: &str) -> impl Iterator<Item = &str> {
    subject.match_indices([':', '/']).filter_map(|(at, _)| subject.get(at + 1..))
}

/// Whether a value is meant as a subject of that service, where the service was recognised by its host's name alone.
fn is_surely_of(value: &str, provider: Option<&Provider>) -> bool {
    let start =
        |form: &SubjectForm| form.template.text().split('{').next().is_some_and(|label| !label.is_empty() && value.starts_with(label));
    provider.is_some_and(|provider| !provider.guessed || provider.subjects.iter().any(start))
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
    if !federates {
        return other_audience_mistake(value, provider?);
    }
    // Where the workload chooses, the audience of a country is as good as another: the tools for China ask for it.
    let is_chosen = !certain && value == "sts.amazonaws.com.cn";
    if value == STS || is_chosen || audience.common.iter().any(|known| known == value) {
        return None;
    }
    let mistake = if value.starts_with("system:serviceaccount:") {
        AudienceMistake::Subject
    } else if audience.mistaken.iter().any(|known| known == value) || is_misspelt(value, STS) {
        AudienceMistake::Misspelt
    } else if certain && provider?.kind == Kind::Kubernetes && value.strip_prefix("https://").unwrap_or(value) == issuer {
        AudienceMistake::Issuer
    } else {
        return None;
    };
    Some((mistake, SmolStr::new_static(STS), certain))
}

/// The same for an issuer whose tokens are for an audience of its own.
fn other_audience_mistake(value: &str, provider: &Provider) -> Option<(AudienceMistake, SmolStr, bool)> {
    let audience = &provider.audience;
    let meant = audience.default.as_deref().filter(|default| !default.contains('{'))?;
    let known = value == meant || audience.common.iter().any(|known| known == value);
    (!known && is_misspelt(value, meant)).then(|| (AudienceMistake::Misspelt, SmolStr::new(meant), false))
}

/// Whether a text is the audience that is meant but for a few letters, a scheme, a slash or a country.
fn is_misspelt(value: &str, meant: &str) -> bool {
    let bare = |text: &str| text.trim().strip_prefix("https://").unwrap_or(text.trim()).trim_end_matches('/').to_owned();
    value.len() <= meant.len() + 12 && distance(&bare(value), &bare(meant)) <= 3
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
            assert!(is_misspelt(wrong, STS), "{wrong}");
        }
        for other in ["sts.eu-west-1.amazonaws.com", "acme", "https://kubernetes.default.svc", "openshift"] {
            assert!(!is_misspelt(other, STS), "{other}");
        }
    }
}
