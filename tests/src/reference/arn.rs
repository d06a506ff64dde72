//! The ARN of an OIDC provider: `arn:<partition>:iam::<account>:oidc-provider/<issuer>`.

/// The account and the issuer (without `https://`) that a provider's ARN names; `None` where it is not one.
pub fn provider(arn: &str) -> Option<(&str, &str)> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, "iam", "", account, resource] => {
            let issuer = resource.strip_prefix("oidc-provider/")?;
            let real = partition.starts_with("aws") && is_account(account) && !issuer.is_empty();
            real.then_some((*account, issuer))
        }
        _ => None,
    }
}

fn is_account(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::provider;

    #[test]
    fn keeps_path_and_trailing_slash() {
        assert_eq!(provider("arn:aws-cn:iam::111122223333:oidc-provider/a.example/x/"), Some(("111122223333", "a.example/x/")));
        assert_eq!(provider("arn:aws:iam::11112222333:oidc-provider/a.example"), None);
        assert_eq!(provider("arn:aws:iam::111122223333:saml-provider/okta"), None);
    }
}
