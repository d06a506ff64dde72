//! The first glance as JSON.

use serde::Serialize;

use super::shape::{LocationJson, RoleJson};
use super::{SCHEMA_VERSION, text};
use crate::engine::glance::Glance;
use crate::report::Run;

#[derive(Serialize)]
struct GlanceJson<'a> {
    schema_version: u32,
    roles: Vec<RoleGlanceJson<'a>>,
    service_accounts: Vec<AccountGlanceJson<'a>>,
}

#[derive(Serialize)]
struct RoleGlanceJson<'a> {
    #[serde(flatten)]
    role: RoleJson<'a>,
    sentence: &'a str,
    open: Option<bool>,
    worst: Option<&'static str>,
}

#[derive(Serialize)]
struct AccountGlanceJson<'a> {
    location: LocationJson<'a>,
    sentence: &'a str,
    help: &'a str,
    gets_in: Option<bool>,
}

/// The first glance.
#[must_use]
pub fn glance(run: &Run<'_>, glance: &Glance) -> String {
    let roles = glance.roles.iter().map(|role| RoleGlanceJson {
        role: RoleJson::of(run.places, &role.role),
        sentence: &role.sentence,
        open: role.open.known(),
        worst: role.worst.map(crate::diagnostic::Severity::name),
    });
    let accounts = glance.accounts.iter().map(|account| AccountGlanceJson {
        location: LocationJson::of(run.places, &account.place),
        sentence: &account.sentence,
        help: &account.help,
        gets_in: account.gets_in.known(),
    });
    text(&GlanceJson { schema_version: SCHEMA_VERSION, roles: roles.collect(), service_accounts: accounts.collect() })
}
