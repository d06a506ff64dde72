//! The families of rules, each with what its rules find. A rule's family is the folder that it lies in.

/// Id and title, in the order in which lists show them.
pub const FAMILIES: &[(&str, &str)] = &[
    ("too-wide", "More get in than are meant"),
    ("nobody", "Nobody gets in, although somebody is meant to"),
    ("condition", "Conditions that hold by luck"),
    ("grammar", "Policies that IAM refuses, or reads otherwise than they look"),
    ("provider", "OIDC providers that do not fit their issuer or their tokens"),
    ("service-account", "ServiceAccounts whose annotation does not do what it should"),
    ("link", "Pod, ServiceAccount and role that do not fit together"),
    ("workload", "Pods that get other credentials than those of their ServiceAccount, or none"),
    ("pod-identity", "EKS Pod Identity"),
    ("aws-auth", "The ConfigMap `aws-auth`"),
    ("access-entry", "Access entries of EKS clusters"),
    ("argocd", "Argo CD and the clusters that it deploys to"),
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
