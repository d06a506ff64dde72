//! `who` as JSON; its grants have the same shape in `who --batch`.

use serde::Serialize;
use smol_str::SmolStr;

use super::shape::{ErrorJson, NotAnalysedJson, RoleJson};
use super::{SCHEMA_VERSION, text};
use crate::engine::answer::{Admits, AudienceSet, OtherPrincipal, WhoAnswer, WhoGrant, WhoRole};
use crate::report::{Places, Run};

/// What the answer leaves out of account; every form of it says so.
pub const NOT_CONSIDERED: &str =
    "service control policies, resource control policies and permissions boundaries are not considered: they can only take away from this";

#[derive(Serialize)]
struct WhoJson<'a> {
    schema_version: u32,
    roles: Vec<WhoRoleJson<'a>>,
    not_analysed: Vec<NotAnalysedJson<'a>>,
    errors: Vec<ErrorJson<'a>>,
    notes: Vec<&'a str>,
}

#[derive(Serialize)]
struct WhoRoleJson<'a> {
    #[serde(flatten)]
    role: RoleJson<'a>,
    grants: Vec<GrantJson<'a>>,
    others: Vec<OtherJson<'a>>,
    unknown: Option<&'a str>,
    denied: &'a [String],
}

/// One grant.
#[derive(Debug, Serialize)]
pub struct GrantJson<'a> {
    issuer: String,
    admits: &'static str,
    audiences: AudiencesJson<'a>,
    unbounded: &'a [SmolStr],
    examples: &'a [SmolStr],
    residual: &'a [SmolStr],
    provider: Option<&'a str>,
    subjects: &'a str,
    claims: &'a [String],
    statements: &'a [usize],
}

#[derive(Debug, Serialize)]
#[serde(untagged)]
enum AudiencesJson<'a> {
    Any(&'static str),
    Listed(&'a [SmolStr]),
    Like { like: &'a [SmolStr], except: &'a [SmolStr] },
}

/// A principal that does not come with a web identity.
#[derive(Debug, Serialize)]
pub struct OtherJson<'a> {
    principal: &'a str,
    statement: usize,
}

/// `who --format json`.
#[must_use]
pub fn who(run: &Run<'_>, answer: &WhoAnswer) -> String {
    text(&WhoJson {
        schema_version: SCHEMA_VERSION,
        roles: answer.roles.iter().map(|role| WhoRoleJson::of(run.places, role)).collect(),
        not_analysed: NotAnalysedJson::all(run.places, &answer.not_analysed),
        errors: ErrorJson::all(run, &answer.errors),
        notes: run.notes.iter().map(String::as_str).chain([NOT_CONSIDERED]).collect(),
    })
}

impl<'a> WhoRoleJson<'a> {
    fn of(places: &Places<'a>, who: &'a WhoRole) -> Self {
        Self {
            role: RoleJson::of(places, &who.role),
            grants: GrantJson::all(&who.grants),
            others: OtherJson::all(&who.others),
            unknown: who.unknown.as_deref(),
            denied: &who.denied,
        }
    }
}

impl<'a> GrantJson<'a> {
    /// All of them.
    pub fn all(grants: &'a [WhoGrant]) -> Vec<Self> {
        grants.iter().map(Self::of).collect()
    }

    /// One of them.
    pub fn of(grant: &'a WhoGrant) -> Self {
        Self {
            issuer: grant.issuer.as_ref().map_or_else(|| "any".to_owned(), |issuer| format!("https://{issuer}")),
            admits: admits(grant.admits),
            audiences: match &grant.audiences {
                AudienceSet::Any => AudiencesJson::Any("any"),
                AudienceSet::Listed(list) => AudiencesJson::Listed(list),
                AudienceSet::Like { like, except } => AudiencesJson::Like { like, except },
            },
            unbounded: &grant.unbounded,
            examples: &grant.examples,
            residual: &grant.residual,
            provider: grant.provider.as_deref(),
            subjects: &grant.words,
            claims: &grant.claims,
            statements: &grant.statements,
        }
    }
}

impl<'a> OtherJson<'a> {
    /// All of them.
    pub fn all(others: &'a [OtherPrincipal]) -> Vec<Self> {
        others.iter().map(|other| Self { principal: &other.principal, statement: other.statement }).collect()
    }
}

fn admits(admits: Admits) -> &'static str {
    match admits {
        Admits::Nobody => "nobody",
        Admits::Listed => "listed",
        Admits::Some => "some",
        Admits::Everyone => "everyone",
        Admits::Unknown => "unknown",
    }
}
