//! ServiceAccounts that name a role which no document of the run describes, and the role that was meant. A run rarely holds everything: a
//! near miss counts only where that role admits this very ServiceAccount.

use irsa_lint_core::document::model::{Listed, Place, ServiceAccount};
use irsa_lint_core::estate::{Difference, Link, RoleId, ServiceAccountId};
use irsa_lint_core::policy::Arn;
use irsa_lint_core::rule::View;
use irsa_lint_core::syntax::Scalar;

use crate::objects::pairing::{Caller, admits, role_view};
use crate::objects::role_arn::{RoleArn, read, value};

/// A role that is not in the run.
pub struct Missing<'a> {
    /// Its ARN.
    pub arn: Arn<'a>,
    /// The annotation's value.
    pub written: &'a Scalar,
    /// Where that stands.
    pub place: Place,
}

/// The role that a ServiceAccount names and that is not in the run.
#[must_use]
pub fn missing<'a>(id: ServiceAccountId, account: &'a ServiceAccount, view: &View<'_>) -> Option<Missing<'a>> {
    let (written, place) = value(account.role_arn()?)?;
    if !matches!(view.estate.role_of(id), Link::Missing { .. }) {
        return None;
    }
    match read(&written.text) {
        RoleArn::Role(arn) => Some(Missing { arn, written, place }),
        _ => None,
    }
}

/// The role of the same name in another account that was meant.
#[must_use]
pub fn account_slip(missing: &Missing<'_>, account: &ServiceAccount, view: &View<'_>) -> Option<RoleId> {
    meant(missing, account, view).filter(|(_, differs)| *differs == Difference::Account).map(|(role, _)| role)
}

/// The role that was meant, and in what it differs: it admits the ServiceAccount, and no other names it as it is.
#[must_use]
pub fn meant(missing: &Missing<'_>, account: &ServiceAccount, view: &View<'_>) -> Option<(RoleId, Difference)> {
    let near = view.estate.near_roles(&missing.written.text);
    let fits = |role: RoleId| {
        let admitted = role_view(view, role).zip(Caller::of(account, view)).is_some_and(|(role, caller)| admits(&role, &caller).is_yes());
        admitted && view.estate.accounts_of(role).is_empty()
    };
    near.into_iter().find(|miss| fits(miss.role)).map(|miss| (miss.role, miss.differs))
}

/// Whether the run holds all roles of the account in which the missing one should be.
#[must_use]
pub fn is_surely_absent(missing: &Missing<'_>, view: &View<'_>) -> bool {
    view.estate.lists(Listed::Roles, Some(missing.arn.account))
}
