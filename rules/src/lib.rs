//! The rules, one a file, and the identity providers that irsa-lint knows.

#[cfg(test)]
mod examples;
pub mod kubernetes;
pub mod providers;
pub mod segments;
pub mod statements;
pub mod tenants;
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
    too_wide {
        any_branch: AnyBranch,
        any_name_in_namespace: AnyNameInNamespace,
        any_namespace: AnyNamespace,
        any_service_account: AnyServiceAccount,
        open_namespace_prefix: OpenNamespacePrefix,
        shared_issuer_strangers: SharedIssuerStrangers,
        whole_tenant: WholeTenant,
    }
}
