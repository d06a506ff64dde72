//! One owner or repository of GitHub in two spellings.

use irsa_lint_core::declare_rule;
use irsa_lint_core::order;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::trust::faults::{guess, replaced};
use crate::trust::github::{Named, named};

declare_rule! {
    /// Two conditions write the same GitHub owner or repository in different letter case.
    ///
    /// ## Why is this bad?
    ///
    /// For GitHub, `Octo-Org` and `octo-org` are the same organisation. For IAM they are not: it compares the subject letter by letter. A
    /// token has the spelling with which the organisation or repository was created, so one of the two values matches no token.
    ///
    /// ## Severity
    ///
    /// Warning: jobs of one of the two are refused. Only a token shows which one.
    ///
    /// ## How to fix it
    ///
    /// Write the name exactly as it is in the URL of the repository's page, or in the claim `repository` of a token.
    ///
    /// ## References
    ///
    /// - GitHub Docs, "OpenID Connect reference"
    /// - IAM User Guide, "IAM JSON policy elements: Condition operators"
    ///
    /// ```json fail at=/Statement/1/Condition/StringEquals/token.actions.githubusercontent.com:sub
    /// {
    ///   "Version": "2012-10-17",
    ///   "Statement": [{
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///         "token.actions.githubusercontent.com:sub": "repo:Octo-Org/octo-repo:environment:production"
    ///       }
    ///     }
    ///   }, {
    ///     "Effect": "Allow",
    ///     "Principal": {"Federated": "arn:aws:iam::111122223333:oidc-provider/token.actions.githubusercontent.com"},
    ///     "Action": "sts:AssumeRoleWithWebIdentity",
    ///     "Condition": {
    ///       "StringEquals": {
    ///         "token.actions.githubusercontent.com:aud": "sts.amazonaws.com",
    ///         "token.actions.githubusercontent.com:sub": "repo:octo-org/octo-repo:environment:staging"
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
    ///         "token.actions.githubusercontent.com:sub": "repo:Octo-Org/octo-repo:environment:production"
    ///       }
    ///     }
    ///   }]
    /// }
    /// ```
    pub SubjectLetterCase { id: "subject-letter-case", severity: Warning, family: "nobody", fix: Unsafe }
}

impl Rule for SubjectLetterCase {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        let exact = |named: &Named<'_>| !named.condition.known().is_some_and(|operator| operator.base.ignores_case());
        let mut all: Vec<Named<'_>> = named(view).into_iter().filter(exact).collect();
        let folded = |named: &Named<'_>| named.subject.owner.to_ascii_lowercase();
        order::sort_by_key(&mut all, folded);
        for of_owner in all.chunk_by(|a, b| a.subject.is_same_owner(&b.subject)) {
            let Some(first) = of_owner.first() else { continue };
            let mut told = Vec::new();
            for named in of_owner.iter().filter(|named| differs(named, first).is_some() && !lists_both(named, of_owner)) {
                if !told.contains(&named.role) {
                    told.push(named.role);
                    report(named, first, view, out);
                }
            }
        }
    }
}

/// The names that differ in letter case alone: this one's and the other's.
fn differs<'n>(named: &Named<'n>, other: &Named<'n>) -> Option<(&'n str, &'n str)> {
    let (own, theirs) = (&named.subject, &other.subject);
    if own.owner != theirs.owner {
        return Some((own.owner, theirs.owner));
    }
    (own.repo != theirs.repo && own.is_same_repo(theirs)).then_some((own.repo, theirs.repo))
}

/// Whether the same condition has a value that differs in letter case alone: whoever lists both has thought of it.
fn lists_both(named: &Named<'_>, all: &[Named<'_>]) -> bool {
    let twin = |other: &&Named<'_>| {
        other.condition.span == named.condition.span
            && other.value.text != named.value.text
            && other.value.text.eq_ignore_ascii_case(&named.value.text)
    };
    all.iter().any(|other| twin(&other))
}

fn report(named: &Named<'_>, other: &Named<'_>, view: &View<'_>, out: &mut Findings) {
    let Some((own, theirs)) = differs(named, other) else { return };
    let elsewhere = if other.role == named.role { "another value of the same policy".to_owned() } else { view.role_name(other.role) };
    let message = format!(
        "`{}` has `{own}`, but {elsewhere} has `{theirs}`: the letter case matters to IAM, so one of the two \
         matches no token",
        named.value.text
    );
    let at = named.value.text.find(own).unwrap_or_default();
    let fix = guess(format!("write `{theirs}`"), [replaced(named.value, at..at + own.len(), theirs)]);
    out.report(&SubjectLetterCase::META, named.place(), message)
        .help(format!("write the name as it is in the claim `repository` of a token: `{theirs}` or `{own}`"))
        .related(other.place(), format!("`{theirs}` here"))
        .fix(fix)
        .done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{ISSUER, check, of_rule, policy};

    fn found(subjects: &[&str]) -> usize {
        let github = |subjects: &str| {
            policy(&format!(r#"{{"StringLike": {{"ISSUER:sub": {subjects}}}}}"#)).replace(ISSUER, "token.actions.githubusercontent.com")
        };
        let texts: Vec<String> = subjects.iter().map(|subjects| github(subjects)).collect();
        let files: Vec<(&str, &str)> = ["a.json", "b.json"].into_iter().zip(texts.iter().map(String::as_str)).collect();
        of_rule(&check(&files), "subject-letter-case").len()
    }

    #[test]
    fn two_spellings_of_one_name() {
        assert_eq!(found(&[r#""repo:Octo-Org/app:*""#, r#""repo:octo-org/*""#]), 1);
        assert_eq!(found(&[r#""repo:octo-org/App:*""#, r#"["repo:octo-org/app:*", "repo:octo-org/app:pull_request"]"#]), 1);
        assert_eq!(found(&[r#"["repo:Octo-Org/app:*", "repo:octo-org/other:*"]"#]), 1);
    }

    #[test]
    fn one_spelling_or_both_on_purpose() {
        assert_eq!(found(&[r#""repo:Octo-Org/app:*""#, r#""repo:Octo-Org/Other:*""#]), 0);
        assert_eq!(found(&[r#"["repo:Octo-Org/app:*", "repo:octo-org/app:*"]"#]), 0);
        assert_eq!(found(&[r#""repo:octo-org/App:*""#, r#""repo:octo-people/app:*""#]), 0);
    }
}
