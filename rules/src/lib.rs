//! The rules, one a file, and the identity providers that irsa-lint knows.

#[cfg(test)]
mod examples;
pub mod faults;
pub mod kubernetes;
pub mod providers;
#[cfg(test)]
mod testing;
pub mod wide;

use irsa_lint_core::rule::Rule;

/// Makes the modules and the registry at once, so that half a registration is impossible. One rule a line, sorted.
macro_rules! catalogue {
    ($($family:ident { $($file:ident: $rule:ident,)* })*) => {
        $(
            #[doc = concat!("The family `", stringify!($family), "`.")]
            pub mod $family {
                $(pub mod $file;)*
            }
        )*

        /// All rules.
        pub static RULES: &[&dyn Rule] = &[$($(&$family::$file::$rule,)*)*];
    };
}

catalogue! {
    grammar {
        duplicate_key: DuplicateKey,
        policy_grammar: PolicyGrammar,
        refused_by_iam: RefusedByIam,
        unknown_operator: UnknownOperator,
    }
    nobody {
        contradictory_conditions: ContradictoryConditions,
        dead_statement: DeadStatement,
        everything_denied: EverythingDenied,
        foreign_provider: ForeignProvider,
        illegal_subject: IllegalSubject,
        issuer_mismatch: IssuerMismatch,
        literal_wildcard: LiteralWildcard,
        malformed_key: MalformedKey,
        malformed_provider_arn: MalformedProviderArn,
        placeholder: Placeholder,
        provider_under_aws: ProviderUnderAws,
        scheme_in_key: SchemeInKey,
        unknown_claim: UnknownClaim,
        wrong_action: WrongAction,
        wrong_audience: WrongAudience,
    }
    too_wide {
        any_service_account: AnyServiceAccount,
    }
}
