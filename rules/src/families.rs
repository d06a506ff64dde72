//! The families of rules, each with what its rules find. A rule's family is the folder that it lies in.

/// Id and title, in the order in which lists show them.
pub const FAMILIES: &[(&str, &str)] = &[
    ("too-wide", "Roles that let in too many"),
    ("nobody", "Roles that let nobody in by mistake"),
    ("condition", "Conditions that work only by luck"),
    ("grammar", "Policies that IAM refuses, or reads differently than expected"),
    ("provider", "OIDC providers that do not match their issuer or its tokens"),
    ("service-account", "ServiceAccounts whose annotations do not work"),
    ("link", "Pods, ServiceAccounts and roles that do not match"),
    ("workload", "Pods that do not get the credentials of their ServiceAccount"),
    ("pod-identity", "EKS Pod Identity"),
    ("aws-auth", "The ConfigMap `aws-auth`"),
    ("access-entry", "Access entries of EKS clusters"),
    ("argocd", "Argo CD and the clusters it deploys to"),
    ("ci", "Jobs of GitHub Actions and GitLab CI that assume a role"),
];

/// What the rules of a family find; its id where it has no title.
#[must_use]
pub fn title(family: &'static str) -> &'static str {
    FAMILIES.iter().find(|(id, _)| *id == family).map_or(family, |(_, title)| title)
}

/// The families that have rules, in the order of [`FAMILIES`], each with its rules.
pub fn by_family() -> impl Iterator<Item = (&'static str, Vec<&'static dyn irsa_lint_core::rule::Rule>)> {
    let mut ids: Vec<&'static str> = FAMILIES.iter().map(|(id, _)| *id).collect();
    for rule in crate::RULES {
        if !ids.contains(&rule.meta().family) {
            ids.push(rule.meta().family);
        }
    }
    let of = |id: &'static str| crate::RULES.iter().copied().filter(move |rule| rule.meta().family == id).collect::<Vec<_>>();
    ids.into_iter().map(move |id| (id, of(id))).filter(|(_, rules)| !rules.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_family_has_a_title() {
        let untitled: Vec<_> = crate::RULES.iter().map(|r| r.meta().family).filter(|f| !FAMILIES.iter().any(|(id, _)| id == f)).collect();
        assert!(untitled.is_empty(), "families without a title: {untitled:?}");
        assert_eq!(by_family().map(|(_, rules)| rules.len()).sum::<usize>(), crate::RULES.len());
    }
}
