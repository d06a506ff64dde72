//! What is written in the annotation `eks.amazonaws.com/role-arn`: a role's ARN, or what it is instead. Each value has one fault at most,
//! so that the rules on it do not speak twice. Knows no role and no document but the value itself.

use irsa_lint_core::document::model::{Annotation, Stated};
use irsa_lint_core::policy::{Arn, find_mark, is_account_id};
use irsa_lint_core::syntax::{Place, Scalar};

use crate::objects::webhook::is_unseen;

/// What a value is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RoleArn<'a> {
    /// An ARN of a role, as the webhook takes it.
    Role(Arn<'a>),
    /// Something is filled in before it is applied: a variable of a shell or of Flux.
    Template,
    /// A placeholder stayed behind: this one.
    Placeholder(&'a str),
    /// An ARN, but of this.
    Other(&'static str),
    /// No ARN of a role: why, and what was meant where that is certain.
    Malformed(String, Option<String>),
}

/// Judges a value. The form is the webhook's: `^arn:aws[a-z0-9-]*:iam::\d{12}:role/[\w-/.@+=,]+$`. Source: amazon-eks-pod-identity-webhook,
/// `pkg/cache`.
#[must_use]
pub fn read(text: &str) -> RoleArn<'_> {
    if let Some(arn) = role(text) {
        return match placeholder_in_name(arn.resource) {
            Some(placeholder) => RoleArn::Placeholder(placeholder),
            None => RoleArn::Role(arn),
        };
    }
    if text.contains("${") || text.contains("$(") {
        return RoleArn::Template;
    }
    if let Some(placeholder) = placeholder(text) {
        return RoleArn::Placeholder(placeholder);
    }
    let meant = bare(text);
    if meant != text {
        let repaired = Some(meant).filter(|meant| role(meant).is_some()).map(str::to_owned);
        return RoleArn::Malformed("has white space or quotes around it".to_owned(), repaired);
    }
    let seen: String = text.chars().filter(|c| !is_unseen(*c)).collect();
    if seen != text {
        return RoleArn::Malformed("contains an invisible character".to_owned(), role(&seen).is_some().then_some(seen));
    }
    match Arn::parse(text) {
        Some(arn) => of_arn(text, &arn),
        None => RoleArn::Malformed(without_arn(text), repaired(text)),
    }
}

/// The ARN, if the webhook takes it for a role's.
#[must_use]
pub fn role(text: &str) -> Option<Arn<'_>> {
    let arn = Arn::parse(text)?;
    let partition = arn.partition.strip_prefix("aws")?;
    let name = arn.resource.strip_prefix("role/")?;
    let fits = partition.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && arn.service == "iam"
        && arn.region.is_empty()
        && is_account_id(arn.account)
        && !name.is_empty()
        && !name.ends_with('/')
        && name.chars().all(in_name);
    fits.then_some(arn)
}

fn in_name(c: char) -> bool {
    c.is_ascii_alphanumeric() || "_-/.@+=,".contains(c)
}

/// The value of an annotation and where it stands, if it is a string.
#[must_use]
pub fn value(annotation: &Annotation) -> Option<(&Scalar, Place)> {
    match &annotation.value {
        Stated::Is(scalar) => Some((scalar, place(annotation))),
        Stated::Absent | Stated::Unknown(_) => None,
    }
}

/// Where the value of an annotation stands.
#[must_use]
pub fn place(annotation: &Annotation) -> Place {
    Place { span: annotation.value_span, pointer: annotation.pointer.clone() }
}

/// Whether something in a text is filled in before it is used: a placeholder, or a variable of a shell, Terraform or a template.
#[must_use]
pub fn is_filled_in_later(text: &str) -> bool {
    text.contains(['$', '%']) || find_mark(text).is_some()
}

fn bare(text: &str) -> &str {
    text.trim_matches(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '“' | '”' | '‘' | '’'))
}

fn of_arn<'a>(text: &'a str, arn: &Arn<'a>) -> RoleArn<'a> {
    let because = |why: String| RoleArn::Malformed(why, repaired(text));
    if !arn.partition.starts_with("aws") {
        return because(format!("has the partition `{}`, but AWS partitions begin with `aws`", arn.partition));
    }
    if arn.service == "sts" && arn.resource.starts_with("assumed-role/") {
        return because("is the ARN of a session (`assumed-role`), not of the role itself".to_owned());
    }
    if let Some(other) = other_kind(arn) {
        return RoleArn::Other(other);
    }
    if !arn.region.is_empty() {
        let why = if is_account_id(arn.region) {
            "lacks a colon (the region is empty, so two colons follow `iam`)"
        } else {
            "names a region, but ARNs of IAM have none"
        };
        return because(why.to_owned());
    }
    if arn.account.is_empty() {
        return because("lacks the account id".to_owned());
    }
    if !is_account_id(arn.account) {
        return because(format!("has `{}` instead of the 12 digits of the account id", arn.account));
    }
    match arn.resource.strip_prefix("role/") {
        Some("") => because("lacks the role's name".to_owned()),
        Some(name) if name.ends_with('/') => {
            let repaired = text.trim_end_matches('/').to_owned();
            RoleArn::Malformed("ends in `/` instead of the role's name".to_owned(), role(&repaired).is_some().then_some(repaired))
        }
        Some(name) => {
            let odd = name.chars().find(|c| !in_name(*c)).unwrap_or('?');
            because(format!("has {odd:?} in the role's name, which IAM does not allow"))
        }
        None => because(format!("has `{}` instead of `role/` and the role's name", arn.resource)),
    }
}

fn other_kind(arn: &Arn<'_>) -> Option<&'static str> {
    if arn.service != "iam" {
        let known = ["s3", "eks", "sts", "ec2", "kms", "lambda", "secretsmanager", "sqs", "sns", "dynamodb", "logs", "ecr", "ssm"];
        return known.contains(&arn.service).then_some("a resource of another service");
    }
    let kinds = [
        ("policy/", "an IAM policy"),
        ("user/", "an IAM user"),
        ("group/", "an IAM group"),
        ("instance-profile/", "an instance profile"),
        ("oidc-provider/", "an OIDC provider"),
        ("saml-provider/", "a SAML provider"),
        ("server-certificate/", "a certificate"),
        ("mfa/", "an MFA device"),
    ];
    let kind = kinds.iter().find(|(start, _)| arn.resource.starts_with(start)).map(|(_, kind)| *kind);
    kind.or_else(|| (arn.resource == "root").then_some("an account"))
}

/// What is wrong with a role's bare name.
pub const ONLY_A_NAME: &str = "is a name, not an ARN";

fn without_arn(text: &str) -> String {
    if text.is_empty() {
        "is empty".to_owned()
    } else if text.starts_with("arn:") && repaired(text).is_some() {
        "lacks a colon (the region is empty, so two colons follow `iam`)".to_owned()
    } else if text.to_ascii_lowercase().starts_with("arn:") {
        "is not an ARN (six parts separated by colons, the first is `arn` in lower case)".to_owned()
    } else if text.contains(":role/") {
        "is not an ARN (it does not begin with `arn:`)".to_owned()
    } else {
        ONLY_A_NAME.to_owned()
    }
}

/// The ARN that was certainly meant: letter case, colons or a session's ARN put right.
fn repaired(text: &str) -> Option<String> {
    let lower_head = text.to_ascii_lowercase();
    let at = lower_head.find("iam:").or_else(|| lower_head.find("sts:"))?;
    let head = lower_head.get(..at)?.trim_start_matches("arn:").trim_matches(':');
    let partition = if head.is_empty() { "aws" } else { head };
    let rest = text.get(at + 4..)?.trim_start_matches(':');
    let (account, resource) = rest.split_once(':')?;
    let resource = match resource.strip_prefix("assumed-role/") {
        Some(session) => format!("role/{}", session.split('/').next()?),
        None => resource.to_owned(),
    };
    let name = ["role/", "roles/", "Role/", "role:"].iter().find_map(|start| resource.strip_prefix(start))?;
    let arn = format!("arn:{partition}:iam::{account}:role/{name}");
    (arn != text && role(&arn).is_some()).then_some(arn)
}

/// The placeholder in a text that is no role's ARN.
fn placeholder(text: &str) -> Option<&str> {
    let between = |open: char, close: char| {
        let from = text.find(open)?;
        let len = text.get(from..)?.find(close)?;
        text.get(from..=from + len)
    };
    if let Some(found) = between('<', '>').or_else(|| between('[', ']')).or_else(|| between('{', '}')) {
        return Some(found);
    }
    if let Some(arn) = Arn::parse(text) {
        let account = arn.account;
        let letters = account.bytes().any(|b| b.is_ascii_alphabetic())
            || (!account.is_empty() && account.bytes().all(|b| matches!(b, b'*' | b'#' | b'.' | b'_')));
        // An account is twelve digits: letters in their place stand for them. A lacking colon puts the resource there.
        if letters && !account.contains('/') {
            return Some(account);
        }
        return placeholder_in_name(arn.resource);
    }
    let stands_for_arn = |word: &&str| word.ends_with("_ARN") || word.ends_with("-ARN") || is_placeholder_word(word);
    text.split([':', '/', ' ', '"']).find(stands_for_arn)
}

fn placeholder_in_name(resource: &str) -> Option<&str> {
    resource.split(['/', ':']).skip(1).find(|word| is_placeholder_word(word))
}

/// Whether a word is one that instructions put where the reader's own belongs. Most are written in capitals: `my-role` and `example` are
/// names.
fn is_placeholder_word(word: &str) -> bool {
    if word.contains("XXXX") {
        return true;
    }
    let told = |word: &str| matches!(word, "your_role" | "your_role_name" | "your_iam_role" | "changeme" | "replace_me" | "xxx");
    if word.bytes().any(|b| b.is_ascii_lowercase()) {
        return word.starts_with(['y', 'c', 'r', 'x']) && told(&word.replace('-', "_"));
    }
    let plain = word.replace('-', "_");
    let begins = ["YOUR_", "REPLACE_", "CHANGE_ME", "INSERT_"].iter().any(|start| plain.starts_with(start));
    let ends = ["ROLE_NAME", "ACCOUNT_ID"].iter().any(|end| plain.ends_with(end));
    begins || ends || matches!(plain.as_str(), "CHANGEME" | "PLACEHOLDER" | "TODO" | "FIXME")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn variables_are_filled_in_later() {
        for text in ["$NODE_ROLE", "arn:aws:iam::${account}:role/x", "<ARN of the role>", "%s"] {
            assert!(is_filled_in_later(text), "{text}");
        }
        assert!(!is_filled_in_later("arn:aws:iam::111122223333:role/x"));
    }

    #[test]
    fn takes_what_the_webhook_takes() {
        for good in [
            "arn:aws:iam::111122223333:role/app",
            "arn:aws-cn:iam::111122223333:role/team/x/app",
            "arn:aws-us-gov:iam::111122223333:role/a.b@c+d=e,f_g-h",
            "arn:aws:iam::111122223333:role/my-role",
            "arn:aws:iam::111122223333:role/EXAMPLE-Role1-EXAMPLE",
            "arn:aws:iam::000000000000:role/app",
            "arn:aws:iam::111122223333:role/PROD_APP_ROLE",
        ] {
            assert!(matches!(read(good), RoleArn::Role(_)), "{good}: {:?}", read(good));
        }
    }

    #[test]
    fn names_the_fault_and_repairs_what_is_certain() {
        let repaired = |text| match read(text) {
            RoleArn::Malformed(_, repaired) => repaired,
            other => panic!("{text}: {other:?}"),
        };
        let app = Some("arn:aws:iam::111122223333:role/app".to_owned());
        for bad in [
            "arn:aws:iam:111122223333:role/app",
            " arn:aws:iam::111122223333:role/app",
            "arn:aws:iam::111122223333:role/app\n",
            "'arn:aws:iam::111122223333:role/app'",
            "ARN:aws:iam::111122223333:role/app",
            "aws:iam::111122223333:role/app",
            "arn:aws:sts::111122223333:assumed-role/app/i-0123",
            "arn:aws:iam::111122223333:roles/app",
            "arn:aws:iam::111122223333:role/app/",
            "arn:aws:iam::111122223333:role/app\u{200b}",
            "\u{feff}arn:aws:iam::111122223333:role/app",
        ] {
            assert_eq!(repaired(bad), app, "{bad}");
        }
        for bad in [
            "",
            "app",
            "arn:aws:iam:::role/app",
            "arn:aws:iam::11112222333:role/app",
            "arn:aws:iam::111122223333:role/",
            "arn:aws:iam::111122223333:role/a b",
        ] {
            assert_eq!(repaired(bad), None, "{bad}");
        }
    }

    #[test]
    fn tells_placeholders_templates_and_other_arns_apart() {
        for placeholder in [
            "arn:aws:iam::<ACCOUNT_ID>:role/app",
            "arn:aws:iam::<>:role/app",
            "arn:aws:iam::ACCOUNT_ID:role/app",
            "arn:aws:iam::XXXXXXXXXXXX:role/app",
            "arn:aws:iam::111122223333:role/YOUR_ROLE_NAME",
            "arn:aws:iam::111122223333:role/<role>",
            "<role arn>",
            "YOUR-ROLE-ARN",
        ] {
            assert!(matches!(read(placeholder), RoleArn::Placeholder(_)), "{placeholder}: {:?}", read(placeholder));
        }
        assert_eq!(read("arn:aws:iam::${ACCOUNT_ID}:role/app"), RoleArn::Template);
        assert_eq!(read("arn:aws:iam::111122223333:policy/app"), RoleArn::Other("an IAM policy"));
        assert_eq!(read("arn:aws:iam::111122223333:instance-profile/app"), RoleArn::Other("an instance profile"));
        assert_eq!(read("arn:aws:s3:::bucket"), RoleArn::Other("a resource of another service"));
    }
}
