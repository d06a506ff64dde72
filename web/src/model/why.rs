//! Why a pod does not get its role: the question, the engine's checklist, and what to paste next. It must not judge the links.

use serde::{Deserialize, Serialize};

use super::{Inspect, Location, Seen};

/// The question of `why`.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct WhyQuestion {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_account: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub token: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<i64>,
}

/// Its answer.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Checklist {
    pub chain: Vec<Link>,
    pub broken: Option<usize>,
    pub error: Option<KnownError>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Link {
    pub link: Kind,
    pub holds: Option<bool>,
    pub message: String,
    pub help: String,
    pub location: Option<Location>,
}

/// What an error text proves.
#[derive(Debug, Deserialize, PartialEq)]
pub struct KnownError {
    pub proves: String,
    pub causes: String,
    pub in_order: Vec<Kind>,
    pub at_fault: Vec<Kind>,
}

/// A link of the chain from pod to role.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Workload,
    ServiceAccount,
    Annotation,
    Role,
    Token,
    Provider,
    Audience,
    Statement,
    Condition,
    Error,
}

impl Kind {
    pub fn title(self) -> &'static str {
        match self {
            Self::Workload => "Pod or job",
            Self::ServiceAccount => "ServiceAccount",
            Self::Annotation => "Annotation",
            Self::Role => "Role",
            Self::Token => "Token",
            Self::Provider => "OIDC provider",
            Self::Audience => "Audience",
            Self::Statement => "Statement",
            Self::Condition => "Condition",
            Self::Error => "Error",
        }
    }

    /// Documents that would show it.
    fn shown_by(self) -> &'static [Paper] {
        match self {
            Self::Workload => &[Paper::Pod, Paper::Account],
            Self::ServiceAccount | Self::Annotation => &[Paper::Account],
            Self::Role | Self::Statement => &[Paper::Role],
            Self::Condition => &[Paper::Role, Paper::Account],
            Self::Provider | Self::Audience => &[Paper::Provider],
            Self::Token | Self::Error => &[],
        }
    }
}

impl Checklist {
    /// The links to show in order. What the error itself proves stands above them, so that its link is left out unless it is the answer.
    pub fn links(&self) -> impl Iterator<Item = (usize, &Link)> {
        let stands_above = |at: usize, link: &Link| link.link == Kind::Error && self.error.is_some() && self.broken != Some(at);
        self.chain.iter().enumerate().filter(move |(at, link)| !stands_above(*at, link))
    }

    /// Whether no document explains the error.
    pub fn is_outside(&self) -> bool {
        self.broken.and_then(|at| self.chain.get(at)).is_some_and(|link| link.link == Kind::Error)
    }

    /// What would tell more, the earliest link first.
    pub fn next(&self, seen: &Inspect) -> Vec<Paper> {
        let outside = self.is_outside();
        let open = self.chain.iter().filter(|link| link.holds.is_none()).map(|link| link.link);
        let suspects = self.error.iter().filter(|_| outside).flat_map(|error| &error.at_fault).copied();
        let unknown = self.chain.iter().any(|link| link.link == Kind::Error && link.holds.is_none());
        let any = [Kind::Role, Kind::ServiceAccount].into_iter().filter(|_| unknown || self.chain.is_empty());
        let mut out: Vec<Paper> = Vec::new();
        // What is broken is to be mended first; a document more would not change that.
        if self.broken.is_some() && !outside {
            return out;
        }
        for paper in open.chain(suspects).chain(any).flat_map(Kind::shown_by) {
            if !paper.is_there(seen) && !out.contains(paper) {
                out.push(*paper);
            }
        }
        out
    }
}

/// A document worth pasting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Paper {
    Pod,
    Account,
    Role,
    Provider,
}

impl Paper {
    pub fn title(self) -> &'static str {
        match self {
            Self::Pod => "the pod",
            Self::Account => "the ServiceAccount",
            Self::Role => "the role",
            Self::Provider => "the OIDC provider",
        }
    }

    /// What prints it.
    pub fn command(self) -> &'static str {
        match self {
            Self::Pod => "kubectl get pod NAME -n NAMESPACE -o yaml",
            Self::Account => "kubectl get serviceaccount NAME -n NAMESPACE -o yaml",
            Self::Role => "aws iam get-role --role-name NAME",
            Self::Provider => "aws iam get-open-id-connect-provider --open-id-connect-provider-arn ARN",
        }
    }

    /// What a document of this kind is called.
    pub fn file(self) -> &'static str {
        match self {
            Self::Pod => "pod.yaml",
            Self::Account => "serviceaccount.yaml",
            Self::Role => "role.json",
            Self::Provider => "provider.json",
        }
    }

    fn is_there(self, seen: &Inspect) -> bool {
        match self {
            Self::Pod => !seen.workloads.is_empty(),
            Self::Account => !seen.service_accounts.is_empty(),
            Self::Role => !seen.roles.is_empty(),
            Self::Provider => !seen.providers.is_empty(),
        }
    }
}

/// ServiceAccounts to choose from, as `NAMESPACE/NAME`.
pub fn accounts(seen: &Inspect) -> Vec<String> {
    let named = |account: &Seen| Some(format!("{}/{}", account.namespace.as_ref()?, account.name.as_ref()?));
    let mut out: Vec<String> = seen.service_accounts.iter().filter_map(named).collect();
    out.dedup();
    out
}

/// Roles to choose from.
pub fn roles(seen: &Inspect) -> Vec<String> {
    seen.roles.iter().filter_map(|role| role.name.clone().or_else(|| role.address.clone())).collect()
}

/// An engine's sentence without the options of the command line, for which the page has fields.
pub fn on_page(text: &str) -> String {
    const WORDS: [(&str, &str); 3] = [
        (
            "he token (`--token FILE`; it is never shown in full), or name the caller: `--service-account NAMESPACE/NAME`",
            "he token below, or the ServiceAccount that the pod runs as",
        ),
        (" (`--token FILE`)", ""),
        ("decode the token that was sent and add it with `--token`", "add the token that was sent below"),
    ];
    WORDS.iter().fold(text.to_owned(), |text, (written, meant)| text.replace(written, meant))
}

/// Errors that are seen most, each with the words by which it is known.
pub const COMMON: [(&str, &str); 5] = [
    (
        "Not authorized",
        "An error occurred (AccessDenied) when calling the AssumeRoleWithWebIdentity operation: Not authorized to perform \
         sts:AssumeRoleWithWebIdentity",
    ),
    (
        "No OpenIDConnect provider",
        "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: No OpenIDConnect provider found in your \
         account for https://oidc.eks.eu-west-1.amazonaws.com/id/EXAMPLED539D4633E53DE1B716D3041E",
    ),
    (
        "Incorrect token audience",
        "An error occurred (InvalidIdentityToken) when calling the AssumeRoleWithWebIdentity operation: Incorrect token audience",
    ),
    (
        "Token expired",
        "An error occurred (ExpiredTokenException) when calling the AssumeRoleWithWebIdentity operation: Token expired: current date/time \
         1767287000 must be before the expiration date/time 1767286400",
    ),
    (
        "The node's role",
        "User: arn:aws:sts::111122223333:assumed-role/eksctl-demo-NodeInstanceRole/i-0123456789abcdef0 is not authorized to perform: \
         s3:ListBucket on resource: arn:aws:s3:::example-bucket",
    ),
];

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(roles: usize) -> Inspect {
        let place = r#"{"location": {"path": "a", "start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 1}}, "name": "r"}"#;
        let list = vec![place; roles].join(",");
        let empty = ["service_accounts", "providers", "clusters", "workloads", "pod_identity_associations", "ci_jobs"];
        let empty: Vec<String> = empty.iter().map(|name| format!("\"{name}\": []")).collect();
        serde_json::from_str(&format!("{{\"roles\": [{list}], {}}}", empty.join(","))).unwrap()
    }

    fn checklist(links: &[(Kind, Option<bool>)], at_fault: &[Kind]) -> Checklist {
        let link = |(link, holds): &(Kind, Option<bool>)| Link {
            link: *link,
            holds: *holds,
            message: String::new(),
            help: String::new(),
            location: None,
        };
        let error = KnownError { proves: String::new(), causes: String::new(), in_order: Vec::new(), at_fault: at_fault.to_vec() };
        Checklist {
            chain: links.iter().map(link).collect(),
            broken: links.iter().position(|(_, holds)| *holds == Some(false)),
            error: (!at_fault.is_empty()).then_some(error),
        }
    }

    #[test]
    fn an_error_alone_asks_for_the_documents_of_its_suspects() {
        let list = checklist(&[(Kind::Error, Some(false))], &[Kind::Role, Kind::Condition]);
        assert_eq!(list.next(&seen(0)), [Paper::Role, Paper::Account]);
        assert_eq!(list.next(&seen(1)), [Paper::Account]);
        assert_eq!(list.links().count(), 1);
    }

    #[test]
    fn what_is_broken_is_mended_first_and_what_is_open_is_asked_for() {
        let broken = checklist(&[(Kind::Error, Some(true)), (Kind::Provider, None), (Kind::Condition, Some(false))], &[Kind::Condition]);
        assert_eq!(broken.next(&seen(1)), []);
        assert_eq!(broken.links().map(|(at, _)| at).collect::<Vec<_>>(), [1, 2]);
        let open = checklist(&[(Kind::Workload, None), (Kind::Provider, None), (Kind::Statement, Some(true))], &[]);
        assert_eq!(open.next(&seen(1)), [Paper::Pod, Paper::Account, Paper::Provider]);
        let unknown = checklist(&[(Kind::Error, None)], &[]);
        assert_eq!(unknown.next(&seen(0)), [Paper::Role, Paper::Account]);
        assert_eq!(unknown.links().count(), 1);
    }

    #[test]
    fn options_of_the_command_line_become_words_of_the_page() {
        let help = "add the token (`--token FILE`; it is never shown in full), or name the caller: `--service-account NAMESPACE/NAME`";
        assert_eq!(on_page(help), "add the token below, or the ServiceAccount that the pod runs as");
        assert_eq!(on_page("give the token (`--token FILE`)"), "give the token");
        assert_eq!(on_page("`aws iam get-role --role-name NAME`"), "`aws iam get-role --role-name NAME`");
    }
}
