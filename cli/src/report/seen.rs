//! `inspect` in a terminal: a line for each thing that was understood, with its place, and what leads where.

use std::fmt::Write as _;

use irsa_lint_core::document::model::{Place, RoleStep};
use irsa_lint_core::engine::inspect::{Inspection, LinkSeen, RoleSeen, ServiceAccountSeen, WorkloadSeen};
use irsa_lint_core::report::{Places, Run, concise};

use super::roles::title;
use super::style::{Style, clean};

/// Everything that was understood. Writing to a String cannot fail.
pub fn inspect(run: &Run<'_>, seen: &Inspection, style: Style) -> String {
    let mut list = List { out: String::new(), places: run.places, style };
    list.section("roles", &seen.roles, |role| (role_line(role), Some(&role.role.place), role.unknown.clone()));
    list.section("ServiceAccounts", &seen.service_accounts, |a| (account_line(a), Some(&a.place), Vec::new()));
    list.section("workloads", &seen.workloads, |w| (workload_line(w), Some(&w.place), Vec::new()));
    list.section("OIDC providers", &seen.providers, |p| {
        let issuer = p.issuer.value().map_or_else(|| "issuer not known".to_owned(), |issuer| format!("https://{issuer}"));
        let clients = p.client_ids.value().map(|ids| ids.iter().map(|id| id.text.to_string()).collect::<Vec<_>>().join(", "));
        (issuer, Some(&p.place), clients.map(|ids| format!("client ids: {ids}")).into_iter().collect())
    });
    list.section("clusters", &seen.clusters, |c| {
        let name = c.name.value().map_or("name not known", |name| name.as_str()).to_owned();
        (name, Some(&c.place), c.issuer.value().map(|issuer| format!("issuer: https://{issuer}")).into_iter().collect())
    });
    list.section("Pod Identity associations", &seen.associations, |a| {
        let part = |value: Option<&str>| value.unwrap_or("?").to_owned();
        let account = format!("{}/{}", part(a.namespace.value().map(AsRef::as_ref)), part(a.service_account.value().map(AsRef::as_ref)));
        let line = format!("{account} -> {}", part(a.role_arn.value().map(|arn| arn.as_str())));
        (line, Some(&a.place), Vec::new())
    });
    list.section("CI jobs", &seen.ci_jobs, |job| {
        let role = |step: &RoleStep| step.role_arn.value().map_or("a role whose ARN is not known", |arn| arn.as_str()).to_owned();
        let roles: Vec<String> = job.roles.iter().map(role).collect();
        (format!("{} job {} -> {}", job.system.name(), job.id.text, roles.join(", ")), Some(&job.place), Vec::new())
    });
    list.section("links", &seen.links, |link| (link_line(link), None, Vec::new()));
    list.section("not analysed", &seen.not_analysed, |n| (n.message.clone(), Some(&n.place), Vec::new()));
    if list.out.is_empty() {
        list.out.push_str("nothing was understood\n");
    }
    list.out + &style.notes(run.notes)
}

struct List<'a> {
    out: String,
    places: &'a Places<'a>,
    style: Style,
}

impl List<'_> {
    /// A heading and a line for each item: what it is, where it stands, and what there is to add.
    fn section<'i, T>(&mut self, heading: &str, items: &'i [T], line: impl Fn(&'i T) -> (String, Option<&'i Place>, Vec<String>)) {
        if items.is_empty() {
            return;
        }
        let gap = if self.out.is_empty() { "" } else { "\n" };
        let _ = writeln!(self.out, "{gap}{}", self.style.strong(heading));
        for (text, place, more) in items.iter().map(line) {
            let place = place.map(|place| format!("  --> {}", concise::place(self.places, place))).unwrap_or_default();
            let _ = writeln!(self.out, "  {}{}", clean(&text), self.style.faint(clean(&place)));
            for each in more {
                let _ = writeln!(self.out, "      {}", clean(&each));
            }
        }
    }
}

fn role_line(seen: &RoleSeen) -> String {
    let role = title(&seen.role);
    if seen.policy.is_some() || !seen.unknown.is_empty() { role } else { format!("{role}, without a trust policy") }
}

fn account_line(seen: &ServiceAccountSeen) -> String {
    let name = name(seen.namespace.as_deref(), seen.name.as_deref());
    match &seen.role_arn {
        Some(arn) => format!("{name} -> {arn}"),
        None if seen.role_arn_unknown => format!("{name} -> a role whose ARN is not known"),
        None => name,
    }
}

fn workload_line(seen: &WorkloadSeen) -> String {
    let account = seen.service_account.as_deref().unwrap_or("a ServiceAccount that is not known");
    format!("{} {} runs as {account}", seen.kind, name(seen.namespace.as_deref(), seen.name.as_deref()))
}

fn link_line(link: &LinkSeen) -> String {
    let to = link.to_names.join(" or ");
    match link.state {
        "linked" => format!("{} {} -> {} {to}", link.from, link.from_name, link.to),
        "ambiguous" => format!("{} {} -> {} {to}: it cannot be told which", link.from, link.from_name, link.to),
        state => format!("{} {} -> {} {state}: {}", link.from, link.from_name, link.to, link.message),
    }
}

fn name(namespace: Option<&str>, name: Option<&str>) -> String {
    let name = name.unwrap_or("(name not known)");
    namespace.map_or_else(|| name.to_owned(), |namespace| format!("{namespace}/{name}"))
}
