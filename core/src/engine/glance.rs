//! The first glance: one sentence for each role about who gets in, one for each ServiceAccount about whether its pods do. It says nothing that
//! the long answers do not say.

use smol_str::SmolStr;

use super::WhyQuestion;
use super::answer::{Admits, Chain, ChainLink, CheckAnswer, LinkKind, RoleRef, WhoAnswer, WhoGrant, WhoRole};
use super::run::{Case, Engine};
use super::words::capital;
use crate::admission::Truth;
use crate::diagnostic::{Diagnostic, Proof, Severity};
use crate::document::model::Place;

/// Grants named in one sentence before the rest is only counted.
const MOST_GRANTS: usize = 3;

/// ServiceAccounts that are followed.
const MOST_ACCOUNTS: usize = 8;

/// The first glance.
#[derive(Clone, Debug, Default)]
pub struct Glance {
    /// One for each role of the answer that it was made from.
    pub roles: Vec<RoleGlance>,
    /// One for each of the first ServiceAccounts, where there is a role to get.
    pub accounts: Vec<AccountGlance>,
}

/// Who gets a role.
#[derive(Clone, Debug)]
pub struct RoleGlance {
    /// The role.
    pub role: RoleRef,
    /// The sentence.
    pub sentence: String,
    /// Whether anybody gets in with a web identity; unknown where that is not known.
    pub open: Truth,
    /// The worst finding in the role's own text that bears upon who gets in.
    pub worst: Option<Severity>,
}

/// Whether a ServiceAccount's pods get their role.
#[derive(Clone, Debug)]
pub struct AccountGlance {
    /// The ServiceAccount.
    pub place: Place,
    /// The sentence.
    pub sentence: String,
    /// What to do first; empty where nothing is wrong.
    pub help: String,
    /// Whether they do.
    pub gets_in: Truth,
}

impl Engine<'_> {
    /// The sentences for what `check` and `who` answered of a case.
    #[must_use]
    pub fn glance(&self, case: &Case, check: &CheckAnswer, who: &WhoAnswer) -> Glance {
        let only = who.roles.len() == 1;
        let found: Vec<_> = check.diagnostics.iter().map(|found| (found, found.place.pointer.address())).collect();
        let role = |who: &WhoRole| RoleGlance {
            role: who.role.clone(),
            sentence: sentence(who),
            open: open(who),
            worst: worst(&found, who, only),
        };
        Glance { roles: who.roles.iter().map(role).collect(), accounts: self.accounts(case, &check.diagnostics) }
    }

    fn accounts(&self, case: &Case, found: &[Diagnostic]) -> Vec<AccountGlance> {
        if case.estate.roles().next().is_none() {
            return Vec::new();
        }
        let accounts = case.estate.documents().service_accounts.iter().take(MOST_ACCOUNTS);
        let glances = accounts.filter_map(|account| {
            let (namespace, name) = (SmolStr::new(account.namespace.known()?), account.name.value()?.text.clone());
            let shown = format!("`{namespace}/{name}`");
            let question = WhyQuestion { service_account: Some((namespace, name)), ..WhyQuestion::default() };
            let chain = self.why_given(case, &question, found).ok()?;
            Some(of_chain(&chain, &shown, account.place.clone()))
        });
        glances.collect()
    }
}

fn of_chain(chain: &Chain, account: &str, place: Place) -> AccountGlance {
    if let Some(link) = chain.broken.and_then(|at| chain.links.get(at)) {
        let sentence = format!("Pods of ServiceAccount {account} do not get in: {}", link.message);
        return AccountGlance { place, sentence, help: link.help.clone(), gets_in: Truth::False };
    }
    let unknown = chain.links.iter().find(|link| link.holds == Truth::Unknown);
    let is_policy = |link: &ChainLink| matches!(link.kind, LinkKind::Statement | LinkKind::Condition);
    let admitted = chain.links.last().is_some_and(|link| is_policy(link) && link.holds == Truth::True);
    match unknown {
        Some(link) if admitted => {
            let sentence = format!("The trust policy lets pods of ServiceAccount {account} in, but {}", link.message);
            AccountGlance { place, sentence, help: link.help.clone(), gets_in: Truth::Unknown }
        }
        Some(link) => {
            let sentence = format!("Whether pods of ServiceAccount {account} get in cannot be told yet: {}", link.message);
            AccountGlance { place, sentence, help: link.help.clone(), gets_in: Truth::Unknown }
        }
        None => {
            let sentence = format!("Pods of ServiceAccount {account} get in");
            AccountGlance { place, sentence, help: String::new(), gets_in: Truth::True }
        }
    }
}

fn open(who: &WhoRole) -> Truth {
    let grants = || who.grants.iter().map(|grant| grant.admits);
    if grants().any(|admits| !matches!(admits, Admits::Nobody | Admits::Unknown)) {
        Truth::True
    } else if who.unknown.is_some() || grants().any(|admits| admits == Admits::Unknown) {
        Truth::Unknown
    } else {
        Truth::False
    }
}

/// Of a role that lets somebody in: that it lets in too many. Of one that lets in nobody: why.
/// `found`: each finding with the address of the Terraform resource that it is in.
fn worst(found: &[(&Diagnostic, Option<&str>)], who: &WhoRole, only: bool) -> Option<Severity> {
    let (own, open, address) = (who.role.place.span, open(who) == Truth::True, who.role.address.as_deref());
    let inside = found.iter().filter(|(d, within)| {
        let at = d.place.span;
        let bears = !open || matches!(d.proof, Proof::Admits(_));
        // A resource's role stands at its address, its policy elsewhere.
        let in_resource = address.is_some() && *within == address;
        bears && at.file == own.file && (only || in_resource || (own.start <= at.start && at.end <= own.end))
    });
    inside.map(|(d, _)| d.severity).max()
}

fn sentence(who: &WhoRole) -> String {
    let role = who.role.name.as_deref().map_or_else(|| "this role".to_owned(), |name| format!("role `{name}`"));
    if let Some(why) = &who.unknown {
        return format!("Who can assume {role} is not known: {why}");
    }
    let admitting: Vec<&WhoGrant> = who.grants.iter().filter(|grant| grant.admits != Admits::Nobody).collect();
    if admitting.is_empty() {
        return match who.others.as_slice() {
            [] => format!("Nobody can assume {role}: its trust policy lets in no token at all"),
            [one] => format!("No token can assume {role}; it is for `{}`", one.principal),
            [one, rest @ ..] => format!("No token can assume {role}; it is for `{}` and {} more", one.principal, rest.len()),
        };
    }
    let mut parts: Vec<String> = admitting.iter().take(MOST_GRANTS).map(|grant| phrase(grant)).collect();
    if admitting.len() > MOST_GRANTS {
        parts.push(format!("others in {} more ways", admitting.len() - MOST_GRANTS));
    }
    let whom = parts.join(", or ");
    format!("{} can assume {role}", capital(&whom))
}

/// Whom a grant lets in, to stand before "can assume".
pub(super) fn phrase(grant: &WhoGrant) -> String {
    let issuer = issuer(grant);
    let kubernetes = grant.words.contains("ServiceAccount") || grant.examples.iter().any(|subject| subject.starts_with(KUBERNETES));
    let whom = match grant.admits {
        Admits::Everyone if kubernetes => format!("anyone who can create a ServiceAccount in any namespace of {issuer}"),
        Admits::Everyone => format!("anyone with a token of {issuer}"),
        Admits::Unknown => format!("what could not be worked out of {issuer} ({})", grant.words),
        Admits::Listed if kubernetes => {
            let words = grant.words.trim_start_matches("exactly ");
            let only = if words == grant.words { "ServiceAccounts" } else { "only ServiceAccount" };
            format!("{only} {words} of {issuer}")
        }
        Admits::Listed => format!("only the subjects {} of {issuer}", grant.words.trim_start_matches("exactly ")),
        Admits::Some | Admits::Nobody => match grant.words.split_once(", except ") {
            Some((whom, others)) => format!("{whom} of {issuer}, except {others}"),
            None => format!("{} of {issuer}", grant.words),
        },
    };
    if grant.residual.is_empty() {
        return whom;
    }
    let keys: Vec<String> = grant.residual.iter().map(|key| format!("`{key}`")).collect();
    format!("{whom} (where {} allows it)", keys.join(" and "))
}

const KUBERNETES: &str = "system:serviceaccount:";

fn issuer(grant: &WhoGrant) -> String {
    issuer_words(grant.issuer.as_deref(), grant.provider.as_deref())
}

/// The issuer in few words: a cluster by the end of its id, a known service by its name, else the URL.
pub(super) fn issuer_words(issuer: Option<&str>, provider: Option<&str>) -> String {
    let Some(issuer) = issuer else { return "any OIDC provider".to_owned() };
    let id = issuer.rsplit_once("/id/").filter(|(host, id)| host.starts_with("oidc.eks.") && id.is_ascii() && id.len() > 8);
    match (id, provider) {
        (Some((_, id)), _) => format!("cluster …{}", id.get(id.len() - 4..).unwrap_or(id)),
        (None, Some(provider)) => provider.to_owned(),
        (None, None) => format!("`{issuer}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn grant(issuer: &str, admits: Admits, words: &str) -> WhoGrant {
        WhoGrant {
            issuer: Some(issuer.into()),
            provider: Some("Amazon EKS".into()),
            admits,
            words: words.to_owned(),
            audiences: super::super::answer::AudienceSet::Any,
            unbounded: Vec::new(),
            examples: vec!["system:serviceaccount:a:b".into()],
            residual: Vec::new(),
            claims: Vec::new(),
            statements: vec![0],
        }
    }

    const CLUSTER: &str = "oidc.eks.us-west-2.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E";

    #[test]
    fn names_who_gets_in() {
        assert_eq!(
            phrase(&grant(CLUSTER, Admits::Everyone, "any ServiceAccount in any namespace")),
            "anyone who can create a ServiceAccount in any namespace of cluster …041E"
        );
        assert_eq!(phrase(&grant(CLUSTER, Admits::Listed, "exactly `prod/app`")), "only ServiceAccount `prod/app` of cluster …041E");
        let some =
            WhoGrant { residual: vec!["aws:SourceIp".into()], ..grant(CLUSTER, Admits::Some, "any ServiceAccount in namespace `prod`") };
        assert_eq!(phrase(&some), "any ServiceAccount in namespace `prod` of cluster …041E (where `aws:SourceIp` allows it)");
        let foreign = WhoGrant { provider: None, examples: Vec::new(), ..grant("idp.example.com", Admits::Listed, "exactly `me`") };
        assert_eq!(phrase(&foreign), "only the subjects `me` of `idp.example.com`");
    }
}
