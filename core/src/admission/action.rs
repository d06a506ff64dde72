//! Whether a statement speaks of an action. Letter case is ignored, `*` and `?` are wildcards. Source: IAM User Guide, "Action".

use super::language::Glob;
use crate::policy::Action;

/// The action that a pod's SDK calls.
pub const WEB_IDENTITY: &str = "sts:AssumeRoleWithWebIdentity";
/// What session tags in the token need.
pub const TAG_SESSION: &str = "sts:TagSession";
/// What a source identity in the token needs.
pub const SET_SOURCE_IDENTITY: &str = "sts:SetSourceIdentity";

/// Whether the action element speaks of `action`.
#[must_use]
pub fn speaks_of(element: &Action, action: &str) -> bool {
    if element.span.is_none() {
        return false;
    }
    let any = element.patterns.iter().any(|pattern| pattern_matches(&pattern.text, action));
    any != element.negated
}

/// Whether one pattern speaks of `action`.
#[must_use]
pub fn pattern_matches(pattern: &str, action: &str) -> bool {
    if pattern.eq_ignore_ascii_case(action) {
        return true;
    }
    let is_glob = memchr::memchr2(b'*', b'?', pattern.as_bytes()).is_some();
    is_glob && Glob::parse(&pattern.to_ascii_lowercase()).matches(&action.to_ascii_lowercase())
}
