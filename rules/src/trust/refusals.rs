//! What IAM refuses to store whatever the identity provider: grammar, principals, characters, length. Where IAM's own words are known they
//! are quoted. Source: IAM User Guide, "Grammar of the IAM JSON policy language", "AWS JSON policy elements: Principal" and "IAM and AWS STS
//! quotas".

use irsa_lint_core::diagnostic::{Applicability, Fix, Severity};
use irsa_lint_core::document::model::Origin;
use irsa_lint_core::policy::spelling::nearest;
use irsa_lint_core::policy::{
    Arn, Operator, Principal, PrincipalKind, Statement, TrustPolicy, Violation, ViolationKind, find_mark, is_account_id,
};
use irsa_lint_core::rule::RoleView;
use irsa_lint_core::syntax::{Place, Scalar};

use crate::mend::element;

/// Something that IAM takes offence at.
pub struct Refusal {
    /// Where.
    pub place: Place,
    /// What is wrong, as a clause.
    pub problem: String,
    /// What IAM says.
    pub says: String,
    /// What to do.
    pub help: String,
    /// An error, unless the account may be one in which IAM takes it.
    pub severity: Severity,
    /// The change that mends it.
    pub fix: Option<Fix>,
}

impl Refusal {
    /// One that is certain and has no fix.
    #[must_use]
    pub fn new(place: Place, problem: impl Into<String>, says: impl Into<String>, help: impl Into<String>) -> Self {
        Self { place, problem: problem.into(), says: says.into(), help: help.into(), severity: Severity::Error, fix: None }
    }
}

/// What IAM says of anything that it cannot read as a policy.
const SYNTAX: &str = "Syntax errors in policy.";
/// Characters of a trust policy unless the account's quota was raised, and at most.
const QUOTA: (usize, usize) = (2_048, 8_192);

const ELEMENTS: &[&str] = &["Version", "Id", "Statement", "Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Condition"];
const PRINCIPALS: &[&str] = &["AWS", "Federated", "Service", "CanonicalUser"];

/// What breaks the grammar. Keys that stand twice and empty lists have rules of their own.
#[must_use]
pub fn in_grammar(role: &RoleView<'_>) -> Vec<Refusal> {
    let policy = role.policy;
    // What is live was stored: of an empty document somebody took the contents out.
    if role.role.origin == Origin::Live && policy.statements.is_empty() {
        return Vec::new();
    }
    let refused = |violation: &Violation| {
        let (problem, says, help) = words(violation)?;
        let place = Place { span: violation.span, pointer: violation.pointer.clone() };
        let fix = right_case(policy, violation).or_else(|| element::mended(role, violation));
        Some(Refusal { fix, ..Refusal::new(place, problem, says, help) })
    };
    if policy.statements.is_empty() && policy.violations.is_empty() {
        let place = Place { span: policy.span, pointer: policy.pointer.key("Statement") };
        return vec![Refusal::new(place, "the policy has no statement", SYNTAX, "write a statement that says who may assume the role")];
    }
    policy.violations.iter().filter_map(refused).collect()
}

/// What is wrong, what IAM says, and what to do.
fn words(violation: &Violation) -> Option<(String, String, String)> {
    Some(match &violation.kind {
        ViolationKind::DuplicateKey(_) | ViolationKind::EmptyValues(_) => return None,
        ViolationKind::UnknownElement(name) => {
            (format!("`{name}` is not an element that belongs here"), format!("Unknown field {name}"), unknown_element(name, violation))
        }
        ViolationKind::ProhibitedField(name) => {
            (format!("a trust policy cannot have a `{name}`"), format!("Has prohibited field {name}"), format!("remove `{name}`"))
        }
        ViolationKind::MissingElement(name) => {
            (format!("`{name}` is missing"), format!("Missing required field {name}"), format!("add `{name}`"))
        }
        ViolationKind::WrongType(name, wanted, found) => {
            let key = name.contains(':') && Operator::parse(name).is_none();
            let help = if key { "put the key under an operator, such as `StringEquals`".to_owned() } else { format!("make it {wanted}") };
            (format!("`{name}` is {found}"), SYNTAX.to_owned(), help)
        }
        ViolationKind::Both(plain, negated) => {
            (format!("`{plain}` and `{negated}` exclude each other"), SYNTAX.to_owned(), format!("keep `{plain}`"))
        }
        ViolationKind::InvalidEffect(found) => (
            format!("the effect `{found}` does not exist"),
            SYNTAX.to_owned(),
            "write `Allow` or `Deny`, in exactly this letter case".to_owned(),
        ),
        ViolationKind::InvalidVersion(found) => (
            format!("the policy language has no version `{found}`"),
            "The policy must contain a valid version string".to_owned(),
            "write `2012-10-17`; it is the version of the policy language, not a date of your own".to_owned(),
        ),
        ViolationKind::InvalidSid(sid) => (
            format!("the Sid `{sid}` contains characters other than letters and digits"),
            "Statement IDs (SID) must be alpha-numeric. Check that your input satisfies the regular expression [0-9A-Za-z]*".to_owned(),
            "use only letters and digits".to_owned(),
        ),
        ViolationKind::DuplicateSid(sid) => (
            format!("the Sid `{sid}` occurs twice"),
            "Statement IDs (SID) in a single policy must be unique.".to_owned(),
            "give each statement a Sid of its own".to_owned(),
        ),
    })
}

/// What to do with an element that IAM does not know where it stands.
fn unknown_element(name: &str, violation: &Violation) -> String {
    let pointer = violation.pointer.to_string();
    let inside = pointer.rsplit('/').nth(1).unwrap_or_default();
    let known = |list: &[&'static str]| {
        list.iter().find(|known| known.eq_ignore_ascii_case(name)).copied().or_else(|| nearest(name, list.iter().copied(), 2))
    };
    let in_principal = matches!(inside, "Principal" | "NotPrincipal");
    if Operator::parse(name).is_some() {
        return format!("put `{name}` into `Condition`");
    }
    if matches!(name, "Version" | "Id" | "Statement") {
        return format!("move `{name}` to the top of the policy");
    }
    if ELEMENTS.contains(&name) {
        let beside = if in_principal { format!("beside `{inside}`") } else { "there".to_owned() };
        return format!("`{name}` belongs in a statement: move it {beside}");
    }
    if PRINCIPALS.contains(&name) {
        return format!("put `{name}` into `Principal`");
    }
    match known(if in_principal { PRINCIPALS } else { ELEMENTS }) {
        Some(meant) => format!("it is called `{meant}`"),
        None => format!("remove `{name}`"),
    }
}

/// `Allow` and `Deny` in the letter case that IAM wants.
fn right_case(policy: &TrustPolicy, violation: &Violation) -> Option<Fix> {
    let ViolationKind::InvalidEffect(found) = &violation.kind else { return None };
    let meant = ["Allow", "Deny"].into_iter().find(|known| known.eq_ignore_ascii_case(found))?;
    let value = policy.statements.iter().filter_map(|s| s.effect_value.as_ref()).find(|value| value.span == violation.span)?;
    // A Deny narrows; an Allow lets somebody in.
    let applicability = if meant == "Deny" { Applicability::Safe } else { Applicability::Unsafe };
    Some(Fix { applicability, message: format!("write `{meant}`"), edits: vec![crate::trust::faults::replaced_whole(value, meant)?] })
}

/// A principal of a form that IAM does not take. What is wrong with a provider's ARN has rules of its own.
#[must_use]
pub fn of_principal(principal: &Principal) -> Option<Refusal> {
    let value = principal.value.as_str();
    let (kind, good, help) = match principal.kind {
        PrincipalKind::Service => ("SERVICE", is_service(value), "write the service's own name, such as `pods.eks.amazonaws.com`"),
        PrincipalKind::Aws => {
            ("AWS", is_aws(value), "name an account (`arn:aws:iam::ACCOUNT:root`), a role, a user or a session by its full ARN")
        }
        _ => return None,
    };
    if good || value.contains(['$', '{', '<', '%']) || find_mark(value).is_some() {
        return None;
    }
    let problem = format!("`{value}` is not a valid `{}` principal", principal.key.as_ref().map_or(kind, |key| key.as_str()));
    let place = Place { span: principal.value.span, pointer: principal.pointer.clone() };
    Some(Refusal::new(place, problem, format!("Invalid principal in policy: \"{kind}\":\"{value}\""), help))
}

fn is_service(value: &str) -> bool {
    let is_host = value.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'_'));
    is_host && value.contains('.')
}

/// An account, the ARN of a user, a role, a session or an account's root, a unique id, or everyone.
fn is_aws(value: &str) -> bool {
    let is_id = (16..=32).contains(&value.len()) && value.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit());
    if value == "*" || is_account_id(value) || is_id {
        return true;
    }
    let Some(arn) = Arn::parse(value) else { return false };
    if arn.oidc_issuer().is_some() {
        return true;
    }
    let kinds: &[&str] = match arn.service {
        "iam" => &["user/", "role/"],
        "sts" => &["assumed-role/", "federated-user/"],
        _ => return false,
    };
    let named = |kind: &str| arn.resource.strip_prefix(kind).is_some_and(|name| !name.is_empty() && !name.contains(['*', '?']));
    let is_known = (arn.service == "iam" && arn.resource == "root") || kinds.iter().any(|kind| named(kind));
    is_known && arn.region.is_empty() && is_account_id(arn.account) && arn.partition.starts_with("aws")
}

/// Texts with a character that IAM's own pattern leaves out, where it stands as it is.
#[must_use]
pub fn in_text(statement: &Statement) -> Vec<Refusal> {
    let conditions = statement.conditions.iter().flat_map(|c| [&c.operator_name, &c.key].into_iter().chain(&c.values));
    let principals = statement.principals.list.iter().map(|p| &p.value);
    let texts = statement.sid.iter().chain(principals).chain(&statement.action.patterns).chain(conditions);
    texts.filter(|text| !text.text.is_ascii()).filter_map(|text| foreign_character(text, statement)).collect()
}

fn foreign_character(text: &Scalar, statement: &Statement) -> Option<Refusal> {
    let (at, odd) = text.text.char_indices().find(|(_, c)| u32::from(*c) > 0xff)?;
    let span = text.span_of(at..at + odd.len_utf8());
    // Written as an escape it is no such character to IAM.
    if span.range().len() != odd.len_utf8() {
        return None;
    }
    let problem = format!("`{}` contains the character `{odd}` (U+{:04X})", text.text, u32::from(odd));
    let says = "Member must satisfy regular expression pattern: [\\u0009\\u000A\\u000D\\u0020-\\u00FF]+";
    let place = Place { span, pointer: statement.pointer.clone() };
    Some(Refusal::new(place, problem, says, "use only characters up to U+00FF"))
}

/// A policy that is longer than IAM stores. What is live was stored.
#[must_use]
pub fn in_size(role: &RoleView<'_>) -> Option<Refusal> {
    let size = role.policy.size.filter(|size| *size > QUOTA.0 && role.role.origin != Origin::Live)?;
    let place = Place { span: role.policy.span, pointer: role.policy.pointer.clone() };
    let never = size > QUOTA.1;
    let limit = if never { QUOTA.1 } else { QUOTA.0 };
    let figure = |number: usize| format!("{},{:03}", number / 1000, number % 1000);
    let problem = if never {
        format!("the trust policy has {} characters without white space and may have at most {}", figure(size), figure(limit))
    } else {
        format!(
            "the trust policy has {} characters without white space and may have at most {} unless the account's quota was raised",
            figure(size),
            figure(limit)
        )
    };
    let help = format!(
        "merge statements for the same provider into one with a list of subjects, or split them over several roles{}",
        if never { "" } else { "; the quota `Role trust policy length` can be raised to 8,192" }
    );
    let severity = if never { Severity::Error } else { Severity::Warning };
    Some(Refusal { severity, ..Refusal::new(place, problem, format!("Cannot exceed quota for ACLSizePerRole: {limit}"), help) })
}
