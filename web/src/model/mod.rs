//! The engine's answers as far as the page shows them. Their shapes are the published JSON's.

pub mod chain;
pub mod coming;
pub mod compare;
pub mod difference;
mod federated;
pub mod principal;
pub mod token;
pub mod why;

use std::cmp::Reverse;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Everything about the documents.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Answer {
    pub check: Check,
    pub who: Who,
    pub inspect: Inspect,
    pub glance: Glance,
    #[serde(default)]
    pub chain: chain::Chains,
    pub recognised: Vec<bool>,
    #[serde(default)]
    pub left_out: LeftOut,
}

/// How much the answer leaves out, for being too much.
#[derive(Debug, Default, Deserialize, PartialEq)]
pub struct LeftOut {
    pub errors: usize,
    pub warnings: usize,
    pub infos: usize,
    pub not_analysed: usize,
    pub roles: usize,
    pub seen: Vec<SeenMore>,
}

/// Things of one kind in one document of which `Inspect` lists none.
#[derive(Debug, Deserialize, PartialEq)]
pub struct SeenMore {
    pub path: String,
    pub what: String,
    pub count: usize,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Check {
    pub diagnostics: Vec<Diagnostic>,
    pub errors: Vec<Broken>,
    pub not_analysed: Vec<NotAnalysed>,
    pub notes: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq, PartialOrd, Ord)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Info,
    Warning,
    Error,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Diagnostic {
    pub rule: String,
    pub severity: Severity,
    pub message: String,
    pub help: String,
    pub location: Location,
    pub related: Vec<Related>,
    pub witness: Option<Witness>,
    pub fix: Option<Fix>,
}

#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub struct Location {
    pub path: String,
    pub start: Point,
    pub end: Point,
}

#[derive(Clone, Copy, Debug, Deserialize, Serialize, PartialEq, PartialOrd)]
pub struct Point {
    pub line: u32,
    pub column: u32,
    /// Bytes from the file's beginning.
    #[serde(default)]
    pub offset: u64,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Related {
    pub location: Location,
    pub message: String,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Witness {
    pub issuer: String,
    pub subject: String,
    pub audience: Option<String>,
    pub residual: Vec<String>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Fix {
    pub applicability: String,
    pub message: String,
    pub edits: Vec<Edit>,
}

#[derive(Debug, Deserialize, Serialize, PartialEq)]
pub struct Edit {
    pub location: Location,
    pub text: String,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Broken {
    pub location: Option<Location>,
    pub message: String,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct NotAnalysed {
    pub location: Location,
    pub message: String,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Who {
    pub roles: Vec<WhoRole>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct WhoRole {
    pub name: Option<String>,
    pub arn: Option<String>,
    pub grants: Vec<Grant>,
    pub others: Vec<OtherPrincipal>,
    pub unknown: Option<String>,
    pub denied: Vec<String>,
    pub location: Location,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Grant {
    pub issuer: String,
    pub provider: Option<String>,
    pub admits: String,
    pub subjects: String,
    pub audiences: Audiences,
    pub claims: Vec<String>,
    pub examples: Vec<String>,
    pub residual: Vec<String>,
    /// In a comparison: whether the other state refuses them for certain.
    #[serde(default)]
    pub outright: bool,
    /// In a comparison: condition keys that limit them in the other state.
    #[serde(default)]
    pub only_where: Vec<String>,
}

#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(untagged)]
pub enum Audiences {
    Any(String),
    Listed(Vec<String>),
    Like { like: Vec<String>, except: Vec<String> },
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct OtherPrincipal {
    pub principal: String,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Glance {
    pub roles: Vec<RoleGlance>,
    pub service_accounts: Vec<AccountGlance>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct RoleGlance {
    pub sentence: String,
    pub worst: Option<Severity>,
    pub open: Option<bool>,
    pub location: Location,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct AccountGlance {
    pub sentence: String,
    pub help: String,
    pub gets_in: Option<bool>,
    pub location: Location,
}

/// What was seen where.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Inspect {
    pub roles: Vec<Seen>,
    pub service_accounts: Vec<Seen>,
    pub providers: Vec<Seen>,
    pub clusters: Vec<Seen>,
    pub workloads: Vec<Seen>,
    pub pod_identity_associations: Vec<Seen>,
    pub ci_jobs: Vec<Seen>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Seen {
    pub location: Location,
    pub kind: Option<String>,
    pub name: Option<String>,
    pub address: Option<String>,
    pub namespace: Option<String>,
    pub issuer: Option<String>,
    /// Of a role: whom its trust policy names.
    #[serde(default)]
    pub assume_role_policy: federated::Issuers,
}

/// A rule's page.
#[derive(Debug, Deserialize, PartialEq)]
pub struct RulePage {
    pub id: String,
    pub severity: Severity,
    pub summary: String,
    pub why: String,
    pub how_to_fix: String,
    pub references: Vec<String>,
    pub examples: Vec<RuleExample>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct RuleExample {
    pub found: bool,
    pub files: Vec<NamedText>,
}

/// A file with its text.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
pub struct NamedText {
    pub name: String,
    pub text: String,
}

/// One of the gallery.
#[derive(Clone, Debug, Deserialize, PartialEq)]
pub struct Example {
    pub title: String,
    pub files: Vec<NamedText>,
}

fn plural(noun: &str) -> String {
    noun.strip_suffix('y').map_or_else(|| format!("{noun}s"), |stem| format!("{stem}ies"))
}

/// The one page of an `explain` answer.
pub fn rule_page(json: &str) -> Option<RulePage> {
    serde_json::from_str::<Vec<RulePage>>(json).ok()?.into_iter().next()
}

impl Severity {
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

impl Answer {
    /// The findings, the worst first, each severity in the order of the documents.
    pub fn by_severity(&self) -> Vec<&Diagnostic> {
        let mut sorted: Vec<&Diagnostic> = self.check.diagnostics.iter().collect();
        sorted.sort_by_key(|found| Reverse(found.severity));
        sorted
    }

    /// How many findings of one severity there are.
    pub fn count(&self, severity: Severity) -> usize {
        let left_out = match severity {
            Severity::Error => self.left_out.errors,
            Severity::Warning => self.left_out.warnings,
            Severity::Info => self.left_out.infos,
        };
        self.check.diagnostics.iter().filter(|found| found.severity == severity).count() + left_out
    }

    /// How many findings there are.
    pub fn findings(&self) -> usize {
        [Severity::Error, Severity::Warning, Severity::Info].into_iter().map(|severity| self.count(severity)).sum()
    }

    /// What a document is, in words, from what was seen in it.
    pub fn kind(&self, path: &str) -> Option<String> {
        self.inspect.kind(path, &self.left_out.seen)
    }
}

/// Their place among the groups of [`Inspect::kind`].
const WORKLOADS: usize = 2;
impl WhoRole {
    /// Whether a search for that text finds it.
    pub fn is_like(&self, sought: &str) -> bool {
        let sought = sought.trim().to_ascii_lowercase();
        let texts = self.name.iter().chain(&self.arn).chain(self.grants.iter().map(|grant| &grant.subjects));
        sought.is_empty() || texts.into_iter().any(|text| text.to_ascii_lowercase().contains(&sought))
    }

    /// Whom it lets in, on one line.
    pub fn in_short(&self) -> String {
        let mut all = self.grants.iter().map(|grant| &grant.subjects).chain(self.others.iter().map(|other| &other.principal));
        match (all.next(), all.count(), &self.unknown) {
            (_, _, Some(_)) => "not known".to_owned(),
            (None, ..) => "nobody".to_owned(),
            (Some(first), 0, _) => first.clone(),
            (Some(first), more, _) => format!("{first}, and {more} more"),
        }
    }
}

impl Inspect {
    /// The two documents of which each holds roles, where there are exactly two.
    pub fn pair(&self) -> Option<(&str, &str)> {
        let mut paths: Vec<&str> = self.roles.iter().map(|seen| seen.location.path.as_str()).collect();
        paths.dedup();
        match paths.as_slice() {
            [before, after] => Some((before, after)),
            _ => None,
        }
    }

    /// What a document is, in words, from what was seen in it.
    fn kind(&self, path: &str, more: &[SeenMore]) -> Option<String> {
        let mut counts: BTreeMap<(usize, String), usize> = BTreeMap::new();
        let groups = [
            (&self.roles, "role"),
            (&self.service_accounts, "ServiceAccount"),
            (&self.workloads, "workload"),
            (&self.ci_jobs, "CI job"),
            (&self.providers, "OIDC provider"),
            (&self.clusters, "cluster"),
            (&self.pod_identity_associations, "Pod Identity association"),
        ];
        for (place, (seen, noun)) in groups.iter().enumerate() {
            for one in seen.iter().filter(|one| one.location.path == path) {
                let bare = *noun == "role" && one.name.is_none() && one.address.is_none();
                let noun = one.kind.clone().unwrap_or_else(|| if bare { "trust policy" } else { noun }.to_owned());
                *counts.entry((place, noun)).or_default() += 1;
            }
        }
        for more in more.iter().filter(|more| more.path == path) {
            let group = match more.what.as_str() {
                "trust policy" => "role",
                what => what,
            };
            // Workloads go by the names of their kinds.
            let place = groups.iter().position(|(_, noun)| *noun == group).unwrap_or(WORKLOADS);
            *counts.entry((place, more.what.clone())).or_default() += more.count;
        }
        let mut words: Vec<String> =
            counts.into_iter().map(|((_, noun), count)| if count == 1 { noun } else { format!("{count} {}", plural(&noun)) }).collect();
        let more = words.len().saturating_sub(2);
        words.truncate(2);
        if more > 0 {
            words.push("more".to_owned());
        }
        if words.is_empty() { None } else { Some(words.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_out_counts() {
        let seen = |kind: Option<&str>| Seen {
            location: Location {
                path: "a".into(),
                start: Point { line: 1, column: 1, offset: 0 },
                end: Point { line: 1, column: 1, offset: 0 },
            },
            kind: kind.map(Into::into),
            name: Some("x".into()),
            address: None,
            namespace: None,
            issuer: None,
            assume_role_policy: federated::Issuers::default(),
        };
        let inspect = Inspect {
            roles: vec![seen(None)],
            service_accounts: Vec::new(),
            providers: Vec::new(),
            clusters: Vec::new(),
            workloads: vec![seen(Some("Deployment"))],
            pod_identity_associations: Vec::new(),
            ci_jobs: Vec::new(),
        };
        let more = |path: &str, what: &str, count| SeenMore { path: path.into(), what: what.into(), count };
        assert_eq!(inspect.kind("a", &[]).as_deref(), Some("role, Deployment"));
        let left_out = [more("a", "role", 9), more("a", "Deployment", 2), more("b", "trust policy", 7)];
        assert_eq!(inspect.kind("a", &left_out).as_deref(), Some("10 roles, 3 Deployments"));
        assert_eq!(inspect.kind("b", &left_out).as_deref(), Some("7 trust policies"));
    }
}
