//! What a principal of a trust policy that comes without a web identity stands for, for a reader who has never seen one.

/// In words; backticks set names. The principal is as `who` shows it: `AWS: arn:aws:iam::111122223333:root`.
pub fn explain(principal: &str) -> String {
    match principal.split_once(": ") {
        None if principal == "*" => "anybody at all: every AWS account in the world".to_owned(),
        Some(("AWS", "*")) => "anybody with AWS credentials, of any account".to_owned(),
        Some(("AWS", value)) => aws(value),
        Some(("Service", value)) => format!("the AWS service `{value}`, when it works for this account"),
        Some(("SAML", value)) => format!("people who sign in through the SAML provider `{}`", name(value)),
        Some(("CanonicalUser", value)) => format!("the account with the canonical id `{value}`"),
        _ => "a principal of a kind that AWS does not document".to_owned(),
    }
}

fn aws(value: &str) -> String {
    if value.len() == 12 && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return account(value);
    }
    let parts: Vec<&str> = value.splitn(6, ':').collect();
    let ["arn", _, service, _, owner, resource] = parts.as_slice() else {
        let gone = ["AIDA", "AROA"].iter().any(|prefix| value.starts_with(prefix));
        return if gone { "a user or role that was deleted: AWS shows its id in the place of its name".to_owned() } else { odd() };
    };
    match (*service, resource.split_once('/').map_or(*resource, |(kind, _)| kind)) {
        ("iam", "root") => account(owner),
        ("iam", "user") => format!("the IAM user `{}` of account `{owner}`", name(resource)),
        ("iam", "role") => format!("the IAM role `{}` of account `{owner}`, and so whoever can assume that role", name(resource)),
        ("sts", "assumed-role") => format!("one session of an IAM role of account `{owner}`: `{}`", name(resource)),
        ("sts", "federated-user") => format!("the federated user `{}` of account `{owner}`", name(resource)),
        _ => odd(),
    }
}

fn account(number: &str) -> String {
    format!("whoever the administrators of account `{number}` let call `sts:AssumeRole` on it")
}

fn odd() -> String {
    "not a principal that AWS documents".to_owned()
}

fn name(resource: &str) -> &str {
    resource.rsplit('/').next().unwrap_or(resource)
}

#[cfg(test)]
mod tests {
    use super::explain;

    #[test]
    fn tells_what_a_principal_stands_for() {
        let told = |principal: &str, part: &str| assert!(explain(principal).contains(part), "{principal}: {}", explain(principal));
        told("*", "anybody at all");
        told("AWS: *", "any account");
        told("AWS: 111122223333", "administrators of account `111122223333`");
        told("AWS: arn:aws:iam::111122223333:root", "administrators of account `111122223333`");
        told("AWS: arn:aws-cn:iam::111122223333:role/team/deploy", "IAM role `deploy` of account `111122223333`");
        told("AWS: arn:aws:iam::111122223333:user/anna", "IAM user `anna`");
        told("AWS: arn:aws:sts::111122223333:assumed-role/deploy/ci", "one session");
        told("AWS: AROAEXAMPLEID", "deleted");
        told("AWS: someone", "not a principal");
        told("Service: ec2.amazonaws.com", "AWS service `ec2.amazonaws.com`");
        told("SAML: arn:aws:iam::111122223333:saml-provider/corp", "SAML provider `corp`");
    }
}
