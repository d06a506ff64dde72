//! Cluster Secrets of Argo CD, which name the role that it assumes for the cluster. Source: Argo CD, "Declarative Setup: Clusters".

use super::at::{At, written};
use super::metadata;
use super::model::ArgoCdCluster;
use super::reader::Reader;
use crate::source::TextMapBuilder;
use crate::syntax::{Node, Scalar, parse_embedded};

/// Whether a tree is one.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    let label = node.path(&["metadata", "labels", "argocd.argoproj.io/secret-type"]).and_then(Node::text);
    metadata::is_kind(node, &["Secret"]) && label == Some("cluster")
}

/// Reads it.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    let meta = metadata::read(at, reader);
    reader.out.recognised = true;
    let member = |key: &str| {
        let plain = at.get("stringData").and_then(|data| data.scalar(key));
        plain.or_else(|| decode_base64(&at.get("data")?.scalar(key)?))
    };
    let server = member("server");
    let in_data = if at.path(&["stringData", "config"]).is_some() { "stringData" } else { "data" };
    let config = member("config").and_then(|text| parse_embedded(&text, &reader.limits)).and_then(|parsed| parsed.root);
    let aws = config.as_ref().and_then(|config| of_any_case(config, "awsAuthConfig"));
    let in_aws = |key: &str| aws.and_then(|aws| of_any_case(aws, key)).and_then(written);
    let arguments = config.as_ref().and_then(|config| of_any_case(config, "execProviderConfig")?.get("args"));
    let argument = |flag: &str| arguments.and_then(|arguments| behind(arguments, flag));
    let role_arn = in_aws("roleARN").or_else(|| argument("--role-arn")).filter(|arn| !arn.text.is_empty());
    reader.out.argocd_clusters.push(ArgoCdCluster {
        secret: meta.name.value().map(|name| name.text.clone()),
        namespace: meta.namespace,
        server,
        cluster_name: in_aws("clusterName").or_else(|| argument("--cluster-name")),
        role_arn,
        config: at.pointer.key(in_data).key("config"),
        place: at.place(),
    });
}

/// The member of that name. Argo CD reads it as Go reads JSON: in any letter case.
fn of_any_case<'n>(node: &'n Node, key: &str) -> Option<&'n Node> {
    node.members().iter().rev().find(|member| member.key.text.eq_ignore_ascii_case(key)).map(|member| &member.value)
}

/// The argument that follows a flag, in the same word or in the next.
fn behind(arguments: &Node, flag: &str) -> Option<Scalar> {
    let words: Vec<Scalar> = arguments.elements().iter().filter_map(written).collect();
    let joined = words.iter().find_map(|word| {
        let value = word.text.strip_prefix(flag)?.strip_prefix('=')?;
        let range = word.text.len() - value.len()..word.text.len();
        Some(Scalar { text: value.into(), span: word.span_of(range.clone()), map: word.map.part(range) })
    });
    joined.or_else(|| words.into_iter().skip_while(|word| word.text != flag).nth(1))
}

/// A Secret's value: base64 of a text, each four letters three bytes of it.
fn decode_base64(scalar: &Scalar) -> Option<Scalar> {
    let mut bytes = Vec::with_capacity(scalar.text.len() / 4 * 3);
    let mut map = TextMapBuilder::new(&scalar.map);
    let mut group = Vec::with_capacity(4);
    let mut from = 0;
    for (at, byte) in scalar.text.bytes().enumerate() {
        if byte == b'=' || byte.is_ascii_whitespace() {
            continue;
        }
        if group.is_empty() {
            from = at;
        }
        group.push(sextet(byte)?);
        if group.len() == 4 {
            let decoded = unpack(&group, &mut bytes);
            map.escape(decoded, from..at + 1);
            group.clear();
        }
    }
    if !group.is_empty() {
        let decoded = unpack(&group, &mut bytes);
        map.escape(decoded, from..scalar.text.len());
    }
    let text = String::from_utf8(bytes).ok()?;
    let map = map.finish_with(scalar.inner_span().start);
    Some(Scalar { text: text.into(), span: scalar.span, map })
}

/// Appends the bytes of up to four sextets and says how many they are.
fn unpack(group: &[u8], bytes: &mut Vec<u8>) -> usize {
    let bits = group.iter().fold(0u32, |bits, sextet| bits << 6 | u32::from(*sextet)) << (6 * 4usize.saturating_sub(group.len()));
    let count = group.len().saturating_sub(1);
    let [_, a, b, c] = bits.to_be_bytes();
    bytes.extend([a, b, c].iter().take(count));
    count
}

fn sextet(byte: u8) -> Option<u8> {
    match byte {
        b'A'..=b'Z' => Some(byte - b'A'),
        b'a'..=b'z' => Some(byte - b'a' + 26),
        b'0'..=b'9' => Some(byte - b'0' + 52),
        b'+' | b'-' => Some(62),
        b'/' | b'_' => Some(63),
        _ => None,
    }
}
