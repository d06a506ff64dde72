//! What the catalogue knows of one identity provider. Data and the questions that the data answers; no issuer is named here.

use super::{Captures, List, Str, Template};

/// One identity provider, or one form of its issuer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Provider {
    /// Short name, stable: the name of its file.
    pub id: Str,
    /// What people call it.
    pub name: Str,
    /// What sort of service it is.
    pub kind: Kind,
    /// The issuers, without `https://`, as they stand in an ARN and in condition keys: case-sensitive, trailing slash included.
    pub issuers: List<Template>,
    /// Recognised by what people tend to call such hosts, and by nothing else: it may be another product.
    pub guessed: bool,
    /// One issuer for all customers: a policy that does not ask for the tenant lets strangers in.
    pub shared: bool,
    /// STS can fetch its keys and tokens carry this issuer. Where not, every call fails with `InvalidIdentityToken`.
    pub usable: bool,
    /// The issuer ends in `/`, and so do the ARN and the prefix of every condition key.
    pub trailing_slash: bool,
    /// STS knows it without an IAM provider: the principal is the bare host, there is no client id list.
    pub built_in: bool,
    /// The forms its subjects have.
    pub subjects: List<SubjectForm>,
    /// Customers can choose other forms of the subject than those listed.
    pub configurable_subject: bool,
    /// Where customers can choose: every form that they can make subjects have, those of `subjects` among them. Empty: not all are known.
    pub possible: List<Template>,
    /// What its tokens carry as audience.
    pub audience: Audience,
    /// Tokens may carry `azp`: then `<issuer>:aud` is `azp`, and the token's audience is `<issuer>:oaud`.
    pub sends_azp: bool,
    /// Which of the standard claims STS exposes for it: see [`Claim::STANDARD`].
    pub standard_claims: List<Claim>,
    /// The claims that STS exposes for this issuer in particular. Service Authorization Reference, "AWS Security Token Service".
    pub claims: List<Claim>,
    /// The condition key that names the tenant, where the subject does not: a claim (`aud`) or a whole key (`sts:RoleSessionName`).
    pub tenant_in: Option<Str>,
    /// Values of the issuer's tenant part behind which stands everyone.
    pub open_tenants: List<Str>,
    /// The values of `amr`, where they are documented.
    pub amr_values: List<Str>,
    /// Tokens may carry session tags: then `sts:TagSession` is needed.
    pub request_tags: bool,
    /// What IAM demands of a new or changed trust policy for it, if it demands anything.
    pub control: Option<Control>,
    /// A well-scoped subject; a glob where it holds a star.
    pub good: Str,
    /// Globs of subjects that let in too much.
    pub wide: List<Str>,
    /// The page or repository that says so, by name.
    pub source: Str,
    /// When that was read, `YYYY-MM-DD`.
    pub checked: Str,
}

/// What sort of service an identity provider is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// Service accounts of a Kubernetes cluster.
    Kubernetes,
    /// A continuous integration service.
    Ci,
    /// Infrastructure as code and deployment.
    Iac,
    /// A platform that runs workloads.
    Runtime,
    /// A cloud's own identities.
    Cloud,
    /// People who sign in.
    User,
    /// A vendor's service that reaches into its customers' accounts.
    Saas,
    /// Coding agents.
    Agent,
}

/// A form of a provider's subjects.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SubjectForm {
    /// The form. A part that the issuer has under the same name holds the same text: see [`Provider::subject_templates`].
    pub template: Template,
    /// The parts that say whose it is; the rest is chosen inside the tenant. Empty: this form names no tenant.
    pub tenant: List<Str>,
    /// The parts that say which repository, project or workspace of the tenant it is, where `tenant` does not hold them after its first.
    pub projects: List<Str>,
    /// The parts that have another value in every run, such as the id of a pipeline's step: a policy that fixes one admits one run.
    pub volatile: List<Str>,
    /// Who can obtain a token with such a subject.
    pub controlled_by: Str,
}

/// Who decides what a token's audience is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ChosenBy {
    /// The workload asks for any audience: it is no boundary.
    Workload,
    /// The issuer, or its administrator.
    Issuer,
    /// The application that the token is for.
    RelyingParty,
    /// It is the same for everyone.
    Fixed,
}

/// What is known of a provider's audiences. Texts may hold parts in braces, such as `https://github.com/{owner}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Audience {
    /// What tokens carry unless told otherwise.
    pub default: Option<Str>,
    /// What set-ups with AWS use.
    pub common: List<Str>,
    /// What people write by mistake.
    pub mistaken: List<Str>,
    /// Who decides.
    pub chosen_by: ChosenBy,
}

/// What kind of value a claim has as a condition key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ClaimKind {
    /// One text.
    String,
    /// A number: the numeric operators.
    Numeric,
    /// Several texts: needs `ForAnyValue` or `ForAllValues`.
    Multivalued,
}

/// A claim that STS exposes as the condition key `<issuer>:<name>`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// Its name, in the letter case of AWS's documentation; condition keys ignore case.
    pub name: Str,
    /// The kind of its value.
    pub kind: ClaimKind,
    /// A value names one tenant: a condition on it keeps strangers out.
    pub identifies_tenant: bool,
}

impl Claim {
    /// The subject.
    pub const SUB: Claim = Claim::standard("sub", ClaimKind::String);
    /// The token's `azp` where it has one, else its audience.
    pub const AUD: Claim = Claim::standard("aud", ClaimKind::String);
    /// The token's audience, always.
    pub const OAUD: Claim = Claim::standard("oaud", ClaimKind::String);
    /// The e-mail address, where the token has one.
    pub const EMAIL: Claim = Claim::standard("email", ClaimKind::String);
    /// How the user was authenticated, where the token says so.
    pub const AMR: Claim = Claim::standard("amr", ClaimKind::Multivalued);
    /// What STS exposes for every issuer. IAM User Guide, "Available keys for AWS OIDC federation", tab "Default".
    pub const STANDARD: &'static [Claim] = &[Claim::SUB, Claim::AUD, Claim::OAUD, Claim::EMAIL, Claim::AMR];

    const fn standard(name: &'static str, kind: ClaimKind) -> Claim {
        Claim { name: Str::Borrowed(name), kind, identifies_tenant: false }
    }
}

/// The claim that STS exposes under this name for an issuer that is not in the catalogue, in any letter case.
#[must_use]
pub fn standard_claim(name: &str) -> Option<&'static Claim> {
    Claim::STANDARD.iter().find(|claim| claim.name.eq_ignore_ascii_case(name))
}

/// What IAM demands of a trust policy when it is stored. IAM User Guide, "Identity-provider controls for shared OIDC providers".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Control {
    /// Each Allow statement must evaluate one of these: a claim of the issuer, or a whole condition key where there is a colon in it.
    pub any_of: List<Str>,
    /// Which values do not count.
    pub refuses: Refuses,
    /// How the issuers begin that are under the control; empty: all of the entry's are.
    pub issuers: List<Str>,
}

/// Which values of a demanded key IAM refuses.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Refuses {
    /// The value `*` alone.
    Star,
    /// Every value that begins with `*`, and blank ones.
    LeadingStar,
    /// No value, but only `StringEquals` and `StringEqualsIgnoreCase` count, with the key in exact letter case.
    InexactOperators,
}

impl Provider {
    /// What the named parts of the issuer are; `None` where the issuer is none of this provider's. Without `https://`.
    #[must_use]
    pub fn issuer_parts<'s>(&'s self, issuer: &'s str) -> Option<Captures<'s>> {
        self.issuers.iter().find_map(|template| template.matches(issuer))
    }

    /// The forms that subjects have at one issuer: the parts that its URL fixes are filled in.
    #[must_use]
    pub fn subject_templates(&self, issuer: &str) -> Vec<Template> {
        let known = self.issuer_parts(issuer).unwrap_or_default();
        self.subjects.iter().map(|form| form.template.bind(&known)).collect()
    }

    /// The forms that subjects can be made to have at one issuer, as [`Provider::subject_templates`].
    #[must_use]
    pub fn possible_templates(&self, issuer: &str) -> Vec<Template> {
        let known = self.issuer_parts(issuer).unwrap_or_default();
        self.possible.iter().map(|template| template.bind(&known)).collect()
    }

    /// Whether the issuer's URL fixes a part of its subjects.
    #[must_use]
    pub fn subjects_hang_on_issuer(&self) -> bool {
        let of_issuer = |name: &str| self.issuers.iter().any(|issuer| issuer.names().any(|known| known == name));
        self.subjects.iter().any(|form| form.template.names().any(of_issuer))
    }

    /// The form that a subject has, and its parts: the first listed that fits.
    #[must_use]
    pub fn subject_form<'s>(&'s self, subject: &'s str) -> Option<(&'s SubjectForm, Captures<'s>)> {
        self.subjects.iter().find_map(|form| Some((form, form.template.matches(subject)?)))
    }

    /// The claim that STS exposes under this name, in any letter case; one that is not exposed is absent from every request.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Claim> {
        self.exposed_claims().find(|claim| claim.name.eq_ignore_ascii_case(name))
    }

    /// All claims that STS exposes for this provider.
    pub fn exposed_claims(&self) -> impl Iterator<Item = &Claim> {
        self.standard_claims.iter().chain(self.claims.iter())
    }

    /// Whether the subject says whose the workload is, so that a condition on it can keep strangers out.
    #[must_use]
    pub fn subject_names_tenant(&self) -> bool {
        self.subjects.iter().any(|form| !form.tenant.is_empty())
    }

    /// What IAM demands of a new trust policy for this issuer.
    #[must_use]
    pub fn control_for(&self, issuer: &str) -> Option<&Control> {
        self.control
            .as_ref()
            .filter(|control| control.issuers.is_empty() || control.issuers.iter().any(|start| issuer.starts_with(start.as_ref())))
    }
}
