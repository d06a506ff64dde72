//! `metadata` of a Kubernetes object: name, namespace, annotations, labels. Source: Kubernetes API Reference, ObjectMeta.

use smol_str::SmolStr;

use super::at::{At, written};
use super::model::{Annotation, Namespace, NotAnalysed, Origin, Place, Stated};
use super::reader::Reader;
use crate::source::Span;
use crate::syntax::{Node, Scalar, Value};

/// What the metadata of an object says.
#[derive(Clone, Debug)]
pub struct Metadata {
    /// `name`; absent where the API server makes it (`generateName`).
    pub name: Stated<Scalar>,
    /// `namespace`.
    pub namespace: Namespace,
    /// `annotations`.
    pub annotations: Vec<Annotation>,
    /// Where the annotations stand.
    pub annotations_span: Option<Span>,
    /// `labels`.
    pub labels: Vec<Annotation>,
    /// Whether it is a live object: it has a uid or a creationTimestamp.
    pub live: bool,
    /// `creationTimestamp`.
    pub created: Option<SmolStr>,
    /// Kind and name of the first of `ownerReferences`.
    pub owner: Option<(SmolStr, SmolStr)>,
}

/// Whether a tree is a Kubernetes object of one of these kinds, in an API group that Kubernetes itself has.
#[must_use]
pub fn is_kind(node: &Node, kinds: &[&str]) -> bool {
    let Some(kind) = node.get("kind").and_then(Node::text) else { return false };
    kinds.contains(&kind) && matches!(group(node), "" | "apps" | "batch" | "extensions")
}

/// The API group of an object; none for Kubernetes' core.
#[must_use]
pub fn group(node: &Node) -> &str {
    node.get("apiVersion").and_then(Node::text).and_then(|v| v.split_once('/')).map_or("", |(group, _)| group)
}

/// Reads the metadata of an object and notes keys that stand twice in it.
pub fn read(object: &At<'_>, reader: &mut Reader<'_>) -> Metadata {
    reader.duplicates(object);
    let Some(metadata) = object.get("metadata") else {
        return Metadata {
            name: Stated::Absent,
            namespace: missing_namespace(reader.origin, false),
            annotations: Vec::new(),
            annotations_span: None,
            labels: Vec::new(),
            live: false,
            created: None,
            owner: None,
        };
    };
    reader.duplicates(&metadata);
    let created = metadata.owned("creationTimestamp");
    let live = created.is_some() || metadata.get("uid").is_some();
    let annotations_at = metadata.get("annotations");
    Metadata {
        name: reader.stated(metadata.get("name")),
        namespace: match reader.stated(metadata.get("namespace")) {
            Stated::Is(name) if !name.text.is_empty() => Namespace::Stated(name),
            Stated::Unknown(_) => Namespace::Unknown,
            _ => missing_namespace(reader.origin, live),
        },
        annotations_span: annotations_at.as_ref().map(|at| at.node.span),
        annotations: annotations_at.map(|at| annotations(&at, reader)).unwrap_or_default(),
        labels: metadata.get("labels").map(|at| annotations(&at, reader)).unwrap_or_default(),
        live,
        created,
        owner: metadata.list("ownerReferences").find_map(|owner| Some((owner.owned("kind")?, owner.owned("name")?))),
    }
}

/// The namespace of an object that states none: a live one and the provider's is in `default`, a manifest's is up to who applies it.
#[must_use]
pub fn missing_namespace(origin: Origin, live: bool) -> Namespace {
    if live || origin.is_terraform() { Namespace::Default } else { Namespace::Unknown }
}

/// Reads annotations or labels and notes keys that stand twice.
pub fn annotations(at: &At<'_>, reader: &mut Reader<'_>) -> Vec<Annotation> {
    reader.duplicates(at);
    at.node.members().iter().map(|member| annotation(&member.key, &member.value, at, reader)).collect()
}

/// Reads one annotation that stands in `at`.
pub fn annotation(key: &Scalar, value: &Node, at: &At<'_>, reader: &mut Reader<'_>) -> Annotation {
    let pointer = at.pointer.key(&key.text);
    let stated = match (reader.template_in(value), value.scalar()) {
        (Some(message), _) => {
            // A chart fills in dozens of labels; only EKS's own keys are worth a note.
            if key.text.starts_with("eks.amazonaws.com/") {
                let place = Place { span: value.span, pointer: pointer.clone() };
                reader.out.not_analysed.push(NotAnalysed { place, message: message.clone() });
            }
            Stated::Unknown(message)
        }
        (None, Some(scalar)) => Stated::Is(scalar.clone()),
        // Kubernetes wants strings: a number or a boolean is no value of an annotation.
        (None, None) => Stated::Absent,
    };
    let unquoted = match &value.value {
        Value::Number(_) | Value::Bool(_) => written(value).map(|value| value.text),
        // YAML 1.1, which Kubernetes reads, has more booleans than 1.2.
        Value::String(text) if text.inner_span() == text.span && is_old_boolean(&text.text) => Some(text.text.clone()),
        _ => None,
    };
    Annotation { key: key.clone(), value: stated, unquoted, value_span: value.span, pointer }
}

/// What YAML 1.1 takes for a boolean and YAML 1.2 for a string. Source: YAML 1.1, "Boolean Language-Independent Type".
fn is_old_boolean(text: &str) -> bool {
    text.len() <= 3 && ["y", "yes", "on", "n", "no", "off"].iter().any(|word| word.eq_ignore_ascii_case(text))
}
