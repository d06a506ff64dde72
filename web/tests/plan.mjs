// A Terraform plan of 10,000 roles in one line of 27 MB, the one that scripts/bench measures with: every tenth trust policy is too wide.
const ACCOUNT = "111122223333";
const hex = (n) => (0x5eed000000000000n * 977n + BigInt(n % 20)).toString(16).toUpperCase().padStart(32, "0");

function policy(n) {
  const issuer = `oidc.eks.eu-central-1.amazonaws.com/id/${hex(n)}`;
  const [operator, subject] = { 3: ["StringLike", "*:*"], 11: ["StringLike", `team-${n % 150}:*`] }[n % 20] ?? ["StringEquals", `team-${n % 150}:app-${n}`];
  const Condition = { StringEquals: { [`${issuer}:aud`]: "sts.amazonaws.com" } };
  Condition[operator] = { ...Condition[operator], [`${issuer}:sub`]: `system:serviceaccount:${subject}` };
  const Principal = { Federated: `arn:aws:iam::${ACCOUNT}:oidc-provider/${issuer}` };
  return { Version: "2012-10-17", Statement: [{ Sid: "WebIdentity", Effect: "Allow", Principal, Action: "sts:AssumeRoleWithWebIdentity", Condition }] };
}

export function plan(roles = 10_000) {
  const all = (make) => Array.from({ length: roles }, (_, n) => make(n));
  const tags = (n) => ({ team: `team-${n % 150}`, stage: "production" });
  const values = (n) => ({
    assume_role_policy: JSON.stringify(policy(n)), description: `for app-${n}`, force_detach_policies: false, max_session_duration: 3600,
    name: `app-${n}`, path: "/", permissions_boundary: null, tags: tags(n), tags_all: tags(n),
  });
  const head = (n) => ({
    address: `aws_iam_role.app_${n}`, mode: "managed", type: "aws_iam_role", name: `app_${n}`, provider_name: "registry.terraform.io/hashicorp/aws",
  });
  const sensitive = { tags: {}, tags_all: {} };
  const unknown = { arn: true, create_date: true, id: true, inline_policy: true, managed_policy_arns: true, tags: {}, unique_id: true };
  const document = (n) => `data.aws_iam_policy_document.app_${n}`;
  return JSON.stringify({
    format_version: "1.2",
    terraform_version: "1.12.0",
    planned_values: { root_module: { resources: all((n) => ({ ...head(n), schema_version: 0, values: values(n), sensitive_values: sensitive })) } },
    resource_changes: all((n) => ({
      ...head(n),
      change: { actions: ["create"], before: null, after: values(n), after_unknown: unknown, before_sensitive: false, after_sensitive: sensitive },
    })),
    configuration: {
      root_module: {
        resources: all((n) => ({
          ...head(n), provider_config_key: "aws", schema_version: 0,
          expressions: {
            assume_role_policy: { references: [`${document(n)}.json`, document(n)] },
            description: { constant_value: `for app-${n}` }, name: { constant_value: `app-${n}` },
          },
        })),
      },
    },
  });
}
