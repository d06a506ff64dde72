//! A token to try: what is filled in, what the documents offer to fill in, and the engine's answer. It must not decide who gets in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Answer, Audiences, Grant, Location};

/// The audience of a pod's token where nothing sets another. Source: EKS User Guide, "IAM roles for service accounts".
const AUDIENCE: &str = "sts.amazonaws.com";

/// What stands in the place of a signature: three parts make a token, and the third is not looked at.
const CUT: &str = "signature-removed";

/// The question of `tryToken`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TokenQuestion {
    /// A JWT, or its payload.
    pub token: String,
    /// Seconds since 1970-01-01 UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub now: Option<i64>,
}

/// Its answer.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Tried {
    pub token: TokenSeen,
    pub decisions: Vec<Decision>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct TokenSeen {
    pub issuer: String,
    pub subject: Option<String>,
    pub audience: Vec<String>,
    pub expiry: Option<String>,
    pub claims: BTreeMap<String, Claim>,
    pub remarks: Vec<Remark>,
    pub notes: Vec<String>,
}

/// A claim's value.
#[derive(Debug, Deserialize, Serialize, PartialEq)]
#[serde(untagged)]
pub enum Claim {
    One(String),
    Many(Vec<String>),
    Other {},
    None,
}

impl Claim {
    pub fn words(&self) -> String {
        match self {
            Self::One(text) => text.clone(),
            Self::Many(list) => list.join(", "),
            Self::Other {} => "{…}".to_owned(),
            Self::None => "null".to_owned(),
        }
    }
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Remark {
    /// Whether STS refuses such a token always, or only at this time.
    pub refused: bool,
    pub message: String,
    pub help: String,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Decision {
    pub role: Option<RoleName>,
    pub decision: Verdict,
    pub stage: String,
    pub objection: Option<String>,
    pub trace: Vec<Statement>,
    pub nearest: Option<Nearest>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Allowed,
    Denied,
    Unknown,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct RoleName {
    pub address: Option<String>,
    pub name: Option<String>,
    pub arn: Option<String>,
    pub location: Location,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Statement {
    pub name: String,
    pub location: Location,
    pub effect: String,
    pub matched: Option<bool>,
    pub because: Vec<Because>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Because {
    pub what: String,
    pub holds: Option<bool>,
    pub message: String,
    pub location: Location,
    pub compared: Option<Compared>,
}

/// The two sides of a condition.
#[derive(Debug, Deserialize, PartialEq)]
pub struct Compared {
    pub operator: String,
    pub key: String,
    pub wanted: Vec<String>,
    /// The token's values; empty: it has none; `None`: no token decides this.
    pub found: Option<Vec<String>>,
}

#[derive(Debug, Deserialize, PartialEq)]
pub struct Nearest {
    pub subject: String,
    pub message: String,
}

/// How a verdict is to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tone {
    Good,
    Bad,
    Late,
    Unsure,
}

/// The verdict in words.
#[derive(Debug, PartialEq, Eq)]
pub struct Headline {
    pub tone: Tone,
    pub words: &'static str,
    /// A sentence that says why, where the trace does not.
    pub why: Option<String>,
}

impl Decision {
    /// What the role says to the token, in words.
    pub fn headline(&self, remarks: &[Remark]) -> Headline {
        match self.decision {
            Verdict::Denied => Headline { tone: Tone::Bad, words: "Does not get in", why: self.denial() },
            Verdict::Unknown => Headline { tone: Tone::Unsure, words: "Cannot be known here", why: self.openness() },
            Verdict::Allowed => match remarks.iter().find(|remark| !remark.refused) {
                Some(late) => Headline { tone: Tone::Late, words: "Would get in, but not now", why: Some(late.message.clone()) },
                None => Headline { tone: Tone::Good, words: "Gets in", why: None },
            },
        }
    }

    fn denial(&self) -> Option<String> {
        if let Some(objection) = &self.objection {
            let before = if self.stage == "policy" { "" } else { "STS refuses it before it reads the policy: " };
            return Some(format!("{before}{objection}"));
        }
        let denies = self.trace.iter().find(|statement| statement.effect == "Deny" && statement.matched == Some(true));
        match denies {
            Some(statement) => Some(format!("{} denies it, whatever other statements allow", statement.name)),
            // The nearest miss says more.
            None => self.nearest.is_none().then(|| "no statement allows it".to_owned()),
        }
    }

    fn openness(&self) -> Option<String> {
        let open = self.trace.iter().filter(|statement| statement.matched.is_none()).flat_map(|statement| &statement.because);
        let mut keys: Vec<String> = Vec::new();
        for compared in open.filter(|step| step.holds.is_none()).filter_map(|step| step.compared.as_ref()) {
            let key = format!("`{}`", compared.key);
            if compared.found.is_none() && !keys.contains(&key) {
                keys.push(key);
            }
        }
        match (keys.as_slice(), &self.objection) {
            ([], objection) => objection.clone(),
            (keys, _) => Some(format!("it depends on {}, which no token decides", keys.join(", "))),
        }
    }

    /// Which role it is, among the roles of these documents.
    pub fn key(&self) -> String {
        self.role
            .as_ref()
            .map(|role| format!("{}:{}:{}", role.location.path, role.location.start.line, role.location.start.column))
            .unwrap_or_default()
    }

    /// How the role is called.
    pub fn name(&self) -> String {
        let role = self.role.as_ref();
        role.and_then(RoleName::short).unwrap_or_else(|| role.map_or_else(|| "this role".to_owned(), |role| role.location.path.clone()))
    }
}

impl RoleName {
    fn short(&self) -> Option<String> {
        self.name.clone().or_else(|| self.arn.clone()).or_else(|| self.address.clone())
    }
}

impl Statement {
    /// What it makes of the token, in words.
    pub fn outcome(&self) -> &'static str {
        match (self.effect.as_str(), self.matched) {
            ("Allow", Some(true)) => "lets it in",
            ("Deny", Some(true)) => "refuses it",
            ("Allow", Some(false)) => "does not match",
            ("Deny", Some(false)) => "does not apply",
            ("Allow" | "Deny", None) => "cannot be told",
            _ => "has no effect",
        }
    }

    /// Whether it is for this issuer and action at all.
    pub fn is_about(&self) -> bool {
        self.because.iter().all(|step| step.what == "condition" || step.holds != Some(false))
    }
}

/// A caller that the documents suggest.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    pub issuer: String,
    pub subject: String,
    pub audience: String,
}

/// What the documents offer to fill in.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Offer {
    pub issuers: Vec<String>,
    /// Those of the issuers that are clusters.
    clusters: Vec<String>,
    /// Namespace and name of the ServiceAccounts.
    pub accounts: Vec<(String, String)>,
    /// Callers that get in, one a grant, the surest first.
    pub admitted: Vec<Suggestion>,
}

impl Offer {
    pub fn of(answer: &Answer) -> Self {
        let mut offer = Self::default();
        let grants = || answer.who.roles.iter().flat_map(|role| &role.grants);
        let is_plain = |grant: &&Grant| grant.claims.is_empty() && grant.residual.is_empty();
        let sure = grants().filter(|grant| is_plain(grant)).chain(grants().filter(|grant| !is_plain(grant)));
        for grant in sure.filter(|grant| grant.issuer != "any") {
            let audience = match &grant.audiences {
                Audiences::Listed(list) => list.first().map_or(AUDIENCE, String::as_str),
                Audiences::Any(_) | Audiences::Like { .. } => AUDIENCE,
            };
            let suggest =
                |subject: &String| Suggestion { issuer: grant.issuer.clone(), subject: subject.clone(), audience: audience.to_owned() };
            offer.admitted.extend(grant.examples.first().map(suggest));
            if grant.examples.iter().any(|subject| account_of(subject).is_some()) {
                note(&mut offer.clusters, &grant.issuer);
            }
        }
        for cluster in answer.inspect.clusters.iter().filter_map(|cluster| cluster.issuer.as_ref()) {
            note(&mut offer.clusters, cluster);
        }
        // Also those of a policy that lets nobody in.
        answer.inspect.roles.iter().flat_map(|role| &role.assume_role_policy.0).for_each(|issuer| note(&mut offer.issuers, issuer));
        grants().filter(|grant| grant.issuer != "any").for_each(|grant| note(&mut offer.issuers, &grant.issuer));
        let seen = answer.inspect.clusters.iter().chain(&answer.inspect.providers).filter_map(|seen| seen.issuer.as_ref());
        seen.for_each(|issuer| note(&mut offer.issuers, issuer));
        for account in &answer.inspect.service_accounts {
            if let (Some(namespace), Some(name)) = (&account.namespace, &account.name) {
                note(&mut offer.accounts, &(namespace.clone(), name.clone()));
            }
        }
        offer
    }

    /// Whether an issuer signs for the ServiceAccounts of a cluster.
    pub fn is_cluster(&self, issuer: &str) -> bool {
        issuer.is_empty() || issuer.contains("oidc.eks.") || self.clusters.iter().any(|known| known == issuer)
    }
}

fn note<T: PartialEq + Clone>(list: &mut Vec<T>, value: &T) {
    if !list.contains(value) {
        list.push(value.clone());
    }
}

/// Namespace and name in the subject of a ServiceAccount.
fn account_of(subject: &str) -> Option<(&str, &str)> {
    subject.strip_prefix("system:serviceaccount:")?.split_once(':')
}

/// A field of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Issuer,
    Namespace,
    Name,
    Subject,
    Audience,
}

/// What the user filled in; what is `None` is as the documents suggest it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Form {
    issuer: Option<String>,
    namespace: Option<String>,
    name: Option<String>,
    subject: Option<String>,
    audience: Option<String>,
    /// Names and values of further claims.
    pub claims: Vec<(String, String)>,
}

/// What happens to the form.
#[derive(Debug)]
pub enum FormAction {
    Typed(Field, String),
    Took(Suggestion),
    Account(String, String),
    ClaimAdded,
    ClaimNamed(usize, String),
    ClaimSet(usize, String),
    ClaimRemoved(usize),
}

impl Form {
    /// The form after an action.
    pub fn after(mut self, action: FormAction) -> Self {
        match action {
            FormAction::Typed(field, text) => *self.field(field) = Some(text),
            FormAction::Took(Suggestion { issuer, subject, audience }) => {
                if let Some((namespace, name)) = account_of(&subject) {
                    (self.namespace, self.name) = (Some(namespace.to_owned()), Some(name.to_owned()));
                }
                (self.issuer, self.subject, self.audience) = (Some(issuer), Some(subject), Some(audience));
            }
            FormAction::Account(namespace, name) => (self.namespace, self.name) = (Some(namespace), Some(name)),
            FormAction::ClaimAdded => self.claims.push(Default::default()),
            FormAction::ClaimNamed(at, text) => self.claim(at, |claim| claim.0 = text),
            FormAction::ClaimSet(at, text) => self.claim(at, |claim| claim.1 = text),
            FormAction::ClaimRemoved(at) => {
                if at < self.claims.len() {
                    self.claims.remove(at);
                }
            }
        }
        self
    }

    fn field(&mut self, field: Field) -> &mut Option<String> {
        match field {
            Field::Issuer => &mut self.issuer,
            Field::Namespace => &mut self.namespace,
            Field::Name => &mut self.name,
            Field::Subject => &mut self.subject,
            Field::Audience => &mut self.audience,
        }
    }

    fn claim(&mut self, at: usize, change: impl FnOnce(&mut (String, String))) {
        if let Some(claim) = self.claims.get_mut(at) {
            change(claim);
        }
    }

    /// What stands in a field.
    pub fn text<'a>(&'a self, field: Field, offer: &'a Offer) -> &'a str {
        let (own, suggested) = match field {
            Field::Issuer => (&self.issuer, offer.issuers.first().map(String::as_str)),
            Field::Namespace => (&self.namespace, offer.accounts.first().map(|(namespace, _)| namespace.as_str())),
            Field::Name => (&self.name, offer.accounts.first().map(|(_, name)| name.as_str())),
            Field::Subject => (&self.subject, None),
            Field::Audience => (&self.audience, Some(AUDIENCE)),
        };
        own.as_deref().or(suggested).unwrap_or_default()
    }

    /// Whether namespace and name are asked for, and not a subject.
    pub fn is_pod(&self, offer: &Offer) -> bool {
        offer.is_cluster(self.text(Field::Issuer, offer).trim())
    }

    /// The subject, once it can be put together.
    fn whom(&self, offer: &Offer) -> Option<String> {
        let text = |field| Some(self.text(field, offer).trim()).filter(|text| !text.is_empty());
        if !self.is_pod(offer) {
            return text(Field::Subject).map(str::to_owned);
        }
        Some(format!("system:serviceaccount:{}:{}", text(Field::Namespace)?, text(Field::Name)?))
    }

    /// The caller as it is filled in.
    pub fn caller(&self, offer: &Offer) -> Option<Suggestion> {
        let text = |field| self.text(field, offer).trim().to_owned();
        let issuer = text(Field::Issuer);
        (!issuer.is_empty()).then_some(())?;
        Some(Suggestion { issuer, subject: self.whom(offer)?, audience: text(Field::Audience) })
    }

    /// The question, once enough is filled in.
    pub fn question(&self, offer: &Offer) -> Option<TokenQuestion> {
        self.caller(offer).map(|caller| caller.question(&self.claims))
    }
}

impl Suggestion {
    /// The payload of such a token, as a question.
    pub fn question(&self, claims: &[(String, String)]) -> TokenQuestion {
        let value = |text: &String| serde_json::from_str(text).map_or_else(|_| Claim::One(text.clone()), Claim::Many);
        let mut payload: BTreeMap<&str, Claim> = BTreeMap::new();
        for (name, text) in claims.iter().filter(|(name, _)| !name.trim().is_empty()) {
            payload.insert(name.trim(), value(text));
        }
        let audience = if self.audience.is_empty() { AUDIENCE } else { &self.audience };
        for (name, value) in [("iss", self.issuer.as_str()), ("sub", &self.subject), ("aud", audience)] {
            payload.insert(name, Claim::One(value.to_owned()));
        }
        TokenQuestion { token: serde_json::to_string(&payload).unwrap_or_default(), now: None }
    }

    /// Callers that are this one but for a slip, the likeliest first.
    pub fn near_misses(&self) -> Vec<Self> {
        let other = |subject: String| Self { subject, ..self.clone() };
        if let Some((namespace, name)) = account_of(&self.subject) {
            let account = |namespace: &str, name: &str| other(format!("system:serviceaccount:{namespace}:{name}"));
            let mut out = vec![account(namespace, &format!("{name}-2"))];
            if namespace != "default" {
                out.push(account("default", name));
            }
            out.push(account(&format!("{namespace}-2"), name));
            out.push(account("elsewhere", "somebody"));
            return out;
        }
        let parts: Vec<&str> = self.subject.split_inclusive([':', '/']).collect();
        let slip = |at: usize| {
            let part = parts.get(at)?.trim_end_matches([':', '/']);
            let end = parts.get(at)?.strip_prefix(part)?;
            let short: String = part.chars().take(part.chars().count().checked_sub(1).filter(|rest| *rest > 0)?).collect();
            let (head, tail) = (parts.get(..at)?.concat(), parts.get(at + 1..)?.concat());
            Some(other(format!("{head}{short}{end}{tail}")))
        };
        (0..parts.len()).rev().filter_map(slip).collect()
    }
}

/// A pasted text without the signatures of the tokens in it: what is left shows their claims and opens no door.
pub fn without_signature(text: &str) -> String {
    let is_sign = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    // A terminal breaks what is long; a token has no white space.
    let plain: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    let text = if plain.starts_with("eyJ") && plain.chars().all(is_sign) { &plain } else { text };
    let (mut out, mut run) = (String::new(), String::new());
    for sign in text.chars() {
        if is_sign(sign) {
            run.push(sign);
        } else {
            out.push_str(&unsigned(&std::mem::take(&mut run)));
            out.push(sign);
        }
    }
    out + &unsigned(&run)
}

fn unsigned(run: &str) -> String {
    match run.split('.').collect::<Vec<_>>().as_slice() {
        [header, payload, signature] if header.starts_with("eyJ") && !signature.is_empty() => format!("{header}.{payload}.{CUT}"),
        _ => run.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn offer() -> Offer {
        let github = "https://token.actions.githubusercontent.com".to_owned();
        Offer {
            issuers: vec!["https://oidc.eks.eu-west-1.amazonaws.com/id/A".into(), github],
            accounts: vec![("prod".into(), "app".into())],
            ..Offer::default()
        }
    }

    fn asked(form: &Form) -> String {
        form.question(&offer()).map(|question| question.token).unwrap_or_default()
    }

    #[test]
    fn documents_fill_in_what_the_user_did_not() {
        let form = Form::default();
        let issuer = "https://oidc.eks.eu-west-1.amazonaws.com/id/A";
        assert_eq!(asked(&form), format!(r#"{{"aud":"sts.amazonaws.com","iss":"{issuer}","sub":"system:serviceaccount:prod:app"}}"#));
        let form = form.after(FormAction::Typed(Field::Name, "".into()));
        assert_eq!(asked(&form), "");
        let form = form.after(FormAction::Typed(Field::Name, " api ".into())).after(FormAction::ClaimAdded);
        let form = form.after(FormAction::ClaimNamed(0, "roles".into())).after(FormAction::ClaimSet(0, r#"["a"]"#.into()));
        assert!(asked(&form).contains(r#""roles":["a"]"#) && asked(&form).contains("prod:api"));
        assert_eq!(form.after(FormAction::ClaimRemoved(0)).claims, []);
    }

    #[test]
    fn another_issuer_is_asked_for_a_subject() {
        let form = Form::default().after(FormAction::Typed(Field::Issuer, "https://gitlab.com".into()));
        assert!(!form.is_pod(&offer()) && asked(&form).is_empty());
        let form = form.after(FormAction::Typed(Field::Subject, "project_path:a/b".into()));
        assert!(asked(&form).contains("project_path:a/b"));
    }

    #[test]
    fn near_misses_are_one_slip_away() {
        let caller = |subject: &str| Suggestion { issuer: "i".into(), subject: subject.into(), audience: String::new() };
        let missed = |subject: &str| caller(subject).near_misses().into_iter().map(|miss| miss.subject).collect::<Vec<_>>();
        let pods = missed("system:serviceaccount:prod:app");
        assert_eq!(pods.first().map(String::as_str), Some("system:serviceaccount:prod:app-2"));
        assert!(pods.contains(&"system:serviceaccount:default:app".to_owned()));
        assert!(!missed("system:serviceaccount:default:app").contains(&"system:serviceaccount:default:app".to_owned()));
        assert_eq!(missed("repo:acme/web"), ["repo:acme/we", "repo:acm/web", "rep:acme/web"]);
        assert_eq!(missed("a"), [] as [&str; 0]);
    }

    #[test]
    fn no_signature_is_kept() {
        assert_eq!(without_signature("eyJh.eyJi.c2ln"), "eyJh.eyJi.signature-removed");
        assert_eq!(without_signature("eyJh.ey\nJi.c2\nln\n"), "eyJh.eyJi.signature-removed");
        assert_eq!(without_signature(r#"{"token": "eyJh.eyJi.c2ln", "x": 1}"#), r#"{"token": "eyJh.eyJi.signature-removed", "x": 1}"#);
        for other in ["", "eyJh.eyJi", "eyJh.eyJi.", "a.b.c", r#"{"iss": "https://a.example.com"}"#] {
            assert_eq!(without_signature(other), other);
        }
        assert_eq!(without_signature(&without_signature("eyJh.eyJi.c2ln")), "eyJh.eyJi.signature-removed");
    }

    fn decision(json: &str) -> Decision {
        serde_json::from_str(json).unwrap()
    }

    const PLACE: &str = r#"{"path": "role.json", "start": {"line": 1, "column": 1}, "end": {"line": 1, "column": 1}}"#;

    #[test]
    fn a_verdict_says_what_the_trace_does_not() {
        let plain =
            decision(r#"{"role": null, "decision": "allowed", "stage": "policy", "objection": null, "trace": [], "nearest": null}"#);
        assert_eq!(plain.headline(&[]), Headline { tone: Tone::Good, words: "Gets in", why: None });
        let late = Remark { refused: false, message: "the token expired".into(), help: String::new() };
        assert_eq!(plain.headline(&[late]).tone, Tone::Late);
        let objected = decision(
            r#"{"role": null, "decision": "denied", "stage": "provider", "objection": "no client id", "trace": [], "nearest": null}"#,
        );
        assert!(objected.headline(&[]).why.unwrap().ends_with("before it reads the policy: no client id"));
        let open = decision(&format!(
            r#"{{"role": {{"address": null, "name": null, "arn": null, "location": {PLACE}}}, "decision": "unknown", "stage": "policy", "objection": null, "nearest": null,
            "trace": [{{"name": "statement 1", "location": {PLACE}, "effect": "Allow", "matched": null, "because": [{{"what": "condition", "holds": null, "message": "", "location": {PLACE},
            "compared": {{"operator": "IpAddress", "key": "aws:SourceIp", "wanted": ["10.0.0.0/8"], "found": null}}}}]}}]}}"#
        ));
        assert_eq!(open.headline(&[]).why.unwrap(), "it depends on `aws:SourceIp`, which no token decides");
        assert_eq!(open.name(), "role.json");
    }
}
