//! The one place where these tests touch core's evaluator and its set algebra, so that a change of their interface is a change here alone.

use serde_json::Value;

use crate::reference::Call;

/// What core's evaluator answers; `None` where it is not there to be asked.
#[must_use]
pub fn core_decision(_policy: &Value, _call: &Call) -> Option<&'static str> {
    None
}

/// Whether the admitted set that core computes from the policy alone contains the token; `None` where core cannot say.
#[must_use]
pub fn set_contains(_policy: &Value, _call: &Call) -> Option<bool> {
    None
}
