//! What the Deny statements of a policy take away from its Allow statements, in words.

use super::words;
use crate::admission::language::Language;
use crate::admission::{Admission, Admits, Budget, IssuerAdmission, Issuers, Region, Spoken, is_surely_empty, key, spoken, summary};
use crate::policy::{Effect, TrustPolicy};

/// One sentence for each Deny statement and each issuer that it takes something of.
#[must_use]
pub fn denied(
    policy: &TrustPolicy,
    account: Option<&str>,
    admission: &Admission<'_>,
    issuers: &Issuers<'_>,
    budget: &Budget,
) -> Vec<String> {
    if policy.statements.iter().all(|statement| statement.effect != Effect::Deny) {
        return Vec::new();
    }
    let several = admission.issuers.len() > 1;
    let of_one = |issuer: &IssuerAdmission<'_>| {
        let denies = spoken(policy, issuer.issuer.as_deref(), account, issuers).into_iter().filter(|spoken| spoken.effect == Effect::Deny);
        denies.filter_map(|deny| sentence(issuer, &deny, several, issuers, budget)).collect::<Vec<_>>()
    };
    admission.issuers.iter().flat_map(of_one).collect()
}

fn sentence(issuer: &IssuerAdmission<'_>, deny: &Spoken, several: bool, issuers: &Issuers<'_>, budget: &Budget) -> Option<String> {
    // Where nothing is denied for certain, what may be depends on what no token decides, and none of it was taken away.
    let (region, certain) = (deny.narrowest.as_ref().or(deny.widest.as_ref())?, deny.narrowest.is_some());
    let subjects = taken(issuer, region, budget)?;
    let summary = summary::of(&subjects, &issuers.forms(issuer.issuer.as_deref()), budget);
    if summary.admits == Admits::Nobody {
        return None;
    }
    let whom = words::subjects(issuer, &subjects, &summary);
    let of = match (&issuer.issuer, several) {
        (_, false) => String::new(),
        (Some(named), true) => format!(" of `https://{named}`"),
        (None, true) => " of any other issuer".to_owned(),
    };
    let mut wheres = words::claims(region, region.claims.iter().map(|(name, _)| name).filter(|name| *name != key::SUB));
    if !certain {
        let keys: Vec<String> = region.residual.iter().map(|key| format!("`{key}`")).collect();
        wheres.push(format!("{} says so", if keys.is_empty() { "a condition".to_owned() } else { keys.join(" and ") }));
    }
    let only = if wheres.is_empty() { String::new() } else { format!(" where {}", wheres.join(" and ")) };
    Some(format!("statement {} takes away {whom}{of}{only}", deny.statement + 1))
}

/// The subjects that a region has in common with the Allow statements; `None` where there are none.
fn taken(issuer: &IssuerAdmission<'_>, region: &Region, budget: &Budget) -> Option<Language> {
    let overlap = |allow: &Region| Some(allow.intersect(region)).filter(|both| !is_surely_empty(both, budget));
    let overlaps = issuer.statements.iter().filter_map(|(_, allow)| overlap(allow.as_ref()?));
    overlaps.map(|both| both.values(key::SUB)).reduce(|all, more| all.union(more))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::policy::TrustPolicy;
    use crate::provider::Catalogue;

    const ISSUER: &str = "idp.example.com";

    fn policy(denies: &str) -> TrustPolicy {
        let allow = |issuer: &str| {
            format!(
                r#"{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringLike": {{"{issuer}:sub": "team:*"}}}}}}"#
            )
        };
        let text = format!(r#"{{"Version": "2012-10-17", "Statement": [{}, {}, {denies}]}}"#, allow(ISSUER), allow("other.example.com"));
        let map = crate::source::TextMap::direct(crate::source::FileId(0), 0);
        let parsed = crate::syntax::json::parse(&text, &map, &crate::syntax::Limits::default());
        crate::policy::read(&parsed.root.unwrap(), &crate::syntax::Pointer::root())
    }

    fn told(condition: &str) -> Vec<String> {
        let catalogue = Catalogue::new(&[]);
        let (issuers, budget) = (Issuers::new(&catalogue), Budget::default());
        let deny =
            format!(r#"{{"Effect": "Deny", "Principal": "*", "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {condition}}}"#);
        let policy = policy(&deny);
        denied(&policy, None, &Admission::of(&policy, None, &issuers, &budget), &issuers, &budget)
    }

    #[test]
    fn says_what_is_taken_and_of_whom() {
        let sub = format!(r#"{{"StringEquals": {{"{ISSUER}:sub": "team:red"}}}}"#);
        assert_eq!(told(&sub), ["statement 3 takes away exactly `team:red` of `https://idp.example.com`"]);
    }

    #[test]
    fn says_nothing_where_nothing_is_taken() {
        let sub = format!(r#"{{"StringEquals": {{"{ISSUER}:sub": "someone:else"}}}}"#);
        assert_eq!(told(&sub), Vec::<String>::new());
    }

    #[test]
    fn names_the_audience_and_what_no_token_decides() {
        let aud = format!(r#"{{"StringEquals": {{"{ISSUER}:sub": "team:red", "{ISSUER}:aud": "x"}}}}"#);
        assert_eq!(told(&aud), ["statement 3 takes away exactly `team:red` of `https://idp.example.com` where `aud` is `x`"]);
        let address = format!(r#"{{"StringEquals": {{"{ISSUER}:sub": "team:red", "aws:SourceVpc": "vpc-1"}}}}"#);
        assert_eq!(
            told(&address),
            ["statement 3 takes away exactly `team:red` of `https://idp.example.com` where `aws:SourceVpc` says so"]
        );
    }
}
