//! Which role an ARN means: what is known of each role's ARN, account and name, and the way from an ARN to a role.

use std::sync::OnceLock;

use rustc_hash::FxHashMap;
use smol_str::{SmolStr, format_smolstr};

use super::near::{self, NearMiss};
use super::{EstateSettings, Link, RoleId, ServiceAccountId};
use crate::document::model::{Documents, Origin, Role, Stated};
use crate::policy::{Arn, PrincipalKind, ProviderArn, is_account_id};

/// What is known of a role beyond its document.
#[derive(Clone, Debug)]
pub struct Facts {
    /// Its ARN, stated or built.
    pub arn: Stated<SmolStr>,
    /// Its account.
    pub account: Option<SmolStr>,
    /// Its name.
    pub name: Option<SmolStr>,
    /// Its path.
    path: SmolStr,
    /// Whether its document tells what is, rather than what will be.
    live: bool,
}

/// A bare trust policy that was taken to be the role which the ServiceAccounts of the run name, or its CI jobs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Adopted {
    /// The trust policy.
    pub role: RoleId,
    /// The role that the annotations or the jobs name, as they write it.
    pub arn: SmolStr,
    /// The ServiceAccounts that name it; none where the jobs do.
    pub accounts: Vec<ServiceAccountId>,
}

/// The roles of a run by what names them.
#[derive(Debug, Default)]
pub struct Roles {
    facts: Vec<Facts>,
    index: OnceLock<Index>,
    /// Why a role's name cannot be known, if there is such a role.
    nameless: Option<String>,
    only_account: Option<SmolStr>,
    adopted: Option<Adopted>,
}

/// The roles by what names them.
#[derive(Debug, Default)]
struct Index {
    by_arn: FxHashMap<SmolStr, Vec<RoleId>>,
    by_name: FxHashMap<SmolStr, Vec<RoleId>>,
    /// Those whose account nobody knows, by path and name.
    homeless: FxHashMap<SmolStr, Vec<RoleId>>,
}

impl Index {
    fn add(&mut self, id: RoleId, facts: &Facts) {
        if let Stated::Is(arn) = &facts.arn {
            let ids = self.by_arn.entry(arn.clone()).or_default();
            // A plan tells what will be, a dump what is: the plan's role is looked at first.
            let at = if facts.live { ids.len() } else { 0 };
            ids.insert(at, id);
        }
        if let Some(name) = &facts.name {
            self.by_name.entry(name.clone()).or_default().push(id);
            if facts.arn.value().is_none() {
                self.homeless.entry(format_smolstr!("{}{name}", facts.path)).or_default().push(id);
            }
        }
    }
}

impl Roles {
    /// Finds out what is known of each role.
    pub fn new(documents: &Documents, settings: &EstateSettings) -> Self {
        let mut roles = Self::default();
        for role in &documents.roles {
            let facts = facts_of(role, settings);
            if let Stated::Unknown(reason) = &role.name
                && facts.arn.value().is_none()
            {
                roles.nameless.get_or_insert_with(|| reason.clone());
            }
            roles.facts.push(facts);
        }
        roles.adopt(documents);
        let mut accounts = roles.facts.iter().filter_map(|facts| facts.account.clone());
        let first = accounts.next();
        roles.only_account = first.filter(|first| accounts.all(|account| account == *first)).or_else(|| settings.account.clone());
        roles
    }

    /// The way from names to roles, made when somebody asks for one: a dump with nothing beside it is never asked.
    fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let mut index = Index::default();
            self.facts.iter().enumerate().for_each(|(at, facts)| index.add(RoleId(at), facts));
            index
        })
    }

    /// Takes the run's one bare trust policy for the role that all annotations name, or all CI jobs where it is for their issuer, if no
    /// other document describes that role.
    fn adopt(&mut self, documents: &Documents) {
        let mut bare = documents.roles.iter().enumerate().filter(|(_, role)| role.origin == Origin::BarePolicy);
        let (Some((index, policy)), None) = (bare.next(), bare.next()) else { return };
        let role = RoleId(index);
        if self.facts(role).is_none_or(|facts| facts.arn.value().is_some()) {
            return;
        }
        let is_missing = |arn: &str| matches!(self.by_arn(arn), Link::Missing { .. });
        let by_jobs = named_by_jobs(documents, policy, is_missing).map(|arn| (arn, Vec::new()));
        let Some((arn, accounts)) = by_jobs.or_else(|| named_by_accounts(documents)) else { return };
        if !is_missing(&arn) {
            return;
        }
        if let Some(facts) = self.facts.get_mut(index) {
            tie(facts, &arn);
        }
        // What was looked up so far did not know of it.
        self.index = OnceLock::new();
        self.adopted = Some(Adopted { role, arn, accounts });
    }

    pub fn facts(&self, id: RoleId) -> Option<&Facts> {
        self.facts.get(id.0)
    }

    pub fn adopted(&self) -> Option<&Adopted> {
        self.adopted.as_ref()
    }

    /// The account of all roles, if it is one.
    pub fn only_account(&self) -> Option<&str> {
        self.only_account.as_deref()
    }

    /// The roles of that ARN or name.
    pub fn named(&self, name_or_arn: &str) -> Vec<RoleId> {
        let index = self.index();
        index.by_arn.get(name_or_arn).or_else(|| index.by_name.get(name_or_arn)).cloned().unwrap_or_else(|| {
            match self.by_arn(name_or_arn) {
                Link::To(role) => vec![role],
                Link::Ambiguous(roles) => roles,
                _ => Vec::new(),
            }
        })
    }

    /// The role that an ARN means.
    pub fn by_arn(&self, text: &str) -> Link<RoleId> {
        let index = self.index();
        if let Some(role) = index.by_arn.get(text).and_then(|ids| ids.first()) {
            return Link::To(*role);
        }
        let missing = || Link::Missing { wanted: text.to_owned() };
        let Some((path, name)) = Arn::parse(text).and_then(|arn| arn.role()) else { return missing() };
        match index.homeless.get(format_smolstr!("{path}{name}").as_str()).map(Vec::as_slice) {
            Some([role]) => return Link::To(*role),
            Some(several) => return Link::Ambiguous(several.to_vec()),
            None => {}
        }
        match &self.nameless {
            Some(reason) if !index.by_name.contains_key(name) => Link::Unknown(reason.clone()),
            _ => missing(),
        }
    }

    pub fn near(&self, documents: &Documents, arn: &str) -> Vec<NearMiss> {
        near::roles(documents, &self.facts, &self.index().by_name, arn)
    }
}

/// The one role that the annotations name, and by which ServiceAccounts.
fn named_by_accounts(documents: &Documents) -> Option<(SmolStr, Vec<ServiceAccountId>)> {
    let mut named: Option<SmolStr> = None;
    let mut accounts = Vec::new();
    for (index, account) in documents.service_accounts.iter().enumerate() {
        let Some(arn) = account.role_arn().and_then(|annotation| annotation.value.value()) else { continue };
        if named.as_ref().is_some_and(|named| *named != arn.text) {
            return None;
        }
        named = Some(arn.text.clone());
        accounts.push(ServiceAccountId(index));
    }
    Some((named?, accounts))
}

/// The one role that the CI jobs name and that is missing from the run, if the policy is for the issuer of all of them.
fn named_by_jobs(documents: &Documents, policy: &Role, is_missing: impl Fn(&str) -> bool) -> Option<SmolStr> {
    let jobs = || documents.ci_jobs.iter();
    let mut principals = policy.trust.policy()?.statements.iter().flat_map(|statement| &statement.principals.list);
    let is_for = |issuer: &str| jobs().all(|job| job.system.is_issuer(issuer));
    principals.find_map(|principal| Some(ProviderArn::parse(&principal.value.text)?.issuer).filter(|issuer| is_for(issuer)))?;
    let mut arns =
        jobs().flat_map(|job| &job.roles).filter_map(|step| step.role_arn.value()).map(|arn| &arn.text).filter(|arn| is_missing(arn));
    let first = arns.next()?;
    Arn::parse(first)?.role()?;
    arns.all(|arn| arn == first).then(|| first.clone())
}

fn facts_of(role: &Role, settings: &EstateSettings) -> Facts {
    let mut facts = Facts {
        arn: role.arn.clone(),
        account: None,
        name: role.name.value().cloned(),
        path: role.path.clone(),
        live: role.origin == Origin::Live,
    };
    let by_hand = settings.role_of.iter().find(|(file, _)| role.origin == Origin::BarePolicy && *file == role.place.span.file);
    if let Some((_, arn)) = by_hand {
        tie(&mut facts, arn);
        return facts;
    }
    if let Stated::Is(arn) = &role.arn {
        facts.account = Arn::parse(arn).map(|arn| arn.account).filter(|a| is_account_id(a)).map(SmolStr::new);
        facts.name = facts.name.or_else(|| Arn::parse(arn).and_then(|arn| arn.role()).map(|(_, name)| SmolStr::new(name)));
        return facts;
    }
    let provider = provider_of_policy(role);
    let (partition, account) = match (&settings.account, provider) {
        (Some(account), provider) => (provider.map_or("aws", |p| p.partition), Some(account.clone())),
        (None, Some(provider)) => (provider.partition, Some(SmolStr::new(provider.account))),
        (None, None) => ("aws", None),
    };
    if let (Some(account), Some(name)) = (&account, &facts.name) {
        facts.arn = Stated::Is(format_smolstr!("arn:{partition}:iam::{account}:role{}{name}", role.path));
    }
    facts.account = account;
    facts
}

/// Ties a bare policy to an ARN. A text that is no ARN of a role names nothing but itself.
fn tie(facts: &mut Facts, text: &SmolStr) {
    facts.arn = Stated::Is(text.clone());
    let Some(arn) = Arn::parse(text) else { return };
    facts.account = Some(arn.account).filter(|account| is_account_id(account)).map(SmolStr::new);
    facts.name = arn.role().map(|(_, name)| SmolStr::new(name));
}

/// The provider that a role's trust policy names, if all that it names are of one account.
fn provider_of_policy(role: &Role) -> Option<ProviderArn<'_>> {
    let principals = role.trust.policy()?.statements.iter().flat_map(|statement| &statement.principals.list);
    let federated = principals.filter(|principal| principal.kind == PrincipalKind::Federated);
    let mut arns = federated.filter_map(|principal| ProviderArn::parse(&principal.value.text));
    let first = arns.next()?;
    arns.all(|arn| arn.account == first.account).then_some(first)
}
