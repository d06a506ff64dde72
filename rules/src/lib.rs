//! The rules, one a file, and the identity providers that irsa-lint knows.

pub mod errors;
#[cfg(test)]
mod examples;
pub mod faults;
#[cfg(test)]
mod fixes;
pub mod github;
pub mod idp_controls;
pub mod kubernetes;
pub mod misformed;
pub mod missing_role;
pub mod pairing;
pub mod pods;
pub mod providers;
pub mod refusals;
pub mod role_arn;
pub mod segments;
pub mod statements;
pub mod tenants;
#[cfg(test)]
mod testing;
pub mod webhook;
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
    aws_auth {
        role_path_in_aws_auth: RolePathInAwsAuth,
    }
    condition {
        vacuous_set_operator: VacuousSetOperator,
    }
    grammar {
        duplicate_key: DuplicateKey,
        not_action: NotAction,
        not_principal: NotPrincipal,
        refused_by_iam: RefusedByIam,
        unknown_operator: UnknownOperator,
    }
    link {
        account_differs: AccountDiffers,
        pod_not_injected: PodNotInjected,
        role_absent: RoleAbsent,
        service_account_not_admitted: ServiceAccountNotAdmitted,
        static_credentials: StaticCredentials,
        workload_service_account: WorkloadServiceAccount,
    }
    nobody {
        audience_is_azp: AudienceIsAzp,
        contradictory_conditions: ContradictoryConditions,
        custom_subject: CustomSubject,
        dead_statement: DeadStatement,
        dead_value: DeadValue,
        empty_values: EmptyValues,
        everything_denied: EverythingDenied,
        foreign_provider: ForeignProvider,
        github_id_subject: GithubIdSubject,
        illegal_subject: IllegalSubject,
        issuer_mismatch: IssuerMismatch,
        literal_wildcard: LiteralWildcard,
        malformed_key: MalformedKey,
        malformed_provider_arn: MalformedProviderArn,
        placeholder: Placeholder,
        provider_under_aws: ProviderUnderAws,
        scheme_in_key: SchemeInKey,
        shadowed_statement: ShadowedStatement,
        subject_letter_case: SubjectLetterCase,
        unknown_claim: UnknownClaim,
        volatile_subject: VolatileSubject,
        wrong_action: WrongAction,
        wrong_audience: WrongAudience,
    }
    pod_identity {
        missing_tag_session: MissingTagSession,
        pod_identity_any_cluster: PodIdentityAnyCluster,
        pod_identity_not_trusted: PodIdentityNotTrusted,
        pod_identity_other_account: PodIdentityOtherAccount,
    }
    provider {
        client_id_missing: ClientIdMissing,
        issuer_trailing_slash: IssuerTrailingSlash,
        provider_missing: ProviderMissing,
    }
    service_account {
        annotation_duplicated: AnnotationDuplicated,
        annotation_misplaced: AnnotationMisplaced,
        annotation_missing: AnnotationMissing,
        annotation_misspelt: AnnotationMisspelt,
        role_arn_malformed: RoleArnMalformed,
        role_arn_not_a_role: RoleArnNotARole,
    }
    too_wide {
        any_branch: AnyBranch,
        any_name_in_namespace: AnyNameInNamespace,
        any_namespace: AnyNamespace,
        any_service_account: AnyServiceAccount,
        everyone: Everyone,
        missing_audience: MissingAudience,
        open_namespace_prefix: OpenNamespacePrefix,
        shared_issuer_strangers: SharedIssuerStrangers,
        whole_tenant: WholeTenant,
    }
}
