//! The annotation `token-expiration` asks for what nobody gives.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::Severity;
use irsa_lint_core::document::model::{Annotation, ServiceAccount, Workload};
use irsa_lint_core::estate::{ServiceAccountId, WorkloadId};
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::{place, value};
use crate::objects::webhook::TOKEN_EXPIRATION;
use crate::objects::workloads::{account_of, what};

declare_rule! {
    /// The annotation `eks.amazonaws.com/token-expiration` is not a number of seconds, or not a possible one.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook expects a whole number of seconds. It raises a value below 600 to 600, and ignores anything that is not a number and
    /// uses its default, one day. EKS issues no token for longer than one day. The tokens live longer or shorter than intended.
    ///
    /// ## Severity
    ///
    /// Warning: the Pods work, though not as the manifest says. Info if Pod and ServiceAccount request different times: the Pod's counts.
    ///
    /// ## How to fix it
    ///
    /// Write a number of seconds from 600 to 86400 as a string, or remove the annotation.
    ///
    /// ## References
    ///
    /// - amazon-eks-pod-identity-webhook, README
    /// - EKS User Guide, "Configure Pods to use a Kubernetes service account"
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1token-expiration
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    ///     eks.amazonaws.com/token-expiration: 1h
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: ServiceAccount
    /// metadata:
    ///   name: api
    ///   namespace: payments
    ///   annotations:
    ///     eks.amazonaws.com/role-arn: arn:aws:iam::111122223333:role/payments
    ///     eks.amazonaws.com/token-expiration: "3600"
    /// ```
    pub TokenExpiration { id: "token-expiration", severity: Warning, family: "service-account", fix: None }
}

/// The bounds, in seconds. Source: amazon-eks-pod-identity-webhook, `pkg/config.go`; EKS User Guide, "Kubernetes service accounts".
const SHORTEST: i64 = 600;
const LONGEST: i64 = 86_400;

impl Rule for TokenExpiration {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn service_account(&self, _id: ServiceAccountId, account: &ServiceAccount, view: &View<'_>, out: &mut Findings) {
        let Some(annotation) = account.annotation(TOKEN_EXPIRATION) else { return };
        judge(annotation, &format!("ServiceAccount `{}`", account.display_name()), view, out);
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let Some(annotation) = workload.pod_annotations.iter().rev().find(|a| a.key.text == TOKEN_EXPIRATION) else { return };
        judge(annotation, &what(workload), view, out);
        let seconds = |annotation: &Annotation| annotation.value.value().and_then(|value| value.text.parse::<i64>().ok());
        let Some((_, account)) = account_of(view, id) else { return };
        let Some(other) = account.annotation(TOKEN_EXPIRATION) else { return };
        let (Some(own), Some(others)) = (seconds(annotation), seconds(other)) else { return };
        if own != others {
            let message = format!(
                "{} requests tokens for {own} seconds, but ServiceAccount `{}` for {others}: the Pod's annotation counts",
                what(workload),
                account.display_name()
            );
            out.report(&Self::META, place(annotation), message)
                .severity(Severity::Info)
                .help("remove one of the two annotations")
                .related(place(other), "this one is ignored")
                .done();
        }
    }
}

fn judge(annotation: &Annotation, who: &str, view: &View<'_>, out: &mut Findings) {
    let Some((text, place)) = value(annotation) else { return };
    if text.text.contains("${") || text.text.contains("$(") || annotation.unquoted.is_some() {
        return;
    }
    let on_eks =
        view.estate.cluster_issuer().value().is_none_or(|issuer| issuer.starts_with("oidc.eks.") || issuer.starts_with("oidc-eks."));
    let (message, help) = match text.text.parse::<i64>() {
        Err(_) => {
            let help = in_seconds(&text.text).map_or_else(
                || "write a number of seconds from 600 to 86400, as a string".to_owned(),
                |seconds| format!("write `\"{seconds}\"`, if that is what you want"),
            );
            (
                format!(
                    "`{TOKEN_EXPIRATION}` of {who} is `{}`, which is not a number of seconds, so the default of one day is used",
                    text.text
                ),
                help,
            )
        }
        Ok(seconds) if seconds < SHORTEST => (
            format!("`{TOKEN_EXPIRATION}` of {who} is {seconds} seconds, but the webhook raises it to the minimum of {SHORTEST}"),
            format!("write `\"{SHORTEST}\"` or more"),
        ),
        Ok(seconds) if seconds > LONGEST && on_eks => (
            format!("`{TOKEN_EXPIRATION}` of {who} is {seconds} seconds, but EKS issues tokens for at most {LONGEST} (one day)"),
            format!("write `\"{LONGEST}\"` or less"),
        ),
        Ok(_) => return,
    };
    out.report(&TokenExpiration::META, place, message).help(help).done();
}

/// What `1h`, `90m`, `3600s` and `3,600` mean.
fn in_seconds(text: &str) -> Option<i64> {
    let plain: String = text.chars().filter(|c| !c.is_whitespace() && !matches!(c, ',' | '_' | '"' | '\'')).collect();
    let (number, unit) = match plain.strip_suffix(['s', 'm', 'h', 'd']) {
        Some(number) => (number, plain.chars().last().unwrap_or('s')),
        None => (plain.as_str(), 's'),
    };
    let seconds = match unit {
        'm' => 60,
        'h' => 3_600,
        'd' => 86_400,
        _ => 1,
    };
    number.parse::<i64>().ok()?.checked_mul(seconds).filter(|all| (SHORTEST..=LONGEST).contains(all))
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(value: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    eks.amazonaws.com/token-expiration: {value}\n"
        );
        of_rule(&check(&[("sa.yaml", &text)]), "token-expiration").iter().map(|d| format!("{} {}", d.message, d.help)).collect()
    }

    #[test]
    fn knows_what_the_webhook_takes() {
        for good in ["\"600\"", "\"86400\"", "'3600'", "\"+3600\"", "'${TOKEN_EXPIRATION}'", "'{{ .Values.expiration }}'"] {
            assert!(found(good).is_empty(), "{good}");
        }
        for (bad, says) in [
            ("\"599\"", "minimum of 600"),
            ("\"0\"", "600"),
            ("\"86401\"", "one day"),
            ("1h", "\"3600\""),
            ("\"\"", "from 600"),
            ("\" 3600\"", "\"3600\""),
        ] {
            assert!(found(bad).iter().any(|text| text.contains(says)), "{bad}: {:?}", found(bad));
        }
    }

    #[test]
    fn another_cluster_than_eks_may_have_another_bound() {
        let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n  annotations:\n    eks.amazonaws.com/token-expiration: '90000'\n";
        assert_eq!(of_rule(&check(&[("sa.yaml", account)]), "token-expiration").len(), 1);
        let pod = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: x\n  annotations: {eks.amazonaws.com/token-expiration: '3600'}\nspec: {serviceAccountName: api}\n";
        let both = check(&[("sa.yaml", &account.replace("90000", "7200")), ("pod.yaml", pod)]);
        assert!(of_rule(&both, "token-expiration")[0].message.contains("the Pod's annotation counts"));
    }
}
