//! Grants to Kubernetes service accounts: which cluster, and how far they reach.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use irsa_lint_core::admission::language::{Class, Glob, Grammar, GrammarPart, Language};
use irsa_lint_core::admission::{Admits, Answer, Budget, Forms, Grant, IssuerAdmission, Reason, Witness, key};
use irsa_lint_core::policy::{Statement, TrustPolicy};
use irsa_lint_core::provider::Kind;
use irsa_lint_core::rule::{Findings, RoleView, RuleMeta};
use irsa_lint_core::syntax::Place;
use smol_str::{SmolStr, format_smolstr};

use crate::trust::statements::{StatementGrant, open_statements};
use crate::trust::wide::{add_undone, asked_place, witness};

/// Namespaces and names that no policy means: what admits both of a pair admits whatever anybody creates.
const FRESH: [&str; 2] = ["any", "zz-irsa-lint-7"];
/// What somebody might put around a fixed part of a name to be let in; the first that fits is shown.
const MADE_UP: [&str; 4] = ["*-anything", "anything-*", "*anything*", "*"];
/// More namespaces than these no message names.
const MOST_NAMESPACES: usize = 4;

/// The subjects of a cluster that the catalogue does not know. Source: Kubernetes, "Managing Service Accounts" and "Object Names and IDs".
static SERVICE_ACCOUNTS: LazyLock<Arc<Forms>> = LazyLock::new(|| {
    let named = |name: &str, class| GrammarPart::Named { name: name.into(), class };
    let (prefix, colon) = (GrammarPart::Literal("system:serviceaccount:".into()), GrammarPart::Literal(":".into()));
    let parts = vec![prefix, named("namespace", Class::DnsLabel), colon, named("name", Class::DnsSubdomain)];
    let grammar = Grammar::new(parts);
    let legal = Language::grammar(grammar.clone());
    Arc::new(Forms { possible: Some(legal.clone()), legal, grammars: vec![grammar], closed: true })
});

/// How far a statement's grant to the service accounts of a cluster reaches. What is finite is not here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Breadth {
    /// To every ServiceAccount of the cluster.
    Cluster,
    /// To some names in any namespace.
    AnyNamespace,
    /// To unboundedly many namespaces, but not any.
    OpenNamespaces,
    /// To unboundedly many names in these namespaces (the first few of them).
    OpenNames {
        /// The namespaces.
        namespaces: Vec<SmolStr>,
        /// Whether any name will do, or only those of a pattern.
        any_name: bool,
    },
}

/// An Allow statement that is too wide for a cluster.
pub struct WideCluster<'a> {
    /// Of which issuer.
    pub issuer: &'a IssuerAdmission<'a>,
    /// The statement.
    pub statement: &'a Statement,
    /// The piece of the grant that is wide.
    pub piece: Cow<'a, Grant>,
    /// How wide.
    pub breadth: Breadth,
    /// A subject that shows it.
    pub subject: SmolStr,
}

/// Whether an issuer signs for service accounts of a Kubernetes cluster: the catalogue says so, or does not know it and the policy does.
#[must_use]
pub fn is_cluster(issuer: &IssuerAdmission<'_>, policy: &TrustPolicy) -> bool {
    if let Some(provider) = issuer.provider {
        return provider.kind == Kind::Kubernetes;
    }
    issuer.issuer.as_deref().is_some_and(|named| names_service_accounts(policy, named))
}

/// Whether a policy asks an issuer for a subject of a Kubernetes service account.
#[must_use]
pub fn names_service_accounts(policy: &TrustPolicy, issuer: &str) -> bool {
    let conditions = policy.statements.iter().flat_map(Statement::effective_conditions);
    let on_subject = |text: &str| key::claim_of(text, issuer).is_some_and(|claim| claim.eq_ignore_ascii_case(key::SUB));
    let mut values = conditions.filter(|condition| on_subject(&condition.key.text)).flat_map(|condition| &condition.values);
    values.any(|value| value.text.starts_with("system:serviceaccount:"))
}

/// The forms of an issuer's subjects; those of service accounts where the catalogue does not know the cluster.
#[must_use]
pub fn forms(role: &RoleView<'_>, issuer: &IssuerAdmission<'_>) -> Arc<Forms> {
    if issuer.provider.is_none() && is_cluster(issuer, role.policy) {
        return Arc::clone(&SERVICE_ACCOUNTS);
    }
    role.view.issuers.forms(issuer.issuer.as_deref())
}

fn worst<'a>(role: &RoleView<'a>, grant: &StatementGrant<'a>, wanted: &dyn Fn(&Breadth) -> bool) -> Answer<WideCluster<'a>> {
    let forms = forms(role, grant.issuer);
    let mut worst: Option<WideCluster<'a>> = None;
    let mut unknown = None;
    for piece in &grant.pieces {
        match breadth_of(piece, &forms, role.budget, wanted) {
            Answer::Yes((breadth, subject)) if worst.as_ref().is_none_or(|known| rank(&breadth) < rank(&known.breadth)) => {
                let piece = piece.clone();
                worst = Some(WideCluster { issuer: grant.issuer, piece, statement: grant.statement, breadth, subject });
            }
            Answer::Unknown(reason) => unknown = Some(reason),
            _ => {}
        }
    }
    worst.map_or_else(|| unknown.map_or(Answer::No, Answer::Unknown), Answer::Yes)
}

fn rank(breadth: &Breadth) -> usize {
    match breadth {
        Breadth::Cluster => 0,
        Breadth::AnyNamespace => 1,
        Breadth::OpenNamespaces => 2,
        Breadth::OpenNames { .. } => 3,
    }
}

/// How wide a piece is, as far as that may be what is wanted: what is plainly less or more is not searched for.
fn breadth_of(piece: &Grant, forms: &Forms, budget: &Budget, wanted: &dyn Fn(&Breadth) -> bool) -> Answer<(Breadth, SmolStr)> {
    let subjects = piece.subjects();
    let [first, second] = FRESH.map(|fresh| subject(&format!("{fresh}-namespace"), &format!("{fresh}-name")));
    if subjects.contains(&first) && subjects.contains(&second) {
        return Answer::Yes((Breadth::Cluster, first));
    }
    if wanted(&Breadth::Cluster) {
        return Answer::No;
    }
    let of_namespaces = wanted(&Breadth::AnyNamespace) || wanted(&Breadth::OpenNamespaces);
    if let Some(namespaces) = fixed_namespaces(&subjects) {
        // Nearly all real patterns are of this kind, and need no search.
        if of_namespaces {
            return Answer::No;
        }
        if let Some(found) = any_names(&subjects, namespaces) {
            return Answer::Yes(found);
        }
    }
    let summary = piece.summary(forms, budget);
    if summary.admits == Admits::Unknown {
        return Answer::Unknown(Reason::Budget);
    }
    let admitted = Admitted { legal: subjects.intersect(forms.legal.clone()), budget };
    match (summary.is_unbounded("namespace"), summary.is_unbounded("name")) {
        (true, _) if of_namespaces => admitted.open_namespaces(),
        (false, true) if !of_namespaces => admitted.open_names(),
        _ => Answer::No,
    }
}

/// The namespaces with any name, if every pattern of a set names one namespace with `*` or one ServiceAccount; then no other namespace
/// can be in it.
fn fixed_namespaces(subjects: &Language) -> Option<Vec<SmolStr>> {
    let mut namespaces = Vec::new();
    for pattern in subjects.patterns().like {
        let (namespace, name) = parts(&pattern)?;
        if namespace.contains(['*', '?']) || (name.contains(['*', '?']) && name != "*") {
            return None;
        }
        if name == "*" && !namespaces.iter().any(|known| known == namespace) {
            namespaces.push(SmolStr::new(namespace));
        }
    }
    Some(namespaces)
}

/// The breadth of a set that holds whatever name in these namespaces, and a subject that shows it.
fn any_names(subjects: &Language, mut namespaces: Vec<SmolStr>) -> Option<(Breadth, SmolStr)> {
    namespaces.truncate(MOST_NAMESPACES);
    let shown = subject(namespaces.first()?, "anything");
    let any_name = namespaces.iter().all(|namespace| FRESH.iter().all(|name| subjects.contains(&subject(namespace, name))));
    (any_name && subjects.contains(&shown)).then_some((Breadth::OpenNames { namespaces, any_name }, shown))
}

/// The legal subjects that a piece admits.
struct Admitted<'b> {
    legal: Language,
    budget: &'b Budget,
}

impl Admitted<'_> {
    /// A subject whose namespace and name match patterns.
    fn like(&self, namespace: &str, name: &str) -> Answer<SmolStr> {
        let wanted = Language::glob(Glob::parse(&subject(namespace, name)));
        self.legal.clone().intersect(wanted).witness(self.budget)
    }

    fn open_namespaces(&self) -> Answer<(Breadth, SmolStr)> {
        let [first, second] = FRESH.map(|fresh| self.like(&format!("{fresh}-namespace"), "*"));
        match (first, second) {
            (Answer::Yes(subject), Answer::Yes(_)) => Answer::Yes((Breadth::AnyNamespace, subject)),
            (Answer::Unknown(reason), _) | (_, Answer::Unknown(reason)) => Answer::Unknown(reason),
            _ => self.first_of(|made_up| self.like(made_up, "*")).map(|subject| (Breadth::OpenNamespaces, subject)),
        }
    }

    fn open_names(&self) -> Answer<(Breadth, SmolStr)> {
        let shown = match self.first_of(|made_up| self.like("*", made_up)) {
            Answer::Yes(subject) => subject,
            Answer::No => return Answer::No,
            Answer::Unknown(reason) => return Answer::Unknown(reason),
        };
        let mut namespaces: Vec<SmolStr> = Vec::new();
        let mut rest = self.legal.clone().intersect(Language::glob(Glob::parse(&subject("*", "*anything*"))));
        while namespaces.len() < MOST_NAMESPACES
            && let Answer::Yes(found) = rest.witness(self.budget)
            && let Some((namespace, _)) = parts(&found)
        {
            rest = rest.minus(Language::glob(Glob::parse(&subject(namespace, "*"))));
            namespaces.push(namespace.into());
        }
        let any_name = namespaces.iter().all(|namespace| FRESH.iter().all(|name| self.legal.contains(&subject(namespace, name))));
        let shown = match namespaces.first() {
            Some(namespace) if any_name => subject(namespace, "anything"),
            _ => shown,
        };
        Answer::Yes((Breadth::OpenNames { namespaces, any_name }, shown))
    }

    fn first_of(&self, ask: impl Fn(&str) -> Answer<SmolStr>) -> Answer<SmolStr> {
        let mut last = Answer::No;
        for made_up in MADE_UP {
            last = ask(made_up);
            if !last.is_no() {
                return last;
            }
        }
        last
    }
}

/// The subject of a ServiceAccount's token.
#[must_use]
pub fn subject(namespace: &str, name: &str) -> SmolStr {
    format_smolstr!("system:serviceaccount:{namespace}:{name}")
}

/// Namespace and name of a subject.
#[must_use]
pub fn parts(subject: &str) -> Option<(&str, &str)> {
    subject.strip_prefix("system:serviceaccount:")?.split_once(':')
}

/// How a message names a cluster: by the end of its issuer.
#[must_use]
pub fn cluster_name(issuer: Option<&str>) -> String {
    let issuer = issuer.unwrap_or("any issuer");
    match issuer.rsplit_once("/id/") {
        Some((_, id)) if id.is_ascii() && id.len() > 8 => format!("cluster …{}", id.get(id.len() - 4..).unwrap_or(id)),
        _ => format!("cluster `{issuer}`"),
    }
}

impl WideCluster<'_> {
    /// How a message names the cluster.
    #[must_use]
    pub fn cluster(&self) -> String {
        cluster_name(self.issuer.issuer.as_deref())
    }

    /// Namespace and name of the subject that shows it.
    #[must_use]
    pub fn shown(&self) -> (&str, &str) {
        parts(&self.subject).unwrap_or_default()
    }
}

/// Hands `report` each statement that is as wide as `wanted` says, with the token that shows it and where to point.
pub fn report_wide(
    role: &RoleView<'_>,
    meta: &'static RuleMeta,
    out: &mut Findings,
    wanted: impl Fn(&Breadth) -> bool,
    mut report: impl FnMut(&WideCluster<'_>, &Witness, Place, &mut Findings),
) {
    report_each(role, meta, out, &wanted, &mut report);
}

fn report_each(
    role: &RoleView<'_>,
    meta: &'static RuleMeta,
    out: &mut Findings,
    wanted: &dyn Fn(&Breadth) -> bool,
    report: &mut dyn FnMut(&WideCluster<'_>, &Witness, Place, &mut Findings),
) {
    for grant in open_statements(role).iter().filter(|grant| is_cluster(grant.issuer, role.policy)) {
        let place = asked_place(grant.statement, grant.issuer);
        let answer = worst(role, grant, wanted);
        // One rule files what could not be told, not all of them.
        if !wanted(&Breadth::AnyNamespace) && matches!(answer, Answer::Unknown(_)) {
            continue;
        }
        let Some(wide) = out.settle(meta, &place, answer).filter(|wide| wanted(&wide.breadth)) else { continue };
        let tried = witness(role, wide.issuer, &wide.piece, wide.subject.clone());
        if let Some(witness) = out.settle(meta, &place, tried) {
            let before = out.diagnostics.len();
            report(&wide, &witness, place, out);
            add_undone(role, wide.issuer, wide.statement, &wide.piece, &wide.subject, out, before);
        }
    }
}
