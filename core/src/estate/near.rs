//! What somebody may have meant: the same name in another account or namespace, a name that is one or two letters off.

use rustc_hash::FxHashMap;
use smol_str::SmolStr;

use super::roles::Facts;
use super::{RoleId, ServiceAccountId};
use crate::document::model::Documents;
use crate::order;
use crate::policy::Arn;
use crate::policy::spelling::distance;

/// In what a near miss differs from what was named.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Difference {
    /// The same but for the account.
    Account,
    /// The same but for the partition (`aws`, `aws-cn`, …).
    Partition,
    /// The same name under another path.
    Path,
    /// The same name in another namespace.
    Namespace,
    /// A name this many letters off; 0: letter case alone.
    Name(usize),
}

/// A role that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NearMiss {
    /// The role.
    pub role: RoleId,
    /// In what it differs.
    pub differs: Difference,
}

/// A ServiceAccount that may have been meant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AccountNearMiss {
    /// The ServiceAccount.
    pub account: ServiceAccountId,
    /// In what it differs.
    pub differs: Difference,
}

/// How many are worth telling.
const MOST: usize = 3;
/// Among more names than these a name that is two letters off means nothing, and comparing them all takes time.
const MOST_NAMES: usize = 1000;

/// Roles near to an ARN, or to a bare name.
pub fn roles(documents: &Documents, facts: &[Facts], by_name: &FxHashMap<SmolStr, Vec<RoleId>>, text: &str) -> Vec<NearMiss> {
    let arn = Arn::parse(text);
    let (path, name) = arn.and_then(|arn| arn.role()).unwrap_or(("/", text.rsplit('/').next().unwrap_or(text)));
    let mut found = Vec::new();
    for role in by_name.get(name).into_iter().flatten().take(MOST_NAMES) {
        let own = facts.get(role.0).and_then(|facts| facts.arn.value()).and_then(|own| Arn::parse(own));
        let same_path = documents.roles.get(role.0).is_none_or(|role| role.path == path);
        let differs = match (own, arn) {
            (Some(own), Some(arn)) if own.account != arn.account => Difference::Account,
            (Some(own), Some(arn)) if own.partition != arn.partition => Difference::Partition,
            _ if !same_path => Difference::Path,
            // Named without an account, or in a way that is no ARN.
            _ => Difference::Name(0),
        };
        found.push(NearMiss { role: *role, differs });
    }
    if found.is_empty() && by_name.len() <= MOST_NAMES {
        for (other, roles) in by_name {
            let off = letters_off(name, other);
            found.extend(
                off.into_iter().flat_map(|off| roles.iter().map(move |role| NearMiss { role: *role, differs: Difference::Name(off) })),
            );
        }
    }
    order::sort_by(&mut found, |a, b| (&a.differs, a.role).cmp(&(&b.differs, b.role)));
    found.truncate(MOST);
    found
}

/// ServiceAccounts near to a namespace and a name; `names`: those of the same name, `neighbours`: those of the same namespace.
pub fn accounts(documents: &Documents, names: &[ServiceAccountId], neighbours: &[ServiceAccountId], name: &str) -> Vec<AccountNearMiss> {
    let mut found: Vec<_> =
        names.iter().take(MOST_NAMES).map(|account| AccountNearMiss { account: *account, differs: Difference::Namespace }).collect();
    for account in neighbours.iter().take(MOST_NAMES) {
        let own = documents.service_accounts.get(account.0).and_then(|account| account.name.value());
        if let Some(off) = own.and_then(|own| letters_off(name, &own.text)) {
            found.push(AccountNearMiss { account: *account, differs: Difference::Name(off) });
        }
    }
    order::sort_by(&mut found, |a, b| (&a.differs, a.account).cmp(&(&b.differs, b.account)));
    found.truncate(MOST);
    found
}

/// How many letters two different names are apart, if that is few enough to be a slip: one, or two in longer names.
fn letters_off(a: &str, b: &str) -> Option<usize> {
    let shorter = a.len().min(b.len());
    let most = if shorter >= 6 { 2 } else { 1 };
    if a == b || shorter < 3 || a.len().abs_diff(b.len()) > most * 4 {
        return None;
    }
    Some(distance(a, b)).filter(|off| *off <= most)
}
