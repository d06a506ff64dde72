//! `who`: everybody who can assume each role.

use smol_str::{SmolStr, format_smolstr};

use super::answer::{AudienceSet, OtherPrincipal, WhoAnswer, WhoGrant, WhoRole};
use super::denied::denied;
use super::run::{Case, Engine};
use super::words;
use crate::admission::language::Language;
use crate::admission::{Admission, Admits, Budget, Federated, Grant, IssuerAdmission, Issuers, Token, Witness};
use crate::document::model::Trust;
use crate::estate::RoleId;
use crate::policy::{Effect, PrincipalKind, TrustPolicy};
use crate::rule::Analysis;
use crate::schedule::map;

/// Examples shown of a grant.
const EXAMPLES: usize = 3;

impl Engine<'_> {
    /// Who can assume the roles of a case, or the one that `role` names (by name, ARN or address).
    #[must_use]
    pub fn who(&self, case: &Case, role: Option<&str>) -> WhoAnswer {
        self.who_of_all(case, &super::select::roles(case, role))
    }

    /// Who can assume the first roles of a case, `most` at the most.
    #[must_use]
    pub fn who_first(&self, case: &Case, most: usize) -> WhoAnswer {
        let first: Vec<RoleId> = case.estate.roles().take(most).map(|(id, _)| id).collect();
        self.who_of_all(case, &first)
    }

    fn who_of_all(&self, case: &Case, wanted: &[RoleId]) -> WhoAnswer {
        let issuers = Issuers::new(self.catalogue);
        let roles = map(self.schedule, wanted.len(), |at| {
            let id = wanted.get(at).copied()?;
            self.who_of(case, id, &issuers)
        });
        WhoAnswer {
            roles: roles.into_iter().flatten().collect(),
            errors: case.estate.documents().errors.clone(),
            not_analysed: case.estate.documents().not_analysed.clone(),
        }
    }

    fn who_of(&self, case: &Case, id: RoleId, issuers: &Issuers<'_>) -> Option<WhoRole> {
        let role = case.estate.role(id)?;
        let mut answer =
            WhoRole { role: super::select::role_ref(case, id)?, grants: Vec::new(), denied: Vec::new(), others: Vec::new(), unknown: None };
        match (&role.trust, Analysis::of(&case.estate, id, issuers)) {
            (Trust::Policy(policy), Some(analysis)) => {
                let account = case.estate.role_account(id);
                answer.grants = grants(policy, account, &analysis.admission, issuers, &analysis.budget);
                answer.denied = denied(policy, account, &analysis.admission, issuers, &analysis.budget);
                answer.others = others(policy);
            }
            (Trust::Unknown(_, why), _) => answer.unknown = Some(why.clone()),
            _ => answer.unknown = Some("the document does not contain the role's trust policy".to_owned()),
        }
        Some(answer)
    }
}

/// Everything that a policy grants to web identities.
#[must_use]
pub fn grants(
    policy: &TrustPolicy,
    account: Option<&str>,
    admission: &Admission<'_>,
    issuers: &Issuers<'_>,
    budget: &Budget,
) -> Vec<WhoGrant> {
    let shown = |(issuer, grant): (&IssuerAdmission<'_>, &Grant)| {
        let tried = |token: Token| Witness::certify(policy, token, account, grant, issuers.catalogue).is_yes();
        one(issuer, grant, issuers, budget, &tried)
    };
    admission.grants().map(shown).collect()
}

/// A grant as it is shown; its examples are those of which `tried` says that they may be.
pub(super) fn one(
    issuer: &IssuerAdmission<'_>,
    grant: &Grant,
    issuers: &Issuers<'_>,
    budget: &Budget,
    tried: &dyn Fn(Token) -> bool,
) -> WhoGrant {
    let forms = issuers.forms(issuer.issuer.as_deref());
    let summary = grant.summary(&forms, budget);
    let subjects = grant.subjects();
    let some = |set: &Language| set.members(EXAMPLES, budget).map(|members| members.first).unwrap_or_default();
    let examples = match summary.admits {
        Admits::Nobody => Vec::new(),
        _ => match some(&subjects.clone().intersect(forms.legal.clone())) {
            // Where customers choose the form of subjects, others than the usual ones may be legal, too.
            usual if usual.is_empty() && !forms.closed => some(&subjects),
            usual => usual,
        },
    };
    let named = issuer.issuer.as_deref().unwrap_or("any-issuer.example.com");
    let certified =
        examples.into_iter().filter(|subject| grant.token(named, subject.clone(), issuer.provider, budget).yes().is_some_and(tried));
    WhoGrant {
        issuer: issuer.issuer.clone(),
        provider: issuer.provider.map(|provider| SmolStr::new(&provider.name)),
        admits: if grant.settled { summary.admits } else { Admits::Unknown },
        words: words::subjects(issuer, &subjects, &summary),
        audiences: audiences(&grant.audiences()),
        unbounded: summary.unbounded,
        examples: certified.collect(),
        residual: grant.region.residual.clone(),
        claims: words::claims(&grant.region, grant.other_claims()),
        statements: grant.statements.clone(),
    }
}

fn audiences(set: &Language) -> AudienceSet {
    if set.is_all() {
        return AudienceSet::Any;
    }
    if let Some(listed) = set.as_literals() {
        return AudienceSet::Listed(listed.to_vec());
    }
    let patterns = set.patterns();
    AudienceSet::Like { like: patterns.like, except: patterns.except }
}

/// The principals of Allow statements that do not come with a web identity.
#[must_use]
pub fn others(policy: &TrustPolicy) -> Vec<OtherPrincipal> {
    let mut found = Vec::new();
    for statement in policy.statements.iter().filter(|s| s.effect == Effect::Allow && !s.principals.negated) {
        for principal in &statement.principals.list {
            let value = &principal.value.text;
            let shown = match &principal.kind {
                PrincipalKind::Aws => format_smolstr!("AWS: {value}"),
                PrincipalKind::Service => format_smolstr!("Service: {value}"),
                PrincipalKind::CanonicalUser => format_smolstr!("CanonicalUser: {value}"),
                PrincipalKind::Star => format_smolstr!("*"),
                PrincipalKind::Federated => match Federated::parse(value) {
                    Federated::Saml(_) => format_smolstr!("SAML: {value}"),
                    _ => continue,
                },
                PrincipalKind::Other(kind) => format_smolstr!("{kind}: {value}"),
            };
            found.push(OtherPrincipal { principal: shown.to_string(), statement: statement.index });
        }
    }
    found
}
