//! What every kind of document needs on the way from a tree to domain types: values that a document states, leaves out or
//! does not know yet, trust policies in all their wrappings, and keys that stand twice.

use smol_str::SmolStr;

use super::at::{At, written};
use super::model::{Broken, Documents, DuplicateKey, NotAnalysed, Origin, Place, Stated, Trust};
use crate::policy;
use crate::source::FileId;
use crate::syntax::{Limits, Node, Pointer, Scalar, SyntaxError, Value, parse_embedded};

/// The longest policy that is read, white space and escapes included: sixteen times what IAM stores at most (IAM User Guide, "IAM and STS
/// quotas").
const MOST_POLICY_BYTES: u32 = 131_072;

/// Which of its two states a Terraform plan is read as.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PlanSide {
    /// What there will be once it is applied.
    #[default]
    After,
    /// What there was when it was made.
    Before,
}

/// Reads the documents of one file; what it found so far is in `out`.
#[derive(Debug)]
pub struct Reader<'t> {
    /// The file.
    pub file: FileId,
    /// Its text.
    pub text: &'t str,
    /// How much to take on.
    pub limits: Limits,
    /// Where the knowledge comes from.
    pub origin: Origin,
    /// Which state of a plan is asked for.
    pub side: PlanSide,
    /// What was read.
    pub out: Documents,
}

impl<'t> Reader<'t> {
    /// A reader of one file that has read nothing yet.
    #[must_use]
    pub fn new(file: FileId, text: &'t str, limits: Limits) -> Self {
        Self { file, text, limits, origin: Origin::Manifest, side: PlanSide::After, out: Documents::default() }
    }

    /// Reads with another origin, then goes on with the one before.
    pub fn with_origin(&mut self, origin: Origin, read: impl FnOnce(&mut Self)) {
        let before = std::mem::replace(&mut self.origin, origin);
        read(self);
        self.origin = before;
    }

    /// A scalar that may be absent (null too), a template, or stated; numbers and booleans as they are written.
    pub fn stated(&mut self, at: Option<At<'_>>) -> Stated<Scalar> {
        let Some(at) = at.filter(|at| !at.node.is_null()) else { return Stated::Absent };
        if let Some(message) = self.template_in(at.node) {
            self.out.not_analysed.push(NotAnalysed { place: at.place(), message: message.clone() });
            return Stated::Unknown(message);
        }
        written(at.node).map_or(Stated::Absent, Stated::Is)
    }

    /// As [`Reader::stated`], the text alone.
    pub fn stated_text(&mut self, at: Option<At<'_>>) -> Stated<SmolStr> {
        match self.stated(at) {
            Stated::Is(scalar) => Stated::Is(scalar.text),
            Stated::Absent => Stated::Absent,
            Stated::Unknown(reason) => Stated::Unknown(reason),
        }
    }

    /// What to say of a value that a template engine has yet to make: `{{ … }}` or `<% … %>`. Unquoted in YAML, `{{ x }}` reads as nested
    /// mappings, so the bytes decide.
    #[must_use]
    pub fn template_in(&self, node: &Node) -> Option<String> {
        let text = match &node.value {
            Value::String(scalar) => scalar.as_str(),
            Value::Object(_) | Value::Broken => self.text.get(node.span.range()).filter(|t| t.starts_with("{{"))?,
            _ => return None,
        };
        has_template_marks(text).then(|| format!("template: `{}` is not filled in yet", first_line(text)))
    }

    /// A role's trust policy: an object, or a string that holds one, escaped or URL-encoded.
    pub fn trust(&mut self, at: Option<At<'_>>) -> Trust {
        let Some(at) = at.filter(|at| !at.node.is_null()) else { return Trust::Absent };
        match &at.node.value {
            Value::Object(_) => self.policy(at.node, &at),
            Value::String(scalar) if scalar.text.trim().is_empty() => Trust::Absent,
            Value::String(scalar) => self.trust_in_text(scalar, &at),
            _ => self.no_policy(at.place(), format!("the trust policy is {}, not a policy document", at.node.kind_name())),
        }
    }

    fn trust_in_text(&mut self, scalar: &Scalar, at: &At<'_>) -> Trust {
        let place = || Place { span: scalar.span, pointer: at.pointer.clone() };
        let parsed = parse_embedded(scalar, &self.limits);
        let clean = parsed.as_ref().is_some_and(|p| p.errors.is_empty());
        if !clean && has_template_marks(&scalar.text) {
            let message = format!("template: `{}` is not filled in yet", first_line(&scalar.text));
            self.out.not_analysed.push(NotAnalysed { place: place(), message: message.clone() });
            return Trust::Unknown(place(), message);
        }
        let Some(parsed) = parsed else { return self.no_policy(place(), "the trust policy is not a JSON document".to_owned()) };
        self.errors(parsed.errors, &at.pointer);
        match parsed.root {
            Some(root) if root.is_object() => self.policy(&root, at),
            _ if !clean => Trust::Unknown(place(), "the trust policy is broken".to_owned()),
            _ => self.no_policy(place(), "the trust policy is not a JSON object".to_owned()),
        }
    }

    /// The policy, unless it is far larger than any that IAM stores: then nobody has it, and to work it out would take for ever.
    fn policy(&mut self, node: &Node, at: &At<'_>) -> Trust {
        let bytes = node.span.end.saturating_sub(node.span.start);
        if bytes <= MOST_POLICY_BYTES {
            return Trust::Policy(Box::new(policy::read(node, &at.pointer)));
        }
        let message = format!(
            "the trust policy is {bytes} bytes long: IAM stores none of more than 8,192 characters, and one of more than {MOST_POLICY_BYTES} bytes is not read"
        );
        self.no_policy(Place { span: node.span, pointer: at.pointer.clone() }, message)
    }

    fn no_policy(&mut self, place: Place, message: String) -> Trust {
        self.out.errors.push(Broken { place: Some(place.clone()), message: message.clone() });
        Trust::Unknown(place, message)
    }

    /// Takes over what a parser could not read.
    pub fn errors(&mut self, errors: Vec<SyntaxError>, pointer: &Pointer) {
        let broken = |e: SyntaxError| Broken { place: Some(Place { span: e.span, pointer: pointer.clone() }), message: e.message };
        self.out.errors.extend(errors.into_iter().map(broken));
    }

    /// Notes every key of an object that a later member repeats.
    pub fn duplicates(&mut self, at: &At<'_>) {
        let members = at.node.members();
        for (index, member) in members.iter().enumerate() {
            let Some(last) = members.iter().skip(index + 1).rev().find(|later| later.key.text == member.key.text) else { continue };
            self.out.duplicate_keys.push(DuplicateKey {
                key: member.key.text.clone(),
                place: Place { span: member.key.span, pointer: at.pointer.key(&member.key.text) },
                last: last.key.span,
            });
        }
    }
}

/// Whether a text holds the marks of a template engine: Go's and Jinja's `{{ }}`, ERB's `<% %>`.
#[must_use]
pub fn has_template_marks(text: &str) -> bool {
    let pair = |open: &str, close: &str| text.find(open).is_some_and(|at| text.get(at..).is_some_and(|rest| rest.contains(close)));
    pair("{{", "}}") || pair("<%", "%>") || pair("{%", "%}")
}

/// The first line, cut short: enough to recognise a value in a message.
fn first_line(text: &str) -> String {
    let line = text.trim().lines().next().unwrap_or_default();
    if line.chars().count() <= 80 { line.to_owned() } else { line.chars().take(79).chain(std::iter::once('…')).collect() }
}
