//! ARNs, as far as trust policies and annotations need them. Source: AWS General Reference, "Amazon Resource Names (ARNs)".

/// An ARN's parts, borrowed from its text. Nothing is checked but the form: six parts, the first `arn`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Arn<'a> {
    /// `aws`, `aws-cn`, `aws-us-gov`, `aws-eusc`, …
    pub partition: &'a str,
    /// `iam`, `sts`, `eks`, …
    pub service: &'a str,
    /// Empty for IAM.
    pub region: &'a str,
    /// Twelve digits; empty where the service has none.
    pub account: &'a str,
    /// The rest, colons included.
    pub resource: &'a str,
}

impl<'a> Arn<'a> {
    /// Splits `arn:partition:service:region:account:resource`.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        // Asked of every principal by many: plain cuts at bytes are several times as quick as splitting by characters.
        let cut = |rest: &'a str| {
            let at = rest.bytes().position(|byte| byte == b':')?;
            Some((rest.get(..at)?, rest.get(at + 1..)?))
        };
        let (partition, rest) = cut(text.strip_prefix("arn:")?)?;
        let (service, rest) = cut(rest)?;
        let (region, rest) = cut(rest)?;
        let (account, resource) = cut(rest)?;
        Some(Self { partition, service, region, account, resource })
    }

    /// The role's path and name (`/team/`, `deploy`), if it is an IAM role's ARN. The path of `role/deploy` is `/`.
    #[must_use]
    pub fn role(&self) -> Option<(&'a str, &'a str)> {
        let rest = self.resource.strip_prefix("role").filter(|_| self.is_iam())?;
        let name_at = rest.rfind('/')? + 1;
        let (path, name) = rest.split_at_checked(name_at)?;
        (!name.is_empty()).then_some((path, name))
    }

    /// The issuer without `https://`, if it is an IAM OIDC provider's ARN; a trailing slash is part of it.
    #[must_use]
    pub fn oidc_issuer(&self) -> Option<&'a str> {
        self.resource.strip_prefix("oidc-provider/").filter(|issuer| self.is_iam() && !issuer.is_empty())
    }

    /// The name of the SAML provider, if it is one's ARN.
    #[must_use]
    pub fn saml_provider(&self) -> Option<&'a str> {
        self.resource.strip_prefix("saml-provider/").filter(|_| self.is_iam())
    }

    fn is_iam(&self) -> bool {
        self.service == "iam" && self.region.is_empty()
    }
}

/// Whether a text is an account id: twelve digits.
#[must_use]
pub fn is_account_id(text: &str) -> bool {
    text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
}

/// A well-formed ARN of an OIDC provider.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ProviderArn<'a> {
    /// The partition.
    pub partition: &'a str,
    /// The account in which the provider lives.
    pub account: &'a str,
    /// The issuer without `https://`.
    pub issuer: &'a str,
}

impl<'a> ProviderArn<'a> {
    /// Reads the ARN of an OIDC provider; the account must be twelve digits, the partition must begin with `aws`.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        Self::of(&Arn::parse(text)?)
    }

    /// The same from an ARN already cut up.
    #[must_use]
    pub fn of(arn: &Arn<'a>) -> Option<Self> {
        let issuer = arn.oidc_issuer()?;
        let well_formed = arn.partition.starts_with("aws") && is_account_id(arn.account);
        well_formed.then_some(Self { partition: arn.partition, account: arn.account, issuer })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_roles_with_and_without_a_path() {
        let role = |text| Arn::parse(text).and_then(|a| a.role());
        assert_eq!(role("arn:aws:iam::111122223333:role/app"), Some(("/", "app")));
        assert_eq!(role("arn:aws:iam::111122223333:role/team/x/app"), Some(("/team/x/", "app")));
        assert_eq!(role("arn:aws:iam::111122223333:user/app"), None);
        assert_eq!(role("arn:aws:iam::111122223333:role/"), None);
    }

    #[test]
    fn keeps_the_trailing_slash_of_an_issuer() {
        let arn = ProviderArn::parse("arn:aws:iam::111122223333:oidc-provider/acme.auth0.com/");
        assert_eq!(arn.map(|a| a.issuer), Some("acme.auth0.com/"));
        assert_eq!(ProviderArn::parse("arn:aws:iam:111122223333:oidc-provider/x"), None);
    }
}
