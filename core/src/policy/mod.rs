//! The IAM grammar of a trust policy: what is written, not what it means. Source: IAM User Guide, "Grammar of the IAM JSON policy language".
//! Knows nothing of issuers' subjects and of tokens.

mod arn;
mod mark;
mod operator;
mod read;
mod size;
pub mod spelling;
mod statement;
mod variable;

pub use arn::{Arn, ProviderArn, is_account_id};
pub use mark::{Mark, find_mark};
pub use operator::{Base, Operator, SetPrefix, suggest as suggest_operator};
pub use read::{looks_like_policy, read};
pub use statement::{
    Action, Condition, Effect, Operation, Principal, PrincipalKind, Principals, Statement, TrustPolicy, Version, Violation, ViolationKind,
};
pub use variable::{Part, Template};
