//! Conditions that no call of EKS Pod Identity meets, whatever the cluster and the Pod: the key is in none, or no value is of its form.
//! Source: EKS User Guide, "Grant Pods access to AWS resources based on tags" (the session tags).

use irsa_lint_core::admission::language::{Glob, Language};
use irsa_lint_core::admission::pod_identity::{PodSession, Said, TAGS};
use irsa_lint_core::admission::{Answer, Budget, Truth};
use irsa_lint_core::policy::{Condition, TrustPolicy, spelling};
use smol_str::SmolStr;

/// Why a condition is dead: a clause that follows its key, and what to write.
pub struct Dead {
    /// Why.
    pub why: String,
    /// What to do.
    pub help: String,
}

/// Why no call meets the condition; `None` where one may. `account`: the role's, which is the cluster's.
#[must_use]
pub fn reason(condition: &Condition, policy: &TrustPolicy, account: Option<&str>, budget: &Budget) -> Option<Dead> {
    let session = PodSession { account: account.map(SmolStr::new), ..PodSession::default() };
    let key = condition.key.text.as_str();
    let holds = session.holds(condition, policy);
    if holds == Truth::False && session.says(key) == Said::Absent {
        return Some(absent(key));
    }
    let operator = condition.known().filter(|o| !o.base.is_negated() && (o.base.is_string() || o.base.is_arn()))?;
    let written = |text: &str| text.contains("${") || text.contains('<') || text.contains("{{");
    if condition.values.is_empty() || condition.values.iter().any(|value| written(&value.text)) {
        return None;
    }
    let form = Form::of(key, account)?;
    let fits = |text: &str| form.may_match(text, operator.base.has_wildcards(), budget);
    if condition.values.iter().any(|value| fits(&value.text)) {
        return None;
    }
    let value = condition.values.first()?.text.clone();
    let operator = &condition.operator_name.text;
    let literal = value.contains(['*', '?']) && !condition.known()?.base.has_wildcards() && fits_as_pattern(&form, &value, budget);
    Some(if literal {
        Dead {
            why: format!("is under `{operator}`, which takes the wildcard in `{value}` literally"),
            help: format!("put `{value}` under `StringLike`, or write the full value"),
        }
    } else {
        Dead { why: format!("is {}, never `{value}`", form.words), help: form.help }
    })
}

fn fits_as_pattern(form: &Form, value: &str, budget: &Budget) -> bool {
    form.may_match(value, true, budget)
}

/// What the values of a key look like.
struct Form {
    /// Patterns of which each matches one.
    patterns: Vec<String>,
    /// Characters that are in none.
    never: &'static [char],
    /// In words.
    words: String,
    help: String,
}

impl Form {
    fn of(key: &str, account: Option<&str>) -> Option<Self> {
        let digits = account.unwrap_or("????????????");
        let of_account = account.map(|account| format!(" of account {account}")).unwrap_or_default();
        let arn = || Self {
            patterns: ["aws", "aws-*"].map(|partition| format!("arn:{partition}:eks:*:{digits}:cluster/*")).to_vec(),
            never: &[],
            words: format!("the ARN of an EKS cluster{of_account}"),
            help: format!("write the cluster's ARN: `arn:aws:eks:REGION:{}:cluster/NAME`", account.unwrap_or("ACCOUNT")),
        };
        let key = key.to_ascii_lowercase();
        match key.as_str() {
            "aws:sourcearn" | "aws:requesttag/eks-cluster-arn" => Some(arn()),
            "aws:sourceaccount" => Some(Self {
                patterns: vec![digits.to_owned()],
                never: &[],
                words: account
                    .map_or_else(|| "an account id of 12 digits".to_owned(), |own| format!("the account of cluster and role ({own})")),
                help: format!("write the account of cluster and role{}", account.map(|own| format!(": `{own}`")).unwrap_or_default()),
            }),
            "aws:requesttag/eks-cluster-name" => Some(Self {
                patterns: vec!["*".to_owned()],
                never: &[':', '/', '.'],
                words: "the name of a cluster, not its ARN or address".to_owned(),
                help: "write only the cluster's name, or use `aws:RequestTag/eks-cluster-arn`".to_owned(),
            }),
            "aws:requesttag/kubernetes-namespace" => Some(Self {
                patterns: vec!["*".to_owned()],
                never: &[':', '/', '.', '_'],
                words: "only the name of a namespace".to_owned(),
                help: "write only the namespace's name".to_owned(),
            }),
            "aws:requesttag/kubernetes-service-account" => Some(Self {
                patterns: vec!["*".to_owned()],
                never: &[':', '/', '_'],
                words: "the name of a ServiceAccount without its namespace".to_owned(),
                help: "write the ServiceAccount's name, and the namespace in a condition on `aws:RequestTag/kubernetes-namespace`"
                    .to_owned(),
            }),
            _ => None,
        }
    }

    fn may_match(&self, value: &str, wildcards: bool, budget: &Budget) -> bool {
        if value.contains(self.never) {
            return false;
        }
        let form = Language::union_all(self.patterns.iter().map(|pattern| Language::glob(Glob::parse(pattern))));
        if !wildcards {
            return !value.contains(['*', '?']) && form.contains(value);
        }
        !matches!(Language::glob(Glob::parse(value)).intersect(form).is_empty(budget), Answer::Yes(()))
    }
}

/// Why a key is in no call.
fn absent(key: &str) -> Dead {
    let lower = key.to_ascii_lowercase();
    let tags = TAGS.join("`, `");
    if let Some(tag) = lower.strip_prefix("aws:principaltag/") {
        let meant = meant(tag).unwrap_or("kubernetes-namespace");
        return Dead {
            why: "does not exist yet when the role is assumed".to_owned(),
            help: format!("write `aws:RequestTag/{meant}` in the trust policy; `aws:PrincipalTag/…` is for permissions policies"),
        };
    }
    if let Some(tag) = lower.strip_prefix("aws:requesttag/") {
        let help = match meant(tag) {
            Some(meant) => format!("write `aws:RequestTag/{meant}`"),
            None => format!("use one of its tags: `{tags}`"),
        };
        return Dead { why: "is not a tag that EKS Pod Identity sets".to_owned(), help };
    }
    if lower == "sts:externalid" {
        return Dead {
            why: "is not sent by EKS Pod Identity (an external id is only for a target role in another account)".to_owned(),
            help: "remove the condition from this role, and add it to the role named as `targetRoleArn`".to_owned(),
        };
    }
    if lower.ends_with(":sub") || lower.ends_with(":aud") || lower.contains("oidc") {
        return Dead {
            why: "is for tokens of an OIDC provider, and EKS Pod Identity sends none".to_owned(),
            help: "check `aws:RequestTag/kubernetes-namespace` and `aws:RequestTag/kubernetes-service-account` instead".to_owned(),
        };
    }
    Dead {
        why: "is in no call of EKS Pod Identity".to_owned(),
        help: format!("use one of its session tags (`aws:RequestTag/` and `{tags}`), or `aws:SourceArn` with the cluster's ARN"),
    }
}

/// The tag that was meant.
fn meant(tag: &str) -> Option<&'static str> {
    let plain = |text: &str| text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_ascii_lowercase();
    let own = plain(tag);
    let contained = || TAGS.into_iter().find(|known| own.len() >= 4 && (plain(known).ends_with(&own) || own.ends_with(&plain(known))));
    TAGS.into_iter().find(|known| plain(known) == own).or_else(contained).or_else(|| spelling::nearest(tag, TAGS, 4))
}
