//! What each statement makes of a token, step by step.

use smol_str::SmolStr;

use super::action::{self, speaks_of};
use super::context::{Context, Values};
use super::evaluate::condition_holds;
use super::principal::{Federated, principals_match};
use super::token::Request;
use super::truth::Truth;
use super::words;
use crate::policy::{Condition, Effect, PrincipalKind, Statement, TrustPolicy};
use crate::provider::Catalogue;
use crate::source::Span;
use crate::syntax::Place;

/// What one statement made of a token.
#[derive(Clone, Debug)]
pub struct StatementTrace {
    /// Its place in the policy, from 0.
    pub statement: usize,
    /// How a message names it.
    pub name: String,
    /// Where it stands.
    pub place: Place,
    /// What it does.
    pub effect: Effect,
    /// Whether it matches.
    pub matched: Truth,
    /// Why: principal, action, then each condition.
    pub because: Vec<Because>,
}

/// One step of a trace.
#[derive(Clone, Debug)]
pub struct Because {
    /// What was looked at.
    pub what: Step,
    /// Where it stands.
    pub place: Place,
    /// Whether it holds.
    pub holds: Truth,
    /// In words, with the values compared.
    pub message: String,
    /// What was compared; of a condition alone.
    pub compared: Option<Compared>,
}

/// The two sides of a condition.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compared {
    /// The operator as written.
    pub operator: SmolStr,
    /// The key as written.
    pub key: SmolStr,
    /// The policy's values.
    pub wanted: Vec<SmolStr>,
    /// The token's; empty: it has none; `None`: the token does not decide.
    pub found: Option<Vec<SmolStr>>,
}

/// What a step of a trace looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The principal.
    Principal,
    /// The action.
    Action,
    /// One condition.
    Condition,
}

impl Step {
    /// `principal`, `action`, `condition`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Principal => "principal",
            Self::Action => "action",
            Self::Condition => "condition",
        }
    }
}

/// Every statement of a policy with what it makes of a call.
#[must_use]
pub fn trace(policy: &TrustPolicy, request: &Request, catalogue: &Catalogue) -> Vec<StatementTrace> {
    let provider = catalogue.provider_of(&request.token.issuer);
    let context = Context { request, provider, variables: policy.has_variables() };
    policy.statements.iter().map(|statement| of_statement(statement, &context)).collect()
}

fn of_statement(statement: &Statement, context: &Context<'_>) -> StatementTrace {
    let mut because = vec![principal(statement, context), action_step(statement)];
    for condition in statement.effective_conditions() {
        let holds = condition_holds(condition, context);
        because.push(Because {
            what: Step::Condition,
            place: Place { span: condition.span, pointer: condition.pointer.clone() },
            holds,
            message: words::condition(condition, context, holds),
            compared: Some(compared(condition, context)),
        });
    }
    let matched = if statement.effect == Effect::Invalid {
        Truth::False
    } else {
        because.iter().map(|step| step.holds).fold(Truth::True, Truth::and)
    };
    let place = Place { span: statement.span, pointer: statement.pointer.clone() };
    StatementTrace { statement: statement.index, name: statement.name(), place, effect: statement.effect, matched, because }
}

fn compared(condition: &Condition, context: &Context<'_>) -> Compared {
    let found = match context.values(&context.meaning(&condition.key.text)) {
        Values::Undecided => None,
        Values::Absent => Some(Vec::new()),
        Values::One(value) => Some(vec![value.as_ref().into()]),
        Values::Many(values) => Some(values),
    };
    let wanted = condition.values.iter().map(|value| value.text.clone()).collect();
    Compared { operator: condition.operator_name.text.clone(), key: condition.key.text.clone(), wanted, found }
}

fn principal(statement: &Statement, context: &Context<'_>) -> Because {
    let holds = principals_match(statement, context.request);
    let issuer = &context.request.token.issuer;
    let message = match statement.principals.list.as_slice() {
        [] => "the statement names no principal".to_owned(),
        list => {
            let named: Vec<String> = list.iter().map(|p| one_principal(&p.kind, &p.value.text)).collect();
            let named = named.join(", ");
            match (statement.principals.negated, holds) {
                (false, Truth::True) => format!("the principal is {named}, the token's issuer"),
                (false, Truth::False) => format!("the principal is {named}, and the token comes from `{issuer}`"),
                (false, Truth::Unknown) => format!("the principal is {named}: AWS does not say whether that is a web identity"),
                (true, _) => format!("the principal is everyone but {named}"),
            }
        }
    };
    let element = if statement.principals.negated { "NotPrincipal" } else { "Principal" };
    let place = element_place(statement, statement.principals.span, element);
    Because { what: Step::Principal, place, holds, message, compared: None }
}

fn one_principal(kind: &PrincipalKind, value: &str) -> String {
    match kind {
        PrincipalKind::Star => "`*`".to_owned(),
        PrincipalKind::Federated => match Federated::parse(value) {
            Federated::Provider(arn) => format!("provider `{}` of account {}", arn.issuer, arn.account),
            Federated::Nothing => format!("`{value}`, which is not the ARN of a provider"),
            _ => format!("federated `{value}`"),
        },
        PrincipalKind::Aws => format!("AWS principal `{value}`"),
        PrincipalKind::Service => format!("service `{value}`"),
        PrincipalKind::CanonicalUser => format!("canonical user `{value}`"),
        PrincipalKind::Other(name) => format!("`{name}` `{value}`"),
    }
}

fn action_step(statement: &Statement) -> Because {
    let holds = speaks_of(&statement.action, action::WEB_IDENTITY);
    let patterns = words::listed(statement.action.patterns.iter().map(|p| p.text.as_str()), 4);
    let element = if statement.action.negated { "NotAction" } else { "Action" };
    let message = match (statement.action.span, holds) {
        (None, _) => "the statement names no action".to_owned(),
        (_, true) => format!("{element} {patterns} includes `{}`", action::WEB_IDENTITY),
        (_, false) => format!("{element} {patterns} does not include `{}`", action::WEB_IDENTITY),
    };
    let place = element_place(statement, statement.action.span, element);
    Because { what: Step::Action, place, holds: holds.into(), message, compared: None }
}

/// An element of a statement, or the whole statement where it is missing.
fn element_place(statement: &Statement, span: Option<Span>, element: &str) -> Place {
    match span {
        Some(span) => Place { span, pointer: statement.pointer.key(element) },
        None => Place { span: statement.span, pointer: statement.pointer.clone() },
    }
}
