//! What is wrong with the ARN of a provider. Sources: IAM User Guide, "IAM identifiers" and "AWS JSON policy elements: Principal"; AWS General
//! Reference, "Amazon Resource Names (ARNs)".

use smol_str::{SmolStr, format_smolstr};

use crate::policy::{Arn, ProviderArn, is_account_id};
use crate::provider::Catalogue;

/// Why a `Federated` value names no provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ArnFault {
    /// It is an issuer, perhaps with `https://`, and not the ARN of its provider.
    Issuer(SmolStr),
    /// It has another form than `arn:partition:iam::account:oidc-provider/issuer`; the ARN that is meant, where it can be told.
    Form(Option<SmolStr>),
    /// It is the ARN of something else: a role, a user, a cluster.
    OtherResource,
    /// This is no account id.
    Account(SmolStr),
    /// Nothing stands behind `oidc-provider/`.
    EmptyIssuer,
    /// It has a `*` or `?`, which is no pattern in a principal.
    Wildcard,
    /// Its issuer begins with `https://`.
    Scheme,
    /// Its issuer ends in a slash, and those of the service named do not, or the other way round. `certain`: the service is known for sure.
    Slash {
        /// The issuer that is meant.
        meant: SmolStr,
        /// The service.
        service: SmolStr,
        /// Whether the host belongs to that service for sure.
        certain: bool,
    },
    /// Its issuer is written in other letter case, or its host's parts are in another order, than the service's: the issuer that is meant.
    Issuers(SmolStr),
    /// Its partition is not the one of the issuer's region: this is.
    Partition(&'static str),
}

impl ArnFault {
    /// Whether no provider can have that ARN, or none that sends tokens.
    #[must_use]
    pub fn is_certain(&self) -> bool {
        !matches!(self, Self::Partition(_) | Self::Slash { certain: false, .. })
    }
}

/// What is wrong with a value that is no ARN of a provider.
pub(super) fn of_nothing(value: &str) -> ArnFault {
    if !value.starts_with("arn:") {
        let bare = value.strip_prefix("https://").or_else(|| value.strip_prefix("http://")).unwrap_or(value);
        let host = bare.split('/').next().unwrap_or(bare);
        let is_host = host.contains('.') && !host.contains([':', ' ']);
        return if is_host { ArnFault::Issuer(bare.into()) } else { ArnFault::Form(None) };
    }
    if value.contains(['*', '?']) {
        return ArnFault::Wildcard;
    }
    match Arn::parse(value) {
        Some(arn) if arn.partition.starts_with("aws") && arn.service == "iam" && arn.region.is_empty() => of_iam(&arn),
        _ => ArnFault::Form(mended(value)),
    }
}

fn of_iam(arn: &Arn<'_>) -> ArnFault {
    if arn.resource == "oidc-provider/" || arn.resource == "oidc-provider" {
        return ArnFault::EmptyIssuer;
    }
    if arn.oidc_issuer().is_some() {
        return if is_account_id(arn.account) { ArnFault::Form(None) } else { ArnFault::Account(arn.account.into()) };
    }
    if ["role", "user", "group", "policy"].iter().any(|kind| arn.resource.strip_prefix(kind).is_some_and(|rest| rest.starts_with('/'))) {
        return ArnFault::OtherResource;
    }
    ArnFault::Form(None)
}

/// The ARN that is meant, where an account and an issuer can be found in the text.
fn mended(value: &str) -> Option<SmolStr> {
    let (head, issuer) = value.split_once("oidc-provider/").filter(|(_, issuer)| !issuer.is_empty() && !issuer.contains("://"))?;
    let parts: Vec<&str> = head.split(':').filter(|part| !part.is_empty()).collect();
    let account = parts.iter().find(|part| is_account_id(part))?;
    let partition = parts.iter().find(|part| matches!(**part, "aws" | "aws-cn" | "aws-us-gov" | "aws-eusc"))?;
    Some(format_smolstr!("arn:{partition}:iam::{account}:oidc-provider/{issuer}"))
}

/// What is wrong with a well-formed ARN. `exact`: whether its issuer is one of the catalogue's.
pub(super) fn of_provider(arn: &ProviderArn<'_>, exact: bool, catalogue: &Catalogue) -> Option<ArnFault> {
    let issuer = arn.issuer;
    if issuer.starts_with("https:") || issuer.starts_with("http:") {
        return Some(ArnFault::Scheme);
    }
    if let Some(bare) = issuer.strip_prefix("oidc-provider/") {
        return Some(ArnFault::Form(Some(format_smolstr!("arn:{}:iam::{}:oidc-provider/{bare}", arn.partition, arn.account))));
    }
    if !exact {
        return misspelt(issuer, catalogue);
    }
    let wanted = partition_of(issuer)?;
    (arn.partition != wanted).then_some(ArnFault::Partition(wanted))
}

/// What is wrong with an issuer that is none of the catalogue's, where one of its services is plainly meant.
fn misspelt(issuer: &str, catalogue: &Catalogue) -> Option<ArnFault> {
    let other = match issuer.strip_suffix('/') {
        Some(bare) => bare.to_owned(),
        None => format!("{issuer}/"),
    };
    if let Some(service) = catalogue.provider_of(&other) {
        return Some(ArnFault::Slash { meant: other.into(), service: SmolStr::new(&service.name), certain: !service.guessed });
    }
    let recased = issuer.split_once("/id/").map(|(host, id)| format!("{}/id/{}", host.to_ascii_lowercase(), id.to_ascii_uppercase()));
    let recased = recased.unwrap_or_else(|| issuer.to_ascii_lowercase());
    if recased != issuer && catalogue.provider_of(&recased).is_some_and(|service| !service.guessed) {
        return Some(ArnFault::Issuers(recased.into()));
    }
    let reordered = reordered_eks(issuer)?;
    catalogue.provider_of(&reordered).map(|_| ArnFault::Issuers(reordered.into()))
}

/// `oidc.REGION.eks.amazonaws.com/id/…` and the like: the issuer of EKS with its host's parts in order.
fn reordered_eks(issuer: &str) -> Option<String> {
    let (host, path) = issuer.split_once('/')?;
    let at = host.find("amazonaws.com")?;
    let (front, domain) = host.split_at_checked(at)?;
    let parts: Vec<&str> = front.split('.').filter(|part| !part.is_empty()).collect();
    let is_region = |part: &&&str| part.ends_with(|c: char| c.is_ascii_digit()) && part.matches('-').count() >= 2;
    let region = parts.iter().find(is_region)?;
    let others_fit = parts.iter().all(|part| part == region || matches!(*part, "eks" | "oidc"));
    (others_fit && parts.contains(&"eks")).then(|| format!("oidc.eks.{region}.{domain}/{path}"))
}

/// The partition of an EKS cluster's region; `None` for every other issuer.
fn partition_of(issuer: &str) -> Option<&'static str> {
    let region = issuer.strip_prefix("oidc.eks.").or_else(|| issuer.strip_prefix("oidc-eks."))?.split('.').next()?;
    let of_prefix =
        [("cn-", "aws-cn"), ("us-gov-", "aws-us-gov"), ("eusc-", "aws-eusc"), ("us-iso-", "aws-iso"), ("us-isob-", "aws-iso-b")];
    let special = of_prefix.iter().find(|(prefix, _)| region.starts_with(prefix)).map(|(_, partition)| *partition);
    let ordinary = ["us-", "eu-", "ap-", "ca-", "sa-", "af-", "me-", "il-", "mx-"].iter().any(|prefix| region.starts_with(prefix));
    special.or_else(|| (ordinary && !region.contains("iso")).then_some("aws"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_what_is_wrong_with_a_text() {
        let form = |text: &str| of_nothing(text);
        let mended = "arn:aws:iam::111122223333:oidc-provider/x.example.com";
        assert_eq!(form("arn:aws:iam:111122223333:oidc-provider/x.example.com"), ArnFault::Form(Some(mended.into())));
        assert_eq!(form("arn:aws:iam::111122223333:oidc-provider/"), ArnFault::EmptyIssuer);
        assert_eq!(form("arn:aws:iam::11112222333:oidc-provider/x.example.com"), ArnFault::Account("11112222333".into()));
        assert_eq!(form("arn:aws:iam::111122223333:role/x"), ArnFault::OtherResource);
        assert_eq!(form("https://x.example.com/id"), ArnFault::Issuer("x.example.com/id".into()));
        assert_eq!(form("arn:aws:iam::111122223333:oidc-provider/*"), ArnFault::Wildcard);
        assert_eq!(form("whatever"), ArnFault::Form(None));
    }

    #[test]
    fn puts_the_parts_of_a_host_in_order() {
        assert_eq!(reordered_eks("oidc.us-west-2.eks.amazonaws.com/id/A").as_deref(), Some("oidc.eks.us-west-2.amazonaws.com/id/A"));
        assert_eq!(reordered_eks("s3.us-west-2.amazonaws.com/bucket"), None);
    }

    #[test]
    fn knows_a_regions_partition() {
        assert_eq!(partition_of("oidc.eks.cn-north-1.amazonaws.com.cn/id/A"), Some("aws-cn"));
        assert_eq!(partition_of("oidc.eks.us-gov-west-1.amazonaws.com/id/A"), Some("aws-us-gov"));
        assert_eq!(partition_of("oidc.eks.eu-west-1.amazonaws.com/id/A"), Some("aws"));
        assert_eq!(partition_of("oidc.eks.region-code.amazonaws.com/id/A"), None);
        assert_eq!(partition_of("token.actions.githubusercontent.com"), None);
    }
}
