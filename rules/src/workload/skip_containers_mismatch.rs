//! The annotation `skip-containers` names containers in a way that the webhook does not read.

use irsa_lint_core::declare_rule;
use irsa_lint_core::diagnostic::{Applicability, Fix};
use irsa_lint_core::document::model::{Annotation, Workload};
use irsa_lint_core::estate::WorkloadId;
use irsa_lint_core::policy::spelling::nearest;
use irsa_lint_core::rule::{Findings, Rule, RuleMeta, View};

use crate::objects::role_arn::{place, value};
use crate::objects::webhook::SKIP_CONTAINERS;
use crate::objects::workloads::{account_of, is_made_by_another, role_of, what};

declare_rule! {
    /// The annotation `eks.amazonaws.com/skip-containers` names no container, or all of them.
    ///
    /// ## Why is this bad?
    ///
    /// The webhook splits the value at commas and does not trim spaces: `"a, b"` skips `a` and a container called ` b`, which cannot
    /// exist. The container that should not have the role gets it. If all containers are skipped, nothing gets the role.
    ///
    /// ## Severity
    ///
    /// Warning: other containers get the role than the annotation suggests.
    ///
    /// ## How to fix it
    ///
    /// Separate the names of the containers with commas only, without spaces.
    ///
    /// ## References
    ///
    /// - amazon-eks-pod-identity-webhook, README
    ///
    /// ```yaml fail at=/metadata/annotations/eks.amazonaws.com~1skip-containers
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/skip-containers: "init, proxy"}}
    /// spec:
    ///   serviceAccountName: api
    ///   initContainers: [{name: init, image: registry.example.com/init}]
    ///   containers: [{name: api, image: registry.example.com/api}, {name: proxy, image: registry.example.com/proxy}]
    /// ```
    ///
    /// ```yaml pass
    /// apiVersion: v1
    /// kind: Pod
    /// metadata: {name: api, namespace: payments, annotations: {eks.amazonaws.com/skip-containers: "init,proxy"}}
    /// spec:
    ///   serviceAccountName: api
    ///   initContainers: [{name: init, image: registry.example.com/init}]
    ///   containers: [{name: api, image: registry.example.com/api}, {name: proxy, image: registry.example.com/proxy}]
    /// ```
    pub SkipContainersMismatch { id: "skip-containers-mismatch", severity: Warning, family: "workload", fix: Unsafe }
}

impl Rule for SkipContainersMismatch {
    fn meta(&self) -> &'static RuleMeta {
        &Self::META
    }

    fn workload(&self, id: WorkloadId, workload: &Workload, view: &View<'_>, out: &mut Findings) {
        let Some(annotation) = workload.pod_annotations.iter().rev().find(|a| a.key.text == SKIP_CONTAINERS) else { return };
        let Some((text, place)) = value(annotation) else { return };
        // Quotes in it are CSV's own affair; a variable is filled in later.
        if text.text.contains(['"', '$']) || workload.containers.is_empty() || is_made_by_another(workload, view) {
            return;
        }
        let names: Vec<&str> = workload.containers.iter().map(|container| container.name.as_str()).collect();
        let skipped: Vec<&str> = text.text.split(',').collect();
        let Some((entry, meant)) = skipped.iter().find_map(|entry| Some((*entry, meant(entry, &names, &skipped)?))) else {
            return all_skipped(id, workload, annotation, &skipped, view, out);
        };
        let why = if entry.trim() == meant { "spaces are part of the name" } else { "no container has that name" };
        let message =
            format!("`{SKIP_CONTAINERS}` of {} names `{entry}`, but {why}, so container `{meant}` is not skipped", what(workload));
        let mended: Vec<&str> = skipped.iter().map(|entry| self::meant(entry, &names, &skipped).unwrap_or(entry)).collect();
        let mended = mended.join(",");
        out.report(&Self::META, place, message)
            .help(format!("write `{mended}`"))
            .fix(Fix::replace(Applicability::Unsafe, format!("write `{mended}`"), text.inner_span(), mended))
            .done();
    }
}

/// The container that was meant by an entry that names none. Names that are unlike all may be of containers that are added later.
fn meant<'a>(entry: &str, names: &[&'a str], skipped: &[&str]) -> Option<&'a str> {
    if names.contains(&entry) {
        return None;
    }
    let bare = entry.trim();
    let exact = names.iter().find(|name| **name == bare);
    let near = || nearest(bare, names.iter().copied().filter(|name| name.len() >= 5 && !skipped.contains(name)), 1);
    exact.copied().or_else(near)
}

fn all_skipped(id: WorkloadId, workload: &Workload, annotation: &Annotation, skipped: &[&str], view: &View<'_>, out: &mut Findings) {
    if !workload.containers.iter().all(|container| skipped.contains(&container.name.as_str())) {
        return;
    }
    let Some((_, account)) = account_of(view, id).filter(|(_, account)| role_of(account).is_some()) else { return };
    let message = format!(
        "`{SKIP_CONTAINERS}` of {} names all its containers, so none of them gets the role of ServiceAccount `{}`",
        what(workload),
        account.display_name()
    );
    out.report(&SkipContainersMismatch::META, place(annotation), message)
        .help("remove the container that calls AWS from the list")
        .related(account.place.clone(), "the ServiceAccount with the role")
        .done();
}

#[cfg(test)]
mod tests {
    use crate::testing::{check, of_rule};

    fn found(skip: &str) -> usize {
        messages(skip).len()
    }

    fn messages(skip: &str) -> Vec<String> {
        let text = format!(
            "apiVersion: v1\nkind: ServiceAccount\nmetadata: {{name: api, namespace: x, annotations: {{eks.amazonaws.com/role-arn: 'arn:aws:iam::111122223333:role/x'}}}}\n---\napiVersion: v1\nkind: Pod\nmetadata: {{name: api, namespace: x, annotations: {{eks.amazonaws.com/skip-containers: '{skip}'}}}}\nspec: {{serviceAccountName: api, initContainers: [{{name: prepare}}], containers: [{{name: api}}, {{name: sidecar}}]}}\n"
        );
        of_rule(&check(&[("all.yaml", &text)]), "skip-containers-mismatch").iter().map(|d| d.message.clone()).collect()
    }

    #[test]
    fn knows_what_names_a_container() {
        for good in ["sidecar", "prepare,sidecar", "istio-proxy", "sidecar,istio-proxy", "", "$SKIP", "sidecar,", "vault-agent, x"] {
            assert_eq!(found(good), 0, "{good}");
        }
        for bad in ["prepare, sidecar", "sidecar ", "sidecars", " sidecar", "prepare,api,sidecar"] {
            assert_eq!(found(bad), 1, "{bad}");
        }
        assert!(messages("sidecar ")[0].contains("spaces") && !messages("sidecars")[0].contains("spaces"));
    }
}
