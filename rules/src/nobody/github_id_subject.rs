//! A subject of GitHub's with names alone, where GitHub may send one with ids.

use irsa_lint_core::admission::language::Glob;
use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Edit, Fix, Severity};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::trust::github::{Named, named};

declare_rule! {
    /// A GitHub subject names owner and repository without their ids, but newer repositories send them with ids.
    ///
    /// ## Why is this bad?
    ///
    /// For a repository that was created, renamed or moved since 15 July 2026, the subject is `repo:OWNER@ID/REPO@ID:…`. A pattern with
    /// only the names does not match it: the first job after a rename or move is refused. And whoever takes over a name that became free
    /// still matches the old pattern.
    ///
    /// ## Severity
    ///
    /// Warning if the files show a subject with ids. Info otherwise: for older repositories the names are right.
    ///
    /// ## How to fix it
    ///
    /// List both forms until no job sends the old one. The ids are `repository_owner_id` and `repository_id` in a token, or what `gh api
    /// repos/OWNER/REPO` shows.
    ///
    /// ## References
    ///
    /// - GitHub Docs, "OpenID Connect reference"
    /// - IAM User Guide, "Available keys for AWS OIDC federation"
    ///
    /// ```json fail at=/Statement/0/Condition/StringEquals/token.actions.githubusercontent.com:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///         "token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:environment:production"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    ///
    /// ```json pass
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///         "token.actions.githubusercontent.com:sub": [
    ///           "repo:octo-org/octo-repo:environment:production",
    ///           "repo:octo-org@583231/octo-repo@1296269:environment:production"
    ///         ]
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub GithubIdSubject { id: "github-id-subject", severity: Warning, family: "nobody", fix: Unsafe }
}

impl Rule for GithubIdSubject {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let all = named(view);
        let with_ids: Vec<&Named<'_>> = all.iter().filter(|named| named.subject.has_ids()).collect();
        for of_role in all.chunk_by(|a, b| a.role == b.role) {
            let bare: Vec<&Named<'_>> =
                of_role.iter().filter(|named| !named.subject.has_ids() && is_usual(named, view) && !is_covered(named, of_role)).collect();
            let shown = bare.iter().find_map(|named| Some((*named, *with_ids.iter().find(|other| shows_ids_of(other, named))?)));
            match (shown, bare.as_slice()) {
                (Some((named, other)), _) => shown_with_ids(named, other, view, out),
                (None, [first, others @ ..]) => by_name_alone(first, others.len(), &with_ids, view, out),
                (None, []) => {}
            }
        }
    }
}

/// Whether GitHub sends such a subject at all: where it does not, other rules say so.
fn is_usual(named: &Named<'_>, view: &View<'_>) -> bool {
    let pattern = named.subject.rest.contains(['*', '?']) || !named.subject.is_one();
    if pattern { !named.value.text.contains(' ') } else { view.issuers.forms(Some(named.issuer)).legal.contains(&named.value.text) }
}

/// Whether another value of the role lets in the same repository under the form with ids.
fn is_covered(named: &Named<'_>, of_role: &[Named<'_>]) -> bool {
    let subject = &named.subject;
    let fill = |text: &str| text.replace(['*', '?'], "a");
    let sample = format!("repo:{}@1/{}@2{}", subject.owner, fill(subject.repo), fill(subject.rest));
    let conditions = of_role.iter().map(|other| other.condition);
    let by_pattern = conditions.filter(|c| c.known().is_some_and(|operator| operator.base.has_wildcards())).flat_map(|c| &c.values);
    let mut others = of_role.iter().filter(|other| other.subject.has_ids());
    others.any(|other| {
        other.subject.is_same_owner(subject) && (!subject.is_one() || other.subject.is_same_repo(subject) || !other.subject.is_one())
    }) || by_pattern.into_iter().any(|value| value.text.contains('*') && Glob::parse(&value.text).matches(&sample))
}

/// Whether a value elsewhere in the run shows that this very repository sends its ids.
fn shows_ids_of(other: &Named<'_>, named: &Named<'_>) -> bool {
    let is_id = |id: Option<&str>| id.is_some_and(|id| !id.is_empty() && id.bytes().all(|b| b.is_ascii_digit()));
    let (theirs, own) = (&other.subject, &named.subject);
    other.issuer == named.issuer && is_id(theirs.owner_id) && is_id(theirs.repo_id) && own.is_one() && theirs.is_same_repo(own)
}

fn shown_with_ids(named: &Named<'_>, other: &Named<'_>, view: &View<'_>, out: &mut Findings) {
    let (own, theirs) = (&named.subject, &other.subject);
    let (owner_id, repo_id) = (theirs.owner_id.unwrap_or_default(), theirs.repo_id.unwrap_or_default());
    let (owner, repo) = (theirs.owner, theirs.repo);
    let wanted = format!("repo:{owner}@{owner_id}/{repo}@{repo_id}{}", own.rest);
    // Where its own policy shows them, both forms are listed and nothing is said.
    let elsewhere = view.role_name(other.role);
    let message = format!(
        "`{}` does not match `repo:{owner}@{owner_id}/{repo}@{repo_id}:…`, as {elsewhere} names this repository: if GitHub sends its ids, \
         no job of it can assume {} through this value",
        named.value.text,
        view.role_name(named.role)
    );
    out.report(&GithubIdSubject::META, named.place(), message)
        .help(format!("also list `{wanted}`"))
        .related(other.place(), "here with ids")
        .fix(added(named, &wanted))
        .done();
}

fn by_name_alone(named: &Named<'_>, others: usize, with_ids: &[&Named<'_>], view: &View<'_>, out: &mut Findings) {
    let subject = &named.subject;
    let owner_id = with_ids.iter().find(|other| other.subject.is_same_owner(subject)).and_then(|other| other.subject.owner_id);
    let (owner, repo, rest) = (subject.owner, subject.repo, subject.rest);
    let repo_id = if subject.is_one() { "REPO_ID" } else { "*" };
    let wanted = format!("repo:{owner}@{}/{repo}@{repo_id}{rest}", owner_id.unwrap_or("OWNER_ID"));
    let more = if others > 0 { format!(" and {others} more of {}", view.role_name(named.role)) } else { String::new() };
    let verb = if others > 0 { "match" } else { "matches" };
    let message = format!(
        "`{}`{more} {verb} no repository created, renamed or moved after 15 July 2026: their subjects have ids, as in `repo:{owner}@{}/…`",
        named.value.text,
        owner_id.unwrap_or("OWNER_ID")
    );
    let help = format!("if that applies to this repository, also list `{wanted}`; `gh api repos/OWNER/REPO` shows the ids");
    out.report(&GithubIdSubject::META, named.place(), message).severity(Severity::Info).help(help).done();
}

/// The value with another one beside it, where the text is plain JSON.
fn added(named: &Named<'_>, wanted: &str) -> Option<Fix> {
    let value = named.value;
    let inner = value.inner_span().range();
    let plain = inner.len() == value.text.len() && value.span.range().len() == inner.len() + 2;
    let (own, other) = (format!("\"{}\"", value.text), format!("\"{wanted}\""));
    let text = if named.condition.list { format!("{own}, {other}") } else { format!("[{own}, {other}]") };
    let edits = vec![Edit { span: value.span, text }];
    plain.then(|| Fix { applicability: Applicability::Unsafe, message: format!("list `{wanted}` as well"), edits })
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::diagnostic::apply;

    use crate::testing::{ISSUER, check, of_rule, policy};

    fn github(subjects: &str) -> String {
        policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": {subjects}}}}}"#)).replace(ISSUER, "token.actions.githubusercontent.com")
    }

    fn found(files: &[&str]) -> Vec<(&'static str, String)> {
        let names = ["a.json", "b.json"];
        let files: Vec<(&str, &str)> = names.into_iter().zip(files.iter().copied()).collect();
        let answer = check(&files);
        of_rule(&answer, "github-id-subject").into_iter().map(|d| (d.severity.name(), d.message.clone())).collect()
    }

    #[test]
    fn one_remark_for_each_role() {
        let found = found(&[&github(r#"["repo:octo-org/a:*", "repo:other/a:*", "repo:octo-org/*"]"#)]);
        assert!(found.len() == 1 && found[0].0 == "info" && found[0].1.contains("and 2 more"), "{found:?}");
    }

    #[test]
    fn the_run_shows_the_ids() {
        let (bare, other) = (github(r#""repo:octo-org/app:environment:prod""#), github(r#""repo:Octo-Org@1/app@2:ref:refs/heads/main""#));
        let found = found(&[&bare, &other]);
        assert!(found.len() == 1 && found[0].0 == "warning", "{found:?}");
        let answer = check(&[("a.json", &bare), ("b.json", &other)]);
        let fix = of_rule(&answer, "github-id-subject")[0].fix.clone().unwrap();
        let mended = apply(&bare, &fix.edits).unwrap();
        assert!(mended.contains(r#"["repo:octo-org/app:environment:prod", "repo:Octo-Org@1/app@2:environment:prod"]"#), "{mended}");
        let answer = check(&[("a.json", &mended), ("b.json", &other)]);
        assert!(of_rule(&answer, "github-id-subject").is_empty());
        // Another repository of the same owner may be older.
        assert_eq!(self::found(&[&github(r#""repo:octo-org/old:*""#), &other])[0].0, "info");
    }

    #[test]
    fn both_forms_or_patterns_that_cover_both() {
        for subjects in [
            r#"["repo:octo-org/app:*", "repo:octo-org@1/app@2:*"]"#,
            r#""repo:octo-org@1/app@2:*""#,
            r#"["repo:octo-org/app:*", "repo:octo-org@*/app@*:*"]"#,
            r#"["repo:octo-org/*", "repo:octo-org@1/*"]"#,
            r#""repo:octo-*""#,
            r#""repository_id:2""#,
        ] {
            assert_eq!(found(&[&github(subjects)]), [], "{subjects}");
        }
        let server =
            github(r#""repo:octo-org/app:*""#).replace("token.actions.githubusercontent.com", "github.example.com/_services/token");
        assert_eq!(found(&[&server]), []);
    }
}
