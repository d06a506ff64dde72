//! The admitted subject nearest to one that was refused, and in words what tells the two apart.

use smol_str::{SmolStr, format_smolstr};

use super::answer::Nearest;
use crate::admission::language::{Glob, Language};
use crate::admission::words::listed;
use crate::admission::{Admission, Answer, Budget, Claim, IssuerAdmission, Issuers, Token};
use crate::order;
use crate::policy::spelling;
use crate::provider::Kind;

/// Patterns shown of what a policy admits.
const SHOWN: usize = 4;

/// The admitted subject nearest to a token's, and what differs.
#[must_use]
pub fn nearest(admission: &Admission<'_>, token: &Token, issuers: &Issuers<'_>, budget: &Budget) -> Option<Nearest> {
    let subject = token.subject()?;
    let same_issuer = admission.issuers.iter().find(|i| i.issuer.as_ref() == Some(&token.issuer));
    let issuer = same_issuer.or_else(|| admission.issuers.iter().find(|i| !i.grants.is_empty()))?;
    let candidates = issuer.grants.iter().flat_map(|grant| candidates(&grant.subjects(), subject, issuer, issuers, budget));
    let best = candidates.min_by_key(|candidate| (spelling::distance(candidate, subject), *candidate != *subject))?;
    Some(Nearest { message: difference(issuer, token, subject, &best), subject: best })
}

/// Members of a set that have as much as possible in common with a subject.
fn candidates(
    subjects: &Language,
    subject: &SmolStr,
    issuer: &IssuerAdmission<'_>,
    issuers: &Issuers<'_>,
    budget: &Budget,
) -> Vec<SmolStr> {
    if subjects.contains(subject) {
        return vec![subject.clone()];
    }
    if let Some(listed) = subjects.as_literals() {
        return listed.to_vec();
    }
    let meant = as_meant(subjects, subject).filter(|meant| subjects.contains(meant));
    if let Some(meant) = meant {
        return vec![meant];
    }
    let forms = issuers.forms(issuer.issuer.as_deref());
    let legal = subjects.clone().intersect(forms.legal.clone());
    let within = |pattern: &str| match legal.clone().intersect(Language::glob(Glob::parse(pattern))).witness(budget) {
        Answer::Yes(found) => Some(found),
        _ => None,
    };
    let mut near = Vec::new();
    if let Some((head, name)) = subject.rsplit_once(':') {
        let prefix = head.rsplit_once(':').map_or(head, |(prefix, _)| prefix);
        near.extend(within(&format!("{prefix}:*:{name}")));
    }
    // The longest beginning that some admitted subject shares.
    let ends = subject.char_indices().rev().filter(|(_, c)| matches!(c, ':' | '/')).filter_map(|(at, _)| subject.get(..=at));
    near.extend(ends.take(12).find_map(|head| within(&format!("{head}*"))));
    if near.is_empty() {
        near.extend(within("*"));
    }
    if near.is_empty()
        && let Answer::Yes(found) = subjects.witness(budget)
    {
        // The policy would let it in, though no token of the issuer has such a subject.
        near.push(found);
    }
    near
}

/// The subject as the policy would have it: in its letter case, or without the ids of GitHub's newer subjects.
fn as_meant(subjects: &Language, subject: &str) -> Option<SmolStr> {
    let plain = without_ids(subject);
    if subjects.contains(&plain) {
        return Some(plain);
    }
    let patterns = subjects.patterns().like;
    let heads = patterns.iter().map(|pattern| pattern.split(['*', '?']).next().unwrap_or_default());
    let recased = heads.filter_map(|head| {
        let (own, rest) = subject.split_at_checked(head.len())?;
        own.eq_ignore_ascii_case(head).then(|| format_smolstr!("{head}{rest}"))
    });
    let lower = std::iter::once(SmolStr::from(subject.to_ascii_lowercase()));
    recased.chain(lower).find(|candidate| subjects.contains(candidate))
}

/// `repo:octo@1/app@2:ref` as `repo:octo/app:ref`.
fn without_ids(subject: &str) -> SmolStr {
    let Some((repository, rest)) = subject.strip_prefix("repo:").and_then(|rest| rest.split_once(':')) else { return subject.into() };
    let parts: Vec<&str> = repository.split('/').map(|part| part.split_once('@').map_or(part, |(name, _)| name)).collect();
    format_smolstr!("repo:{}:{rest}", parts.join("/"))
}

/// What tells the refused token from the nearest admitted one.
fn difference(issuer: &IssuerAdmission<'_>, token: &Token, subject: &str, nearest: &str) -> String {
    if issuer.issuer.as_ref() != Some(&token.issuer) {
        return other_issuer(issuer.issuer.as_deref().unwrap_or("any"), &token.issuer);
    }
    if subject == nearest {
        return other_claims(issuer, token);
    }
    if subject.eq_ignore_ascii_case(nearest) {
        return format!(
            "only the letter case differs: the policy has `{nearest}`, the token `{subject}`, and IAM compares letter by letter"
        );
    }
    if without_ids(subject) == without_ids(nearest) {
        return by_ids(subject, nearest);
    }
    let kubernetes = issuer.provider.is_some_and(|provider| provider.kind == Kind::Kubernetes);
    let parts = |text: &str| text.strip_prefix("system:serviceaccount:")?.split_once(':').map(|(a, b)| (a.to_owned(), b.to_owned()));
    let admitted = admitted(issuer, nearest);
    match (kubernetes, parts(subject), parts(nearest)) {
        (true, Some((namespace, name)), Some((other, same))) if name == same => {
            return format!("the namespace differs: the policy admits `{other}`, the token's is `{namespace}`");
        }
        (true, Some((namespace, name)), Some((same, other))) if namespace == same => {
            return format!("the ServiceAccount's name differs: the policy admits `{other}`, the token's is `{name}`");
        }
        _ => {}
    }
    if let Some(words) = by_repository(subject, nearest, &admitted) {
        return words;
    }
    if let Some((field, own)) = field(subject, nearest) {
        return format!("`{field}` differs: the policy admits {admitted}, the token has `{field}:{own}` (`{subject}`)");
    }
    let common = common_beginning(subject, nearest);
    let apart = subject.get(common..).unwrap_or_default();
    if common < 5 || apart.is_empty() {
        return format!("the subject differs: the policy admits {admitted}, the token's is `{subject}`");
    }
    let (shared, same) = (subject.get(..common).unwrap_or_default(), nearest.get(common..).unwrap_or_default());
    format!("the subject differs after `{shared}`: the policy admits {admitted}, here `{same}`, the token goes on with `{apart}`")
}

/// The first field in which two subjects of names and values (`organization:acme:project:x`) differ, and the value of the first.
fn field<'a>(subject: &'a str, nearest: &str) -> Option<(&'a str, &'a str)> {
    let own: Vec<&str> = subject.split(':').collect();
    let at = own.iter().zip(nearest.split(':')).position(|(a, b)| *a != b)?;
    let is_name = |text: &&str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
    let name = at.checked_sub(1).filter(|_| at % 2 == 1 && own.len() >= 4).and_then(|at| own.get(at)).copied().filter(is_name)?;
    Some((name, own.get(at)?))
}

fn other_issuer(admitted: &str, own: &str) -> String {
    let cluster = |text: &str| text.split_once("/id/").map(|(host, id)| (host.to_owned(), id.to_owned()));
    let github = "token.actions.githubusercontent.com";
    let hint = if let (Some((host, id)), Some((other, same))) = (cluster(admitted), cluster(own)) {
        if id == same && host != other {
            ": the id is the same, the region or host is not"
        } else {
            ": these are two clusters (a re-created cluster has a new issuer)"
        }
    } else if admitted != own && admitted.starts_with(github) && own.starts_with(github) {
        ": one of the two has the path of a GitHub enterprise"
    } else if admitted.trim_end_matches('/') == own.trim_end_matches('/') {
        ": only the trailing slash differs, but it matters"
    } else if admitted.eq_ignore_ascii_case(own) {
        ": only the letter case differs, but it matters"
    } else {
        ""
    };
    format!("the issuer differs: the policy admits tokens of `{admitted}`, this one comes from `{own}`{hint}")
}

/// The subject fits; so it is the audience, or a claim that a condition asks for.
fn other_claims(issuer: &IssuerAdmission<'_>, token: &Token) -> String {
    let audience = match token.claim("azp").or_else(|| token.claim("aud")) {
        Some(Claim::One(audience)) => audience,
        _ => return "the subject is admitted, but the token has no single audience".to_owned(),
    };
    let admitted = issuer.grants.iter().any(|grant| grant.audiences().contains(audience));
    if admitted {
        return "subject and audience are admitted, so another claim differs: see the condition that does not hold".to_owned();
    }
    let wanted: Vec<SmolStr> = issuer.grants.iter().flat_map(|grant| grant.audiences().patterns().like).collect();
    let wanted = listed(wanted.iter().map(SmolStr::as_str), SHOWN);
    format!("the subject is admitted, but the audience differs: the policy admits {wanted}, the token's is `{audience}`")
}

/// The patterns of what is admitted, those first that begin as the nearest subject does.
fn admitted(issuer: &IssuerAdmission<'_>, nearest: &str) -> String {
    let mut patterns: Vec<SmolStr> = issuer.grants.iter().flat_map(|grant| grant.subjects().patterns().like).collect();
    order::sort_by_key(&mut patterns, |pattern| std::cmp::Reverse(common_beginning(pattern, nearest)));
    patterns.dedup();
    listed(patterns.iter().map(SmolStr::as_str), SHOWN)
}

/// GitHub's subjects with and without ids. Source: GitHub Docs, "OpenID Connect reference", immutable subject claims.
fn by_ids(subject: &str, nearest: &str) -> String {
    if subject.contains('@') {
        return format!(
            "the token's subject carries the ids of owner and repository (`@`), as GitHub writes it for repositories created, renamed or \
             transferred since July 2026: `{subject}`; the policy admits the form without them, `{nearest}`: list both"
        );
    }
    format!(
        "the policy admits the subject with the ids of owner and repository (`@`), `{nearest}`, and this repository's tokens do not carry \
         them: `{subject}`"
    )
}

/// What differs in a GitHub subject: the repository, or what follows it.
fn by_repository(subject: &str, nearest: &str, admitted: &str) -> Option<String> {
    let (own, context) = subject.strip_prefix("repo:")?.split_once(':')?;
    let (other, wanted) = nearest.strip_prefix("repo:")?.split_once(':')?;
    if own != other {
        let what = if own.split('/').next() == other.split('/').next() { "repository" } else { "owner of the repository" };
        return Some(format!("the {what} differs: the policy admits {admitted}, the token comes from `{own}`"));
    }
    let branch = |context: &str| context.strip_prefix("ref:refs/heads/").map(str::to_owned);
    Some(match (branch(context), branch(wanted)) {
        (Some(branch), Some(_)) => {
            format!("the branch differs: the token comes from branch `{branch}` (`{context}`), the policy admits {admitted}")
        }
        _ => format!("{}: the policy admits {admitted}, the token's subject is `{subject}`", context_words(context)),
    })
}

fn context_words(context: &str) -> String {
    match context.split_once(':') {
        Some(("environment", name)) => {
            format!("the job runs in environment `{name}`, so its subject ends in `environment:{name}` instead of the branch or tag")
        }
        Some(("ref", reference)) if reference.starts_with("refs/tags/") => format!("the job runs for a tag, `{reference}`"),
        Some(("ref", reference)) => format!("the job runs for `{reference}` without an environment"),
        _ if context == "pull_request" => "the job runs for a pull request, whose subject names no branch".to_owned(),
        _ => format!("the subject ends in `{context}`"),
    }
}

/// How many bytes two texts have in common at their beginning.
fn common_beginning(a: &str, b: &str) -> usize {
    a.char_indices().zip(b.chars()).take_while(|((_, x), y)| x == y).map(|((at, c), _)| at + c.len_utf8()).last().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::provider::Catalogue;

    fn told(issuer: &str, patterns: &[&str], subject: &str) -> String {
        let catalogue = Catalogue::new(&[]);
        let issuers = Issuers::new(&catalogue);
        let values = serde_json::to_string(patterns).unwrap();
        let text = format!(
            r#"{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Federated": "arn:aws:iam::111122223333:oidc-provider/{issuer}"}}, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": {{"StringEquals": {{"{issuer}:aud": "sts.amazonaws.com"}}, "StringLike": {{"{issuer}:sub": {values}}}}}}}]}}"#
        );
        let map = crate::source::TextMap::direct(crate::source::FileId(0), 0);
        let parsed = crate::syntax::json::parse(&text, &map, &crate::syntax::Limits::default());
        let policy = crate::policy::read(&parsed.root.unwrap(), &crate::syntax::Pointer::root());
        let budget = Budget::default();
        let admission = Admission::of(&policy, None, &issuers, &budget);
        nearest(&admission, &Token::new(issuer, subject, "sts.amazonaws.com"), &issuers, &budget).unwrap().message
    }

    const GITHUB: &str = "token.actions.githubusercontent.com";

    #[test]
    fn says_how_issuers_differ() {
        let eks = |region: &str, id: &str| format!("oidc.eks.{region}.amazonaws.com/id/{id}");
        assert!(other_issuer("acme.auth0.com/", "acme.auth0.com").contains("slash"));
        assert!(other_issuer(&eks("eu-west-1", "A"), &eks("eu-west-1", "B")).contains("two clusters"));
        assert!(other_issuer(&eks("eu-west-1", "A"), &eks("us-east-1", "A")).contains("region"));
        assert!(other_issuer(GITHUB, &format!("{GITHUB}/acme")).contains("enterprise"));
        assert!(other_issuer("a.example.com", "b.example.com").ends_with("`b.example.com`"));
    }

    #[test]
    fn names_the_class_of_the_difference() {
        let github = |patterns: &[&str], subject: &str| told(GITHUB, patterns, subject);
        assert!(github(&["repo:acme/*"], "repo:Acme/web:ref:refs/heads/main").contains("letter case"));
        assert!(github(&["repo:acme/web:*"], "repo:acme@1/web@2:ref:refs/heads/main").contains("`@`"));
        let environment = github(&["repo:acme/web:ref:refs/heads/main"], "repo:acme/web:environment:live");
        assert!(environment.contains("environment `live`") && environment.contains("refs/heads/main"), "{environment}");
        let branch =
            github(&["repo:acme/web:ref:refs/heads/main", "repo:acme/web:ref:refs/heads/feat/*"], "repo:acme/web:ref:refs/heads/x");
        assert!(branch.contains("branch `x`") && branch.contains("feat/*"), "{branch}");
        assert!(github(&["repo:acme/web:*"], "repo:acme/api:pull_request").starts_with("the repository differs"));
        assert!(github(&["repo:acme/web:ref:refs/heads/main"], "repo:acme/web:pull_request").contains("pull request"));
        let generic = told("idp.example.com", &["org/acme/project/x"], "org/acme/project/y");
        assert!(generic.contains("differs after `org/acme/project/`"), "{generic}");
        let field = told("app.terraform.io", &["organization:acme:project:x:workspace:*"], "organization:acme:project:y z:workspace:w");
        assert!(field.starts_with("`project` differs") && field.contains("`project:y z`"), "{field}");
    }
}
