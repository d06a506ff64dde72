//! Grants to identities that are no service accounts of a cluster: whether strangers get in, one whole tenant, or one project's every branch.
//! All that is known of an issuer comes from its entry in the catalogue.

use std::borrow::Cow;

use irsa_lint_core::admission::language::{Glob, Grammar, Language};
use irsa_lint_core::admission::{Answer, Budget, Constraint, Grant, IssuerAdmission, Reason, Witness, grammar_of, key};
use irsa_lint_core::policy::Statement;
use irsa_lint_core::provider::{Captures, ChosenBy, Claim, Kind, Provider, SubjectForm};
use irsa_lint_core::rule::{Findings, RoleView, RuleMeta};
use irsa_lint_core::syntax::Place;
use smol_str::SmolStr;

use crate::trust::kubernetes::is_cluster;
use crate::trust::segments::{by_first_segment, first_segment_is_open, instance};
use crate::trust::statements::{StatementGrant, open_statements};
use crate::trust::tenant_words::noun;
use crate::trust::wide::{add_undone, asked_place, witness};

/// What somebody calls himself whom nobody named.
pub const STRANGER: &str = "anybody";
/// What somebody calls a repository, branch, … that nobody named.
pub const ANYTHING: &str = "anything";
/// The claim, and the beginning of a subject made of it, that names the workflow which is called and not who calls it. Source: GitHub Docs,
/// "Using OpenID Connect with reusable workflows".
pub const CALLED_WORKFLOW: &str = "job_workflow_ref";
/// So many tenants somebody may have listed by name.
const MOST_TENANTS: usize = 12;

/// How far a grant reaches, from worst to fine.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reach {
    /// To tenants that nobody named.
    Strangers,
    /// To whoever may call a workflow that is named, tenants that nobody named among them if it is public.
    Callers,
    /// To every repository, project or workspace of a tenant.
    Tenant,
    /// To every branch, tag, event or run of one project.
    Project,
}

/// An Allow statement that reaches further than one subject needs.
pub struct WideTenant<'a> {
    /// Of which issuer.
    pub issuer: &'a IssuerAdmission<'a>,
    /// The statement.
    pub statement: &'a Statement,
    /// The piece of the grant that is wide.
    pub piece: Cow<'a, Grant>,
    /// How wide.
    pub reach: Reach,
    /// The form of the subject in which it is; `None` for an issuer of which nothing is known.
    pub form: Option<&'a SubjectForm>,
    /// The part of the subject that is open.
    pub part: Option<SmolStr>,
    /// All parts of that form that are.
    pub open: Vec<SmolStr>,
    /// That part, and those that are open in other forms of the subject and reach as far.
    pub alike: Vec<SmolStr>,
    /// A subject that shows it.
    pub subject: SmolStr,
}

/// Hands `report` each statement that reaches as far as `wanted`, with the token that shows it and where to point.
pub fn report_wide(
    role: &RoleView<'_>,
    meta: &'static RuleMeta,
    out: &mut Findings,
    wanted: Reach,
    mut report: impl FnMut(&WideTenant<'_>, &Witness, Place, &mut Findings),
) {
    report_each(role, meta, out, wanted, &mut report);
}

fn report_each(
    role: &RoleView<'_>,
    meta: &'static RuleMeta,
    out: &mut Findings,
    wanted: Reach,
    report: &mut dyn FnMut(&WideTenant<'_>, &Witness, Place, &mut Findings),
) {
    for grant in open_statements(role).iter().filter(|grant| !is_cluster(grant.issuer, role.policy)) {
        let place = asked_place(grant.statement, grant.issuer);
        let answer = widest(role, grant);
        // One rule files what could not be told, not all of them.
        if wanted != Reach::Strangers && matches!(answer, Answer::Unknown(_)) {
            continue;
        }
        let Some(wide) = out.settle(meta, &place, answer).filter(|wide| wide.reach == wanted) else { continue };
        let tried = witness(role, wide.issuer, &wide.piece, wide.subject.clone());
        if let Some(witness) = out.settle(meta, &place, tried) {
            let before = out.diagnostics.len();
            report(&wide, &witness, place, out);
            add_undone(role, wide.issuer, wide.statement, &wide.piece, &wide.subject, out, before);
        }
    }
}

/// How far a statement's grant reaches at an issuer that is no cluster's, where that can be told.
#[must_use]
pub fn reach(role: &RoleView<'_>, grant: &StatementGrant<'_>) -> Option<Reach> {
    widest(role, grant).yes().map(|wide| wide.reach)
}

fn widest<'a>(role: &RoleView<'a>, grant: &StatementGrant<'a>) -> Answer<WideTenant<'a>> {
    let mut widest: Option<WideTenant<'a>> = None;
    let mut unknown = None;
    let mut take = |found: Result<Option<Found<'a>>, Reason>, piece: &Cow<'a, Grant>| match found {
        Ok(Some(Found { reach, part: Some(part), .. })) if widest.as_ref().is_some_and(|known| reach == known.reach) => {
            if let Some(known) = widest.as_mut().filter(|known| !known.alike.contains(&part)) {
                known.alike.push(part);
            }
        }
        Ok(Some(found)) if widest.as_ref().is_none_or(|known| found.reach < known.reach) => {
            let Found { reach, form, part, open, subject } = found;
            let (issuer, statement) = (grant.issuer, grant.statement);
            let alike = part.iter().cloned().collect();
            widest = Some(WideTenant { issuer, statement, piece: piece.clone(), reach, form, part, open, alike, subject });
        }
        Ok(_) => {}
        Err(reason) => unknown = Some(reason),
    };
    for piece in &grant.pieces {
        let Some((issuer, provider)) = grant.issuer.issuer.as_deref().zip(grant.issuer.provider) else {
            take(Ok(of_unknown(piece)), piece);
            continue;
        };
        let guessed = provider.shared && piece.subjects().patterns().like.iter().any(|pattern| pattern.contains('?'));
        let asked = Asked { issuer, provider, piece, guessed, budget: role.budget };
        let forms = role.view.issuers.forms(Some(issuer));
        for (form, grammar) in provider.subjects.iter().zip(&forms.grammars) {
            take(asked.of_form(form, grammar), piece);
        }
    }
    widest.map_or_else(|| unknown.map_or(Answer::No, Answer::Unknown), Answer::Yes)
}

struct Found<'a> {
    reach: Reach,
    form: Option<&'a SubjectForm>,
    part: Option<SmolStr>,
    open: Vec<SmolStr>,
    subject: SmolStr,
}

/// Of an issuer of which nothing is known: only that no subject is asked for can be told.
fn of_unknown<'a>(piece: &Grant) -> Option<Found<'a>> {
    let subjects = piece.subjects();
    let [first, second] = ["anybody", "zz-irsa-lint-7"];
    let all = subjects.contains(first) && subjects.contains(second);
    all.then(|| Found { reach: Reach::Tenant, form: None, part: None, open: Vec::new(), subject: first.into() })
}

struct Asked<'q> {
    issuer: &'q str,
    provider: &'q Provider,
    piece: &'q Grant,
    /// Whether a `?` stands in a pattern of the subject.
    guessed: bool,
    budget: &'q Budget,
}

/// What of a form is open.
struct Open<'f> {
    form: &'f SubjectForm,
    parts: Vec<SmolStr>,
    /// Parts that a well-scoped subject leaves open, too.
    harmless: Vec<SmolStr>,
}

impl Open<'_> {
    fn is_open(&self, part: &str) -> bool {
        self.parts.iter().any(|name| name == part)
    }

    /// Whether anybody's value will do. An id may be open where the name that it belongs to is fixed.
    fn is_free(&self, part: &str) -> bool {
        let name_is_fixed = |name: &str| self.form.template.names().any(|known| known == name) && !self.is_open(name);
        self.is_open(part) && !part.strip_suffix("_id").is_some_and(name_is_fixed)
    }

    fn is_harmless(&self, part: &str) -> bool {
        self.harmless.iter().any(|name| name == part)
    }
}

impl Asked<'_> {
    fn of_form<'a>(&self, form: &'a SubjectForm, grammar: &Grammar) -> Result<Option<Found<'a>>, Reason> {
        let shared = is_shared(self.provider, self.issuer);
        let first = form.tenant.first().map(AsRef::as_ref);
        let open = self.open(form, grammar, first.filter(|_| shared))?;
        let named = self.names_tenant();
        let called = self.names_called_workflow();
        if shared && !named && !called && !first.is_some_and(|first| open.is_open(first)) && self.guesses_tenant(form, grammar, first)? {
            return self.found(Reach::Strangers, &open, grammar, first);
        }
        if open.parts.is_empty() {
            return Ok(None);
        }
        if shared && !named {
            if first.is_none_or(|first| open.is_free(first)) {
                return self.found(if called { Reach::Callers } else { Reach::Strangers }, &open, grammar, first);
            }
            if names_called_workflow(form) {
                return self.found(Reach::Callers, &open, grammar, open.parts.first().map(SmolStr::as_str));
            }
        }
        if called {
            return Ok(None);
        }
        if self.is_use_by_one_application(named) {
            return Ok(None);
        }
        let projects: Vec<&str> = projects(form, shared).collect();
        let wide = projects.iter().copied().find(|part| open.is_free(part) && !open.is_harmless(part));
        if wide.is_some() && !self.names_project(shared) {
            return self.found(Reach::Tenant, &open, grammar, wide);
        }
        let inside = |part: &&SmolStr| {
            let of_tenant = form.tenant.iter().any(|known| *part == known.as_ref() || known.strip_suffix("_id") == Some(part));
            !of_tenant && !projects.contains(&part.as_str()) && !open.is_harmless(part)
        };
        match open.parts.iter().find(inside) {
            Some(part) if !self.is_narrowed_by_another_claim() => self.found(Reach::Project, &open, grammar, Some(part)),
            _ => Ok(None),
        }
    }

    fn open<'f>(&self, form: &'f SubjectForm, grammar: &Grammar, tenant: Option<&str>) -> Result<Open<'f>, Reason> {
        let subjects = self.piece.subjects();
        let mut parts: Vec<SmolStr> = Vec::new();
        for grammar in tenant.map_or_else(|| vec![grammar.clone()], |tenant| by_first_segment(grammar, tenant)) {
            let more = subjects.breadth(&grammar, self.budget)?.unbounded;
            parts.extend(more.into_iter().filter(|part| !parts.contains(part)).collect::<Vec<_>>());
        }
        let mut harmless = Vec::new();
        if !parts.is_empty() && self.provider.good.contains('*') {
            let good = Language::glob(Glob::parse(&self.provider.good));
            harmless = good.breadth(&grammar_of(&form.template), self.budget)?.unbounded;
        }
        Ok(Open { form, parts, harmless })
    }

    fn found<'a>(&self, reach: Reach, open: &Open<'a>, grammar: &Grammar, part: Option<&str>) -> Result<Option<Found<'a>>, Reason> {
        let legal = self.piece.subjects().intersect(Language::grammar(grammar.clone()));
        let word = if matches!(reach, Reach::Strangers | Reach::Callers) { STRANGER } else { ANYTHING };
        match instance(&legal, grammar, part, word, self.budget) {
            Answer::Yes(subject) => {
                let (form, part) = (Some(open.form), part.map(SmolStr::from));
                Ok(Some(Found { reach, form, part, open: open.parts.clone(), subject }))
            }
            Answer::No => Ok(None),
            Answer::Unknown(reason) => Err(reason),
        }
    }

    /// Whether `?` stands where the tenant is named, so that somebody can register a name that fits: more of them fit than anybody lists.
    fn guesses_tenant(&self, form: &SubjectForm, grammar: &Grammar, tenant: Option<&str>) -> Result<bool, Reason> {
        let Some(tenant) = tenant.filter(|_| self.guessed) else { return Ok(false) };
        let subjects = self.piece.subjects();
        let found = match subjects.clone().intersect(Language::grammar(grammar.clone())).witness(self.budget) {
            Answer::Yes(found) => found,
            Answer::No => return Ok(false),
            Answer::Unknown(reason) => return Err(reason),
        };
        let Some(value) = form.template.matches(&found).and_then(|parts| parts.get(tenant)) else { return Ok(false) };
        let others = (0..value.len()).flat_map(|at| ('a'..='z').filter_map(move |letter| with_letter(value, at, letter)));
        // The value stands where it first stands: a form begins with whom it belongs to.
        Ok(others.filter(|other| subjects.contains(&found.replacen(value, other, 1))).nth(MOST_TENANTS).is_some())
    }

    /// Whether a claim says which workflow is called: it runs in the name of whoever calls it.
    fn names_called_workflow(&self) -> bool {
        self.piece.region.constraint(CALLED_WORKFLOW).is_some_and(|constraint| names_one(constraint, self.budget))
    }

    /// Whether another claim than the subject says whose the workload is.
    fn names_tenant(&self) -> bool {
        let by_claim = self.piece.region.claims.iter().any(|(name, constraint)| {
            let identifies = self.provider.claim(name).is_some_and(|claim| claim.identifies_tenant);
            let named = self.provider.tenant_in.as_deref() == Some(name.as_str());
            // Built-in issuers show an address only where they know whose it is.
            let person = self.provider.built_in && name == Claim::EMAIL.name.as_ref() && is_listed(constraint, self.budget);
            person || ((identifies || named) && names_one(constraint, self.budget))
        });
        by_claim || self.audience_names_tenant() || self.undecided_key_names_tenant()
    }

    /// The audience is a boundary only where its value is bound to the tenant: the issuer says so, or AWS's identity-provider controls do.
    fn audience_names_tenant(&self) -> bool {
        let Provider { control, audience, .. } = self.provider;
        let by_control = control.as_ref().is_some_and(|control| control.any_of.iter().any(|claim| claim == key::AUD));
        let by_issuer = audience.chosen_by == ChosenBy::Issuer && audience.default.as_ref().is_some_and(|default| default.contains('{'));
        (by_control || by_issuer) && self.audience_is_listed()
    }

    fn audience_is_listed(&self) -> bool {
        self.piece.region.constraint(key::AUD).is_some_and(|constraint| is_listed(constraint, self.budget))
    }

    /// Session tags of an issuer that vouches for them, numeric claims, and keys such as the session's name where the entry says so.
    fn undecided_key_names_tenant(&self) -> bool {
        self.piece.region.residual.iter().any(|residual| {
            let tag = self.provider.request_tags && residual.to_ascii_lowercase().starts_with("aws:requesttag/");
            let claim = key::claim_of(residual, self.issuer).and_then(|claim| self.provider.claim(claim));
            let named = self.provider.tenant_in.as_deref().is_some_and(|key| key.eq_ignore_ascii_case(residual));
            tag || named || claim.is_some_and(|claim| claim.identifies_tenant)
        })
    }

    /// All users of one application, which is what signing in is for.
    fn is_use_by_one_application(&self, named: bool) -> bool {
        let provider = self.provider;
        let one = named || (provider.audience.chosen_by == ChosenBy::Issuer && self.audience_is_listed());
        one && (provider.tenant_in.is_some() || provider.built_in || provider.kind == Kind::User)
    }

    /// Whether a claim says which of the tenant's projects it is.
    fn names_project(&self, shared: bool) -> bool {
        self.piece.region.claims.iter().any(|(name, constraint)| {
            let named = noun(name.rsplit('/').next().unwrap_or(name));
            let mut parts = self.provider.subjects.iter().flat_map(|form| projects(form, shared));
            parts.any(|part| noun(part) == named) && is_listed(constraint, self.budget)
        })
    }

    /// Whether a claim such as `ref` or `environment` fixes what the subject leaves open.
    fn is_narrowed_by_another_claim(&self) -> bool {
        self.piece.region.claims.iter().any(|(name, constraint)| {
            let standard = [key::SUB, key::AUD, key::OAUD].contains(&name.as_str());
            let tenant = self.provider.claim(name).is_some_and(|claim| claim.identifies_tenant);
            !standard && !tenant && is_listed(constraint, self.budget)
        })
    }
}

/// Whether a form names the workflow that is called.
#[must_use]
pub fn names_called_workflow(form: &SubjectForm) -> bool {
    form.template.text().strip_prefix(CALLED_WORKFLOW).is_some_and(|rest| rest.starts_with(':'))
}

/// The text with another letter at a place, if there is one that can be replaced.
fn with_letter(text: &str, at: usize, letter: char) -> Option<String> {
    let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
    Some(format!("{before}{letter}{after}"))
}

/// The parts that say which of the tenant's projects it is. An issuer that is not shared is the tenant itself.
fn projects(form: &SubjectForm, shared: bool) -> impl Iterator<Item = &str> {
    form.tenant.iter().skip(usize::from(shared)).chain(form.projects.iter()).map(AsRef::as_ref)
}

/// Whether one issuer serves customers who have nothing to do with each other.
fn is_shared(provider: &Provider, issuer: &str) -> bool {
    let open = |parts: Captures<'_>| parts.iter().any(|(_, value)| provider.open_tenants.iter().any(|open| open == value));
    provider.shared || (!provider.open_tenants.is_empty() && provider.issuer_parts(issuer).is_some_and(open))
}

/// Whether a claim must be there with one of finitely many values.
fn is_listed(constraint: &Constraint, budget: &Budget) -> bool {
    matches!(constraint, Constraint::Single { present, absent: false } if present.is_finite(budget).is_yes())
}

/// Whether a claim must be there and nobody can choose the first of its segments.
fn names_one(constraint: &Constraint, budget: &Budget) -> bool {
    is_listed(constraint, budget)
        || matches!(constraint, Constraint::Single { present, absent: false } if !first_segment_is_open(present, budget))
}
