//! Profiles of the AWS command line and SDKs that stand in a ConfigMap or a Secret, as far as one assumes its role with another's
//! credentials. Source: AWS SDKs and Tools Reference Guide, "Assume role credential provider"; EKS User Guide, "Authenticate to another
//! account with IRSA".

use super::at::At;
use super::metadata;
use super::model::{FirstRole, Place, SecondRole};
use super::reader::Reader;
use crate::syntax::{Node, Scalar};

/// Where the texts of a ConfigMap or of a Secret stand.
const TEXTS: [&str; 2] = ["data", "stringData"];

/// Whether a tree holds profiles that assume roles one from another.
#[must_use]
pub fn recognise(node: &Node) -> bool {
    let has_profiles = |text: &str| text.contains("role_arn") && text.contains("source_profile");
    let members = |key: &&str| node.get(key).map(Node::members).unwrap_or_default();
    metadata::is_kind(node, &["ConfigMap", "Secret"])
        && TEXTS.iter().flat_map(members).any(|member| member.value.text().is_some_and(has_profiles))
}

/// Reads it.
pub fn read(at: &At<'_>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    for data in TEXTS.iter().filter_map(|key| at.get(key)) {
        for member in data.node.members() {
            if let Some(text) = member.value.scalar() {
                let pointer = data.pointer.key(&member.key.text);
                reader.out.second_roles.extend(second_roles(text).map(|(profile, arn, first)| SecondRole {
                    asker: format!("the AWS profile `{}`", profile.name),
                    from: FirstRole::Named(first, "the profile before it"),
                    duration: profile.duration,
                    place: Place { span: arn.span, pointer: pointer.clone() },
                    arn,
                }));
            }
        }
    }
}

/// A section with the settings that are read.
#[derive(Clone, Default)]
struct Profile<'t> {
    name: &'t str,
    role: Option<Scalar>,
    duration: Option<Scalar>,
    source: Option<&'t str>,
}

/// The roles that are assumed with the credentials of a profile that has a role itself.
fn second_roles(text: &Scalar) -> impl Iterator<Item = (Profile<'_>, Scalar, Scalar)> {
    let profiles = profiles(text);
    let first = |name: &str| profiles.iter().find(|profile| profile.name == name).and_then(|profile| profile.role.clone());
    // A profile that is its own source has keys of its own.
    let source = |profile: &Profile<'_>| first(profile.source.filter(|source| *source != profile.name)?);
    let found: Vec<_> = profiles.iter().filter_map(|profile| Some((profile.clone(), profile.role.clone()?, source(profile)?))).collect();
    found.into_iter()
}

fn profiles(text: &Scalar) -> Vec<Profile<'_>> {
    let mut found: Vec<Profile<'_>> = Vec::new();
    let mut start = 0;
    for line in text.as_str().split_inclusive('\n') {
        let plain = line.trim();
        if let Some(name) = plain.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')) {
            let name = name.trim();
            found.push(Profile { name: name.strip_prefix("profile ").unwrap_or(name).trim(), ..Profile::default() });
        } else if let (Some((key, value)), Some(profile)) = (plain.split_once('='), found.last_mut()) {
            let value = value.trim();
            match key.trim() {
                "role_arn" => profile.role = part(text, start, line, value),
                "duration_seconds" => profile.duration = part(text, start, line, value),
                "source_profile" => profile.source = Some(value),
                _ => {}
            }
        }
        start += line.len();
    }
    found
}

/// A value, which ends its line, with its place.
fn part(text: &Scalar, start: usize, line: &str, value: &str) -> Option<Scalar> {
    let from = start + line.rfind(value)?;
    let range = from..from + value.len();
    Some(Scalar { text: value.into(), span: text.span_of(range.clone()), map: text.map.part(range) })
}
