//! Which link is the broken one, given what the documents show and what the error proves. An error that no document explains is the broken
//! link itself: it says what to look at outside.

use super::{Walk, WhyQuestion, link};
use crate::admission::Truth;
use crate::engine::answer::{Chain, ChainLink, LinkKind};
use crate::engine::known_error::KnownError;
use crate::engine::reported::Reported;
use crate::engine::token_check::span;
use crate::engine::words::capital;
use crate::policy::{Arn, Effect, PrincipalKind, TrustPolicy};
use crate::syntax::Place;

/// Puts the chain together.
pub fn conclude(walk: Walk<'_>, question: &WhyQuestion) -> Chain {
    let reported = walk.reported;
    let mut links = walk.links;
    match (reported.known, question.error.is_some()) {
        (None, false) => stale_token(&mut links),
        (None, true) => links.insert(0, unknown_text()),
        (Some(error), _) => weigh(&mut links, error, reported, walk.other_role),
    }
    let broken = links.iter().position(|link| link.holds == Truth::False);
    if let Some(at) = broken {
        links.truncate(at + 1);
    }
    Chain { links, broken, error: reported.known.copied() }
}

fn unknown_text() -> ChainLink {
    let message = "irsa-lint does not know this error, so what follows is based only on the documents".to_owned();
    let help = "look for the inner message (`AccessDenied: …`, `InvalidIdentityToken: …`, the part after `caused by:`) and use that";
    link(LinkKind::Error, Truth::Unknown, message, help, None)
}

/// A token that has run out is the fault where nothing else is.
fn stale_token(links: &mut [ChainLink]) {
    let else_broken = links.iter().any(|link| link.holds == Truth::False);
    if let Some(token) = links.iter_mut().find(|link| link.kind == LinkKind::Token && link.holds == Truth::Unknown && !else_broken) {
        token.holds = Truth::False;
    }
}

/// What the text names beyond the sort of the error, to follow what it proves.
fn detail(error: &KnownError, reported: &Reported<'_>) -> String {
    if let Some(claim) = &reported.claim {
        return format!(" (it has no `{claim}`)");
    }
    if let (Some(seconds), true) = (reported.expired_for, error.points_to == [LinkKind::Token]) {
        return format!(" (it had expired {} before it was sent)", span(seconds));
    }
    match (reported.calling_role(), &reported.parameter) {
        (Some((account, name, "")), _) => format!(" (role `{name}` of account {account})"),
        (Some((account, name, session)), _) => format!(" (role `{name}` of account {account}, session `{session}`)"),
        (None, Some(parameter)) => format!(" (the parameter `{parameter}`)"),
        (None, None) => String::new(),
    }
}

fn weigh(links: &mut Vec<ChainLink>, error: &KnownError, reported: &Reported<'_>, other_role: bool) {
    clear(links, error);
    let detail = detail(error, reported);
    let mut own = link(LinkKind::Error, Truth::True, error.message_with(&detail), error.causes, None);
    if let (Some(fault), true) = (reported.role_fault(), error.id == "sts-validation") {
        let help = "set the account or the variable that is empty (`AWS_ROLE_ARN`, the annotation, the CI job's setting), so that the ARN reads \
                    `arn:aws:iam::ACCOUNT:role/NAME`";
        own = link(LinkKind::Error, Truth::False, format!("the requested role is not a role: {fault}"), help, None);
        links.retain(|link| link.holds != Truth::Unknown);
        return outside(links, own);
    }
    let is_suspect = |link: &ChainLink| error.points_to.contains(&link.kind) || (other_role && link.kind == LinkKind::Annotation);
    if let Some(at) = links.iter().position(|link| link.holds == Truth::False && is_suspect(link)) {
        // What breaks before it is not what this error is about.
        links.iter_mut().take(at).filter(|link| link.holds == Truth::False).for_each(set_aside);
        return links.insert(0, own);
    }
    if let [only] = error.points_to {
        let forced = forced(links, *only, error, &detail);
        links.retain(|link| link.kind != *only);
        links.iter_mut().for_each(|link| {
            if link.holds == Truth::False {
                set_aside(link);
            }
        });
        links.retain(|link| !comes_after(link.kind, *only));
        links.push(forced);
        return links.insert(0, own);
    }
    // The documents do not show it.
    let contradicted = links.iter().any(|link| link.holds == Truth::False && error.clears.contains(&link.kind));
    if contradicted {
        return links.insert(0, own);
    }
    own.holds = Truth::False;
    let missing: Vec<&str> =
        links.iter().filter(|link| link.holds == Truth::Unknown && is_suspect(link)).map(|link| link.help.as_str()).collect();
    let missing: Vec<&str> = missing.into_iter().filter(|help| !help.is_empty()).collect();
    if links.is_empty() && !error.points_to.is_empty() {
        own.help = format!("{}. To have it checked, give {}", own.help, documents_for(error));
    } else if !missing.is_empty() {
        own.help = format!("{}. {}", capital(&missing.join("; ")), capital(&own.help));
    } else if is_denied_though_admitted(links, error) && error.id.starts_with("pi-") {
        own.help = format!(
            "according to these documents the Pods are let in: check that the role in AWS still has this trust policy (`aws iam get-role`), that it was not created a \
             moment ago, and that no policy of the organization denies the call. {}",
            capital(&own.help)
        );
    } else if is_denied_though_admitted(links, error) {
        own.help = format!(
            "according to these documents the caller is let in, so the real call was different: decode the token that was sent and add it with \
             `--token`; check that the role in AWS still has this trust policy (`aws iam get-role`); look for a resource or service control \
             policy of the organization. {}",
            capital(&own.help)
        );
    }
    outside(links, own);
}

/// An error that lies outside of the documents: the other links show what is in order.
fn outside(links: &mut Vec<ChainLink>, own: ChainLink) {
    links.iter_mut().filter(|link| link.holds == Truth::False).for_each(set_aside);
    links.push(own);
}

/// What the documents leave open and the error proves. A link that the documents break stays broken: they may be of another role.
fn clear(links: &mut [ChainLink], error: &KnownError) {
    for link in links.iter_mut().filter(|link| link.holds == Truth::Unknown && error.clears.contains(&link.kind)) {
        link.holds = Truth::True;
        let proves = if link.kind == LinkKind::Token { "it was good when it was sent" } else { "this link holds" };
        link.message.push_str(&format!(", but the error proves that {proves}"));
        link.help.clear();
    }
}

fn set_aside(link: &mut ChainLink) {
    link.holds = Truth::Unknown;
    link.message.push_str(" (this is not what the error is about; it comes next)");
}

/// The one link that the error proves to be broken.
fn forced(links: &[ChainLink], kind: LinkKind, error: &KnownError, detail: &str) -> ChainLink {
    let seen = links.iter().rfind(|link| link.kind == kind);
    let message = match seen {
        Some(seen) if seen.holds == Truth::Unknown => format!("{}{detail}; {}", error.proves, seen.message),
        Some(seen) if seen.holds == Truth::True && matches!(kind, LinkKind::Provider | LinkKind::Audience | LinkKind::Token) => {
            format!("{}{detail}. The documents say otherwise: {}", error.proves, seen.message)
        }
        Some(_) => format!("{}{detail}", error.proves),
        // A condition on the audience that does not fit either shows the two values.
        None => {
            match links.iter().find(|link| kind == LinkKind::Audience && link.holds == Truth::False && link.message.contains("aud` is")) {
                Some(condition) => format!("{}. In the trust policy, too, {}", error.proves, condition.message),
                None => format!("{}{detail}", error.proves),
            }
        }
    };
    let help = match seen {
        Some(seen) if !seen.help.is_empty() && kind == LinkKind::Token => seen.help.clone(),
        _ => error.causes.to_owned(),
    };
    link(kind, Truth::False, message, help, seen.and_then(|seen| seen.place.as_ref()))
}

/// Whether STS comes to a link only after another.
fn comes_after(kind: LinkKind, other: LinkKind) -> bool {
    const ORDER: [LinkKind; 9] = [
        LinkKind::Workload,
        LinkKind::ServiceAccount,
        LinkKind::Annotation,
        LinkKind::Role,
        LinkKind::Token,
        LinkKind::Provider,
        LinkKind::Audience,
        LinkKind::Statement,
        LinkKind::Condition,
    ];
    let at = |kind: LinkKind| ORDER.iter().position(|known| *known == kind);
    at(kind) > at(other)
}

fn is_denied_though_admitted(links: &[ChainLink], error: &KnownError) -> bool {
    let judged = links.iter().any(|link| link.kind == LinkKind::Statement);
    error.points_to.contains(&LinkKind::Condition) && judged && links.iter().all(|link| link.holds != Truth::False)
}

fn documents_for(error: &KnownError) -> &'static str {
    if error.points_to.contains(&LinkKind::Statement) || error.points_to.contains(&LinkKind::Condition) {
        "the output of `aws iam get-role --role-name NAME`, the ServiceAccount (`kubectl get serviceaccount NAME -n NAMESPACE -o yaml`) or the \
         token (`--token FILE`)"
    } else if error.points_to.contains(&LinkKind::Provider) || error.points_to.contains(&LinkKind::Audience) {
        "the output of `aws iam list-open-id-connect-providers` and `aws iam get-open-id-connect-provider`"
    } else {
        "the Pod and its ServiceAccount (`kubectl get pod,serviceaccount -n NAMESPACE -o yaml`)"
    }
}

impl Walk<'_> {
    /// The second hop: a role's session assumes another role, or the same once more.
    pub fn chained(&mut self, (account, name, session): (&str, &str, &str)) {
        let Some(wanted) = self.reported.role.clone() else { return };
        let target = Arn::parse(&wanted).and_then(|arn| Some((arn.account.to_owned(), arn.role()?.1.to_owned())));
        let Some((target_account, target_name)) = target else { return };
        if let Some(finding) = self.evidence.of_second_role(&wanted, &target_name) {
            return self.links.push(super::found(LinkKind::Role, finding));
        }
        if target_account == account && target_name == name {
            let message = format!(
                "the program has the credentials of role `{name}` already (session `{session}`) and assumes the same role `{wanted}` once more, \
                 which its trust policy does not allow"
            );
            let help = "take the role out of the program's own settings (a field `role`, `roleArn`, `role_arn`, `assume_role`): the ServiceAccount \
                        has given it already";
            return self.push(LinkKind::Role, Truth::False, message, help, None);
        }
        let estate = &self.case.estate;
        let Some(role) = estate.role_by_arn(&wanted).to().and_then(|id| estate.role(id)) else {
            let message = format!("role `{name}` of account {account} calls `sts:AssumeRole` on `{wanted}`, which no document describes");
            let help = format!(
                "add the output of `aws iam get-role --role-name {target_name}` of account {target_account}: its trust policy must name \
                 `arn:aws:iam::{account}:role/{name}` under `AWS`, and role `{name}` must be allowed `sts:AssumeRole` on it"
            );
            return self.push(LinkKind::Role, Truth::Unknown, message, help, None);
        };
        let Some(policy) = role.trust.policy() else { return };
        let place = Place { span: policy.span, pointer: policy.pointer.clone() };
        if trusts(policy, account, name) {
            let message = format!("role `{target_name}` trusts role `{name}` of account {account}");
            self.push(LinkKind::Statement, Truth::True, message, "", Some(&place));
            let message = format!("role `{name}` must also be allowed `sts:AssumeRole` on `{wanted}`");
            let help = format!(
                "give role `{name}` a permissions policy that allows `sts:AssumeRole` on `{wanted}`, and check conditions such as `sts:ExternalId`"
            );
            self.push(LinkKind::Role, Truth::False, message, help, None);
        } else {
            let message =
                format!("role `{target_name}` does not trust role `{name}` of account {account}, which calls `sts:AssumeRole` on it");
            let help = format!(
                "add a statement to its trust policy that allows `sts:AssumeRole` (and `sts:TagSession` where the first session has tags, as \
                 those of EKS Pod Identity) to the AWS principal `arn:aws:iam::{account}:role/{name}`"
            );
            self.push(LinkKind::Statement, Truth::False, message, help, Some(&place));
        }
    }
}

/// Whether a policy lets a role of an account assume it, conditions aside. An assumed-role ARN does not show the role's path.
fn trusts(policy: &TrustPolicy, account: &str, name: &str) -> bool {
    let is_it = |value: &str| match Arn::parse(value) {
        Some(arn) => arn.account == account && (arn.resource == "root" || arn.role().is_some_and(|(_, own)| own == name)),
        None => value == account || value == "*",
    };
    policy.statements.iter().filter(|s| s.effect == Effect::Allow && !s.principals.negated).any(|statement| {
        crate::admission::action::speaks_of(&statement.action, "sts:AssumeRole")
            && statement.principals.list.iter().any(|p| match p.kind {
                PrincipalKind::Aws => is_it(&p.value.text),
                PrincipalKind::Star => true,
                _ => false,
            })
    })
}
