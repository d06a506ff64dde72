//! OIDC providers as the AWS command line shows them. Source: IAM API Reference, GetOpenIDConnectProvider, ListOpenIDConnectProviders.

use smol_str::SmolStr;

use super::at::{At, written};
use super::iam_role::is_complete;
use super::model::{FullList, Listed, OidcProvider, Origin, Stated};
use super::reader::Reader;
use crate::policy::{Arn, ProviderArn};
use crate::syntax::{Node, Scalar, Value};

/// The output of `get-open-id-connect-provider`.
#[must_use]
pub fn recognise_get(node: &Node) -> bool {
    node.get("Url").is_some() && (node.get("ClientIDList").is_some() || node.get("ThumbprintList").is_some())
}

/// The output of `list-open-id-connect-providers`.
#[must_use]
pub fn recognise_list(node: &Node) -> bool {
    node.get("OpenIDConnectProviderList").is_some_and(|list| matches!(list.value, Value::Array(_)))
}

/// Reads `{"Url", "ClientIDList", …}`. The answer carries no ARN; people who keep it add one.
pub fn read_get(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let arn = reader.stated_text(at.get("OpenIDConnectProviderArn").or_else(|| at.get("Arn")));
    let url = at.scalar("Url");
    let issuer = match reader.stated_text(at.get("Url")) {
        Stated::Is(url) => Stated::Is(issuer_of_url(&url)),
        other => other,
    };
    // The API leaves an empty list out.
    let list = |key: &str| Stated::Is(at.list(key).filter_map(|element| written(element.node)).collect());
    reader.out.providers.push(OidcProvider {
        arn,
        issuer,
        url,
        client_ids: list("ClientIDList"),
        thumbprints: list("ThumbprintList"),
        address: None,
        origin: Origin::Live,
        place: at.place(),
    });
}

/// Reads `{"OpenIDConnectProviderList": [{"Arn": …}]}`.
pub fn read_list(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let mut account = None;
    for element in at.list("OpenIDConnectProviderList") {
        let Some(written) = element.scalar("Arn") else { continue };
        account = account.or_else(|| ProviderArn::parse(&written.text).map(|arn| SmolStr::new(arn.account)));
        reader.out.providers.push(from_arn(written, &element));
    }
    if is_complete(at.node) {
        reader.out.full_lists.push(FullList { of: Listed::Providers, account, namespace: None, place: at.place() });
    }
}

fn from_arn(arn: Scalar, at: &At<'_>) -> OidcProvider {
    let issuer = Arn::parse(&arn.text).and_then(|arn| arn.oidc_issuer()).map_or(Stated::Absent, |issuer| Stated::Is(SmolStr::new(issuer)));
    OidcProvider {
        issuer,
        arn: Stated::Is(arn.text.clone()),
        url: Some(arn),
        client_ids: Stated::Absent,
        thumbprints: Stated::Absent,
        address: None,
        origin: Origin::Live,
        place: at.place(),
    }
}

/// An issuer as ARNs and condition keys spell it: without `https://`, a trailing slash kept.
#[must_use]
pub fn issuer_of_url(url: &str) -> SmolStr {
    SmolStr::new(without_scheme(url.trim()))
}

/// The same of a text that holds nothing else, such as a token's claim.
#[must_use]
pub fn without_scheme(url: &str) -> &str {
    url.strip_prefix("https://").unwrap_or(url)
}
