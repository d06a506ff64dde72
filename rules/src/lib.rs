//! The rules, one a file, and the identity providers that irsa-lint knows.

#[cfg(test)]
mod breadth_table;
pub mod configuration;
pub mod errors;
#[cfg(test)]
mod examples;
pub mod families;
pub mod mend;
pub mod objects;
pub mod providers;
#[cfg(test)]
mod testing;
pub mod trust;

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
    access_entry {
        access_entry_principal: AccessEntryPrincipal,
        access_entry_system_group: AccessEntrySystemGroup,
    }
    argocd {
        argocd_annotation_missing: ArgocdAnnotationMissing,
        argocd_role_arn: ArgocdRoleArn,
        argocd_role_not_mapped: ArgocdRoleNotMapped,
        argocd_subject_missing: ArgocdSubjectMissing,
    }
    aws_auth {
        aws_auth_no_caller: AwsAuthNoCaller,
        aws_auth_twice: AwsAuthTwice,
        aws_auth_unreadable: AwsAuthUnreadable,
        cluster_admin_assumable: ClusterAdminAssumable,
        mapped_role_absent: MappedRoleAbsent,
        role_path_in_aws_auth: RolePathInAwsAuth,
    }
    ci {
        gitlab_job_token: GitlabJobToken,
        missing_id_token_permission: MissingIdTokenPermission,
        pull_request_target_role: PullRequestTargetRole,
        workflow_audience: WorkflowAudience,
        workflow_not_admitted: WorkflowNotAdmitted,
        workflow_role_absent: WorkflowRoleAbsent,
        workflow_role_arn: WorkflowRoleArn,
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
        chained_session_too_long: ChainedSessionTooLong,
        cluster_issuer_differs: ClusterIssuerDiffers,
        deleted_principal: DeletedPrincipal,
        pod_not_injected: PodNotInjected,
        role_absent: RoleAbsent,
        role_assumes_itself: RoleAssumesItself,
        same_name_two_namespaces: SameNameTwoNamespaces,
        second_role_not_trusting: SecondRoleNotTrusting,
        service_account_not_admitted: ServiceAccountNotAdmitted,
        static_credentials: StaticCredentials,
        subject_without_service_account: SubjectWithoutServiceAccount,
        unused_role: UnusedRole,
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
        association_account_absent: AssociationAccountAbsent,
        association_duplicated: AssociationDuplicated,
        association_not_admitted: AssociationNotAdmitted,
        irsa_could_be_pod_identity: IrsaCouldBePodIdentity,
        missing_tag_session: MissingTagSession,
        pod_identity_any_cluster: PodIdentityAnyCluster,
        pod_identity_condition_dead: PodIdentityConditionDead,
        pod_identity_not_trusted: PodIdentityNotTrusted,
        pod_identity_on_fargate: PodIdentityOnFargate,
        pod_identity_other_account: PodIdentityOtherAccount,
        pod_identity_principal_misspelt: PodIdentityPrincipalMisspelt,
        pod_identity_through_proxy: PodIdentityThroughProxy,
        target_role_not_trusting: TargetRoleNotTrusting,
    }
    provider {
        audience_not_registered: AudienceNotRegistered,
        client_id_missing: ClientIdMissing,
        cluster_without_provider: ClusterWithoutProvider,
        issuer_trailing_slash: IssuerTrailingSlash,
        provider_missing: ProviderMissing,
        provider_refused_by_iam: ProviderRefusedByIam,
        provider_url_not_issuer: ProviderUrlNotIssuer,
        thumbprint_not_needed: ThumbprintNotNeeded,
    }
    service_account {
        annotation_and_association: AnnotationAndAssociation,
        annotation_duplicated: AnnotationDuplicated,
        annotation_misplaced: AnnotationMisplaced,
        annotation_missing: AnnotationMissing,
        annotation_misspelt: AnnotationMisspelt,
        annotation_not_a_string: AnnotationNotAString,
        audience_malformed: AudienceMalformed,
        automount_off: AutomountOff,
        role_arn_malformed: RoleArnMalformed,
        role_arn_not_a_role: RoleArnNotARole,
        sts_regional_endpoints: StsRegionalEndpoints,
        token_expiration: TokenExpiration,
    }
    too_wide {
        any_branch: AnyBranch,
        any_name_in_namespace: AnyNameInNamespace,
        any_namespace: AnyNamespace,
        any_service_account: AnyServiceAccount,
        called_workflow: CalledWorkflow,
        deny_does_not_protect: DenyDoesNotProtect,
        everyone: Everyone,
        guest_identity: GuestIdentity,
        missing_audience: MissingAudience,
        open_namespace_prefix: OpenNamespacePrefix,
        pull_request_subject: PullRequestSubject,
        recyclable_name: RecyclableName,
        shared_issuer_strangers: SharedIssuerStrangers,
        unknown_issuer: UnknownIssuer,
        whole_tenant: WholeTenant,
    }
    workload {
        projected_token_audience: ProjectedTokenAudience,
        service_account_misplaced: ServiceAccountMisplaced,
        skip_containers_mismatch: SkipContainersMismatch,
        stale_pod: StalePod,
        token_file_missing: TokenFileMissing,
        token_unreadable: TokenUnreadable,
        webhook_absent: WebhookAbsent,
        webhook_skipped: WebhookSkipped,
    }
}
