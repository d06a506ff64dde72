//! What a trust policy admits, as sets of strings: the algebra, the evaluator of one token, and the questions asked of both.
//! Must not know files, Terraform, Kubernetes documents or rules.

pub mod action;
mod admitted;
mod answer;
mod budget;
mod constraint;
mod context;
mod evaluate;
pub mod fault;
mod grant;
mod issuers;
pub mod key;
pub mod language;
mod legal;
mod number;
pub mod pod_identity;
mod principal;
mod region;
mod specimen;
mod stage;
pub mod summary;
mod token;
pub mod trace;
mod truth;
mod value;
mod witness;
pub mod words;

pub use admitted::{Admission, IssuerAdmission, Spoken, is_surely_empty, issuers_of, spoken};
pub use answer::{Answer, Reason};
pub use budget::Budget;
pub use constraint::Constraint;
pub use context::{Context, Values};
pub use evaluate::{Verdict, condition_holds, decide, decide_policy, statement_matches};
pub use grant::{Grant, settle};
pub use issuers::{Forms, Issuers};
pub use legal::grammar_of;
pub use number::Number;
pub use principal::{BUILT_IN, Federated};
pub use region::Region;
pub use stage::{ROLES_CLAIM, Stage, has_session_tags, has_source_identity, objection};
pub use summary::{Admits, Summary};
pub use token::{Claim, Request, Token};
pub use truth::Truth;
pub use witness::Witness;
