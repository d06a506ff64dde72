//! Clusters as the AWS command line shows them. Source: Amazon EKS API Reference, DescribeCluster.

use super::at::At;
use super::model::{Cluster, Origin, Stated};
use super::oidc_provider::issuer_of_url;
use super::reader::Reader;
use crate::syntax::Node;

/// The output of `aws eks describe-cluster` and `create-cluster`.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    node.get("cluster").is_some_and(|c| c.get("name").is_some() && (c.get("arn").is_some() || c.path(&["identity", "oidc"]).is_some()))
}

/// Reads `{"cluster": …}`.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    let Some(cluster) = at.get("cluster") else { return };
    reader.out.recognised = true;
    let name = reader.stated_text(cluster.get("name"));
    let arn = reader.stated_text(cluster.get("arn"));
    let issuer = match reader.stated_text(cluster.path(&["identity", "oidc", "issuer"])) {
        Stated::Is(url) => Stated::Is(issuer_of_url(&url)),
        other => other,
    };
    let version = reader.stated_text(cluster.get("version"));
    reader.out.clusters.push(Cluster { name, arn, issuer, version, address: None, origin: Origin::Live, place: cluster.place() });
}
