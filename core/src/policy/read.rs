//! From a tree to a trust policy. What breaks the grammar is a [`Violation`]; the rest is read all the same.

use smol_str::{SmolStr, format_smolstr};

use super::Operator;
use super::size::size;
use super::statement::{
    Action, Condition, Effect, Operation, Principal, PrincipalKind, Principals, Statement, TrustPolicy, Version, Violation, ViolationKind,
};
use crate::source::Span;
use crate::syntax::{Member, Node, Pointer, Scalar, Value};

const POLICY_ELEMENTS: &[&str] = &["Version", "Id", "Statement"];
const STATEMENT_ELEMENTS: &[&str] =
    &["Sid", "Effect", "Principal", "NotPrincipal", "Action", "NotAction", "Resource", "NotResource", "Condition"];

/// Whether a tree is a policy document: an object with `Statement` in which something has an `Effect`, a `Principal` or an `Action`.
#[must_use]
pub fn looks_like_policy(node: &Node) -> bool {
    let Some(statement) = node.get("Statement") else { return false };
    let is_statement = |node: &Node| {
        node.members().iter().any(|m| matches!(m.key.as_str(), "Effect" | "Principal" | "NotPrincipal" | "Action" | "NotAction"))
    };
    match &statement.value {
        Value::Array(list) => list.iter().any(is_statement) || (list.is_empty() && node.get("Version").is_some()),
        _ => is_statement(statement),
    }
}

/// Reads a trust policy. `pointer` says where the policy stands in its document.
#[must_use]
pub fn read(node: &Node, pointer: &Pointer) -> TrustPolicy {
    let mut reader = Reader { violations: Vec::new() };
    reader.duplicates(node, pointer);
    for member in node.members().iter().filter(|m| !POLICY_ELEMENTS.contains(&m.key.as_str())) {
        reader.violation(ViolationKind::UnknownElement(member.key.text.clone()), member.key.span, pointer.shared_key(&member.key.text));
    }
    let version_value = node.get("Version").and_then(scalar_of);
    let version = reader.version(version_value.as_ref(), pointer);
    let statement = node.get("Statement");
    let statements_at = pointer.key("Statement");
    let statement_list = statement.is_some_and(|s| matches!(s.value, Value::Array(_)));
    // Exact sizes throughout: a dump holds ten thousand of these, and a vector that grows begins with room for four.
    let mut statements = Vec::with_capacity(statement.map_or(0, |s| if statement_list { s.elements().len() } else { 1 }));
    match statement {
        None => reader.violation(ViolationKind::MissingElement("Statement"), node.span, pointer.clone()),
        Some(list) if statement_list => {
            for (index, element) in list.elements().iter().enumerate() {
                reader.statement(element, index, statements_at.index(index), &mut statements);
            }
        }
        Some(one) => reader.statement(one, 0, statements_at, &mut statements),
    }
    reader.repeated_sids(&statements);
    TrustPolicy {
        span: node.span,
        pointer: pointer.clone(),
        version,
        version_value,
        statements,
        statement_list,
        size: size(node),
        violations: reader.violations,
    }
}

struct Reader {
    violations: Vec<Violation>,
}

impl Reader {
    fn violation(&mut self, kind: ViolationKind, span: Span, pointer: Pointer) {
        self.violations.push(Violation { kind, span, pointer });
    }

    /// Every key of an object that a later member repeats to the letter.
    fn duplicates(&mut self, node: &Node, pointer: &Pointer) {
        let members = node.members();
        for (index, member) in members.iter().enumerate() {
            let repeated = members.iter().skip(index + 1).any(|later| later.key.text == member.key.text);
            if repeated {
                let key = member.key.text.clone();
                self.violation(ViolationKind::DuplicateKey(key), member.key.span, pointer.shared_key(&member.key.text));
            }
        }
    }

    fn version(&mut self, value: Option<&Scalar>, pointer: &Pointer) -> Version {
        match value.map(|v| (v.as_str(), v)) {
            None | Some(("2008-10-17", _)) => Version::V2008,
            Some(("2012-10-17", _)) => Version::V2012,
            Some((other, value)) => {
                self.violation(ViolationKind::InvalidVersion(other.into()), value.span, pointer.key("Version"));
                Version::Unknown
            }
        }
    }

    fn statement(&mut self, node: &Node, index: usize, pointer: Pointer, out: &mut Vec<Statement>) {
        if !node.is_object() {
            if !matches!(node.value, Value::Broken) {
                self.violation(ViolationKind::WrongType("Statement".into(), "an object", node.kind_name()), node.span, pointer);
            }
            return;
        }
        self.duplicates(node, &pointer);
        for member in node.members() {
            match member.key.as_str() {
                "Resource" | "NotResource" => {
                    let kind = ViolationKind::ProhibitedField(member.key.text.clone());
                    self.violation(kind, member.key.span, pointer.shared_key(&member.key.text));
                }
                known if STATEMENT_ELEMENTS.contains(&known) => {}
                unknown => {
                    let kind = ViolationKind::UnknownElement(unknown.into());
                    self.violation(kind, member.key.span, pointer.key(unknown));
                }
            }
        }
        let sid = node.get("Sid").and_then(scalar_of);
        if let Some(sid) = &sid
            && !sid.text.bytes().all(|b| b.is_ascii_alphanumeric())
        {
            self.violation(ViolationKind::InvalidSid(sid.text.clone()), sid.span, pointer.key("Sid"));
        }
        let effect_value = node.get("Effect").and_then(scalar_of);
        let effect = self.effect(node, effect_value.as_ref(), &pointer);
        let principals = self.principals(node, &pointer);
        let action = self.action(node, &pointer);
        let condition = node.get("Condition");
        let keys = |block: &Node| block.members().iter().map(|operator| operator.value.members().len()).sum();
        let mut conditions = Vec::with_capacity(condition.map_or(0, keys));
        if let Some(block) = condition {
            self.conditions(block, &pointer.key("Condition"), &mut conditions);
        }
        out.push(Statement {
            index,
            span: node.span,
            pointer,
            sid,
            effect,
            effect_value,
            principals,
            action,
            conditions,
            condition_span: condition.map(|c| c.span),
        });
    }

    fn effect(&mut self, node: &Node, value: Option<&Scalar>, pointer: &Pointer) -> Effect {
        match value.map(|v| (v.as_str(), v)) {
            Some(("Allow", _)) => Effect::Allow,
            Some(("Deny", _)) => Effect::Deny,
            Some((other, value)) => {
                self.violation(ViolationKind::InvalidEffect(other.into()), value.span, pointer.key("Effect"));
                Effect::Invalid
            }
            None => {
                self.violation(ViolationKind::MissingElement("Effect"), node.span, pointer.clone());
                Effect::Invalid
            }
        }
    }

    /// The element or its negation, whichever is there; the plain one if both are.
    fn either<'n>(&mut self, node: &'n Node, plain: &'static str, negated: &'static str, pointer: &Pointer) -> Option<(bool, &'n Member)> {
        match (node.member(plain), node.member(negated)) {
            (Some(member), Some(other)) => {
                self.violation(ViolationKind::Both(plain, negated), other.key.span, pointer.key(negated));
                Some((false, member))
            }
            (Some(member), None) => Some((false, member)),
            (None, Some(member)) => Some((true, member)),
            (None, None) => {
                self.violation(ViolationKind::MissingElement(plain), node.span, pointer.clone());
                None
            }
        }
    }

    fn principals(&mut self, node: &Node, pointer: &Pointer) -> Principals {
        let Some((negated, member)) = self.either(node, "Principal", "NotPrincipal", pointer) else {
            return Principals { negated: false, list: Vec::new(), span: None };
        };
        let at = pointer.shared_key(&member.key.text);
        let value = &member.value;
        let named = value.members().iter().map(|m| m.value.elements().len().max(1)).sum::<usize>();
        let mut list = Vec::with_capacity(named.max(1));
        match &value.value {
            Value::String(star) if star.text == "*" => {
                list.push(Principal { kind: PrincipalKind::Star, value: star.clone(), key: None, pointer: at });
            }
            Value::Object(members) => {
                self.duplicates(value, &at);
                for member in last_of_each(members) {
                    self.principals_of_type(member, &at, &mut list);
                }
            }
            Value::Broken => {}
            _ => {
                let kind = ViolationKind::WrongType(member.key.text.clone(), "`\"*\"` or an object", value.kind_name());
                self.violation(kind, value.span, at);
            }
        }
        Principals { negated, list, span: Some(value.span) }
    }

    fn principals_of_type(&mut self, member: &Member, pointer: &Pointer, list: &mut Vec<Principal>) {
        let kind = match member.key.as_str() {
            "Federated" => PrincipalKind::Federated,
            "AWS" => PrincipalKind::Aws,
            "Service" => PrincipalKind::Service,
            "CanonicalUser" => PrincipalKind::CanonicalUser,
            other => {
                self.violation(ViolationKind::UnknownElement(other.into()), member.key.span, pointer.key(other));
                PrincipalKind::Other(other.into())
            }
        };
        let at = pointer.shared_key(&member.key.text);
        let is_list = matches!(member.value.value, Value::Array(_));
        for (index, value) in self.strings(&member.value, &member.key.text, &at).into_iter().enumerate() {
            let pointer = if is_list { at.index(index) } else { at.clone() };
            list.push(Principal { kind: kind.clone(), value, key: Some(member.key.clone()), pointer });
        }
    }

    fn action(&mut self, node: &Node, pointer: &Pointer) -> Action {
        let Some((negated, member)) = self.either(node, "Action", "NotAction", pointer) else {
            return Action { negated: false, patterns: Vec::new(), span: None };
        };
        let at = pointer.shared_key(&member.key.text);
        let patterns = self.strings(&member.value, &member.key.text, &at);
        Action { negated, patterns, span: Some(member.value.span) }
    }

    fn conditions(&mut self, block: &Node, pointer: &Pointer, out: &mut Vec<Condition>) {
        let Value::Object(operators) = &block.value else {
            if !matches!(block.value, Value::Broken) {
                self.violation(ViolationKind::WrongType("Condition".into(), "an object", block.kind_name()), block.span, pointer.clone());
            }
            return;
        };
        self.duplicates(block, pointer);
        for (index, member) in operators.iter().enumerate() {
            let block_overridden = operators.iter().skip(index + 1).any(|later| later.key.text == member.key.text);
            let at = pointer.shared_key(&member.key.text);
            let Value::Object(keys) = &member.value.value else {
                if !matches!(member.value.value, Value::Broken) {
                    let kind = ViolationKind::WrongType(member.key.text.clone(), "an object", member.value.kind_name());
                    self.violation(kind, member.value.span, at);
                }
                continue;
            };
            self.duplicates(&member.value, &at);
            let operator = Operator::parse(&member.key.text).map_or(Operation::Unknown, Operation::Known);
            for (index, key) in keys.iter().enumerate() {
                let repeated = keys.iter().skip(index + 1).any(|later| later.key.text == key.key.text);
                let at = at.shared_key(&key.key.text);
                let list = matches!(key.value.value, Value::Array(_));
                let values = self.strings(&key.value, &key.key.text, &at);
                if list && values.is_empty() {
                    self.violation(ViolationKind::EmptyValues(key.key.text.clone()), key.value.span, at.clone());
                }
                out.push(Condition {
                    operator,
                    operator_name: member.key.clone(),
                    key: key.key.clone(),
                    values,
                    list,
                    span: key.key.span.to(key.value.span),
                    values_span: key.value.span,
                    pointer: at,
                    overridden: block_overridden || repeated,
                });
            }
        }
    }

    /// A string or a list of strings; booleans and numbers as they are written. What is none of these is left out.
    fn strings(&mut self, node: &Node, name: &SmolStr, pointer: &Pointer) -> Vec<Scalar> {
        let mut found = Vec::with_capacity(node.elements().len().max(1));
        let mut take = |reader: &mut Self, node: &Node, index: Option<usize>| match scalar_of(node) {
            Some(scalar) => found.push(scalar),
            None if matches!(node.value, Value::Broken) => {}
            None => {
                let at = index.map_or_else(|| pointer.clone(), |index| pointer.index(index));
                reader.violation(ViolationKind::WrongType(name.clone(), "a string", node.kind_name()), node.span, at);
            }
        };
        match &node.value {
            Value::Array(list) => {
                for (index, element) in list.iter().enumerate() {
                    take(self, element, Some(index));
                }
            }
            _ => take(self, node, None),
        }
        found
    }

    fn repeated_sids(&mut self, statements: &[Statement]) {
        for (index, statement) in statements.iter().enumerate() {
            let Some(sid) = statement.sid.as_ref().filter(|sid| !sid.text.is_empty()) else { continue };
            let earlier = statements.iter().take(index).filter_map(|s| s.sid.as_ref()).any(|s| s.text == sid.text);
            if earlier {
                self.violation(ViolationKind::DuplicateSid(sid.text.clone()), sid.span, statement.pointer.key("Sid"));
            }
        }
    }
}

/// The members of an object as parsers see them: of duplicates the last.
fn last_of_each(members: &[Member]) -> impl Iterator<Item = &Member> {
    members
        .iter()
        .enumerate()
        .filter(|(index, m)| !members.iter().skip(index + 1).any(|later| later.key.text == m.key.text))
        .map(|(_, m)| m)
}

/// A string; a boolean or a number as it is written (IAM takes `true` for `"true"`).
fn scalar_of(node: &Node) -> Option<Scalar> {
    let written = |text: SmolStr| Scalar { text, span: node.span, map: crate::source::TextMap::direct(node.span.file, node.span.start) };
    match &node.value {
        Value::String(scalar) => Some(scalar.clone()),
        Value::Bool(b) => Some(written(format_smolstr!("{b}"))),
        Value::Number(n) => Some(written(n.clone())),
        _ => None,
    }
}
