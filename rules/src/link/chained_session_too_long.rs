//! A role that is assumed from another role is asked for longer than an hour.

use irsa_lint_core::declare_rule;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};
use irsa_lint_core::syntax::Place;

/// How many seconds a session of a role that is assumed from another can last. Source: IAM User Guide, "Roles terms and concepts", Role
/// chaining.
const MOST_SECONDS: u64 = 3600;

declare_rule! {
    /// A session longer than one hour is requested for a role that is assumed from another role.
    ///
    /// ## Why is this bad?
    ///
    /// A session of a role that is assumed with the credentials of another role lasts one hour at most, whatever the role's maximum
    /// session duration is. STS refuses a longer one: `The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by
    /// role chaining`.
    ///
    /// ## Severity
    ///
    /// Error: STS refuses the call.
    ///
    /// ## How to fix it
    ///
    /// Remove the duration or write 3600. The SDKs request a new session before the old one ends.
    ///
    /// ## References
    ///
    /// - IAM User Guide, "Roles terms and concepts"
    ///
    /// ```yaml fail at=/data/config
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws, namespace: prod}
    /// data:
    ///   config: |
    ///     [profile first]
    ///     role_arn = arn:aws:iam::111122223333:role/first
    ///     web_identity_token_file = /var/run/secrets/eks.amazonaws.com/serviceaccount/token
    ///     [profile second]
    ///     role_arn = arn:aws:iam::444455556666:role/second
    ///     source_profile = first
    ///     duration_seconds = 43200
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ConfigMap
    /// metadata: {name: aws, namespace: prod}
    /// data:
    ///   config: |
    ///     [profile first]
    ///     role_arn = arn:aws:iam::111122223333:role/first
    ///     web_identity_token_file = /var/run/secrets/eks.amazonaws.com/serviceaccount/token
    ///     duration_seconds = 43200
    ///     [profile second]
    ///     role_arn = arn:aws:iam::444455556666:role/second
    ///     source_profile = first
    /// ```
    pub ChainedSessionTooLong { id: "chained-session-too-long", severity: Error, family: "link", fix: None }
}

impl Rule for ChainedSessionTooLong {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn estate(&self, view: &View<'_>, out: &mut Findings) {
        for second in &view.estate.documents().second_roles {
            let Some(duration) = &second.duration else { continue };
            if duration.text.parse::<u64>().is_ok_and(|seconds| seconds > MOST_SECONDS) {
                let message = format!(
                    "{} assumes role `{}` from another role for {} seconds, but such a session can last at most {MOST_SECONDS} seconds",
                    second.asker, second.arn.text, duration.text
                );
                let place = Place { span: duration.span, pointer: second.place.pointer.clone() };
                out.report(&Self::META, place, message).help(format!("remove the duration, or write {MOST_SECONDS}")).done();
            }
        }
    }
}
