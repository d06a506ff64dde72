//! The IAM grammar of a trust policy: what is written, not what it means. Source: IAM User Guide, "Grammar of the IAM JSON policy language".
//! Knows nothing of issuers' subjects and of tokens.

mod arn;
mod operator;
mod read;
mod statement;
mod value;
mod variable;

pub use arn::{Arn, ProviderArn};
pub use operator::{Base, Operator, SetPrefix, suggest as suggest_operator};
pub use read::read;
pub use statement::{Action, Condition, Effect, Operation, Principal, PrincipalKind, Principals, Statement, TrustPolicy, Violation, ViolationKind};
pub use value::Text;
pub use variable::{Part, Template};
