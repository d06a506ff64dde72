//! Writes the large inputs into a folder: a Terraform plan and an account's authorization details of 10,000 roles, 10,000 ServiceAccounts in
//! one YAML file, and a folder of 10,000 trust policies. Every tenth policy is too wide. Always the same bytes.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

const ROLES: usize = 10_000;
const ACCOUNT: &str = "111122223333";

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let folder = std::env::args_os().nth(1).ok_or("a folder is wanted")?;
    let folder = Path::new(&folder);
    fs::create_dir_all(folder.join("policies"))?;
    for n in 0..ROLES {
        fs::write(folder.join(format!("policies/p{n:05}.json")), serde_json::to_string_pretty(&policy(n))?)?;
    }
    fs::write(folder.join("policy.json"), serde_json::to_string_pretty(&policy(1))?)?;
    fs::write(folder.join("accounts.yaml"), (0..ROLES).map(account).collect::<Vec<_>>().join("---\n"))?;
    fs::write(folder.join("plan.json"), plan().to_string())?;
    fs::write(folder.join("dump.json"), serde_json::to_string_pretty(&dump())?)?;
    Ok(())
}

/// One of twenty clusters.
fn issuer(n: usize) -> String {
    format!("oidc.eks.eu-central-1.amazonaws.com/id/{:032X}", 0x5EED_0000_0000_0000_u128 * 977 + (n as u128 % 20))
}

fn policy(n: usize) -> Value {
    let issuer = issuer(n);
    let (team, name) = (n % 150, n);
    let (operator, subject) = match n % 20 {
        3 => ("StringLike", "system:serviceaccount:*:*".to_owned()),
        11 => ("StringLike", format!("system:serviceaccount:team-{team}:*")),
        _ => ("StringEquals", format!("system:serviceaccount:team-{team}:app-{name}")),
    };
    let (aud, sub) = (format!("{issuer}:aud"), format!("{issuer}:sub"));
    let condition = if operator == "StringEquals" {
        json!({ "StringEquals": { aud: "sts.amazonaws.com", sub: subject } })
    } else {
        json!({ "StringEquals": { aud: "sts.amazonaws.com" }, operator: { sub: subject } })
    };
    json!({
        "Version": "2012-10-17",
        "Statement": [{
            "Sid": "WebIdentity",
            "Effect": "Allow",
            "Principal": { "Federated": format!("arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}") },
            "Action": "sts:AssumeRoleWithWebIdentity",
            "Condition": condition,
        }]
    })
}

fn account(n: usize) -> String {
    format!(
        "apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: app-{n}\n  namespace: team-{}\n  labels:\n    \
         app.kubernetes.io/name: app-{n}\n    app.kubernetes.io/part-of: shop\n  annotations:\n    \
         eks.amazonaws.com/role-arn: arn:aws:iam::{ACCOUNT}:role/app-{n}\n    eks.amazonaws.com/sts-regional-endpoints: \"true\"\n\
         automountServiceAccountToken: true\n",
        n % 150
    )
}

fn plan() -> Value {
    let tags = |n: usize| json!({ "team": format!("team-{}", n % 150), "stage": "production" });
    let values = |n: usize| {
        json!({
            "assume_role_policy": policy(n).to_string(),
            "description": format!("for app-{n}"),
            "force_detach_policies": false,
            "max_session_duration": 3600,
            "name": format!("app-{n}"),
            "path": "/",
            "permissions_boundary": null,
            "tags": tags(n),
            "tags_all": tags(n),
        })
    };
    let head = |n: usize| {
        json!({
            "address": format!("aws_iam_role.app_{n}"), "mode": "managed", "type": "aws_iam_role", "name": format!("app_{n}"),
            "provider_name": "registry.terraform.io/hashicorp/aws",
        })
    };
    let with = |mut base: Value, more: Value| {
        if let (Some(base), Value::Object(more)) = (base.as_object_mut(), more) {
            base.extend(more);
        }
        base
    };
    let planned: Vec<Value> = (0..ROLES)
        .map(|n| with(head(n), json!({ "schema_version": 0, "values": values(n), "sensitive_values": { "tags": {}, "tags_all": {} } })))
        .collect();
    let unknown = json!({ "arn": true, "create_date": true, "id": true, "inline_policy": true, "managed_policy_arns": true, "tags": {}, "unique_id": true });
    let changes: Vec<Value> = (0..ROLES)
        .map(|n| {
            let change = json!({
                "actions": ["create"], "before": null, "after": values(n), "after_unknown": unknown,
                "before_sensitive": false, "after_sensitive": { "tags": {}, "tags_all": {} },
            });
            with(head(n), json!({ "change": change }))
        })
        .collect();
    let configured: Vec<Value> = (0..ROLES)
        .map(|n| {
            let document = format!("data.aws_iam_policy_document.app_{n}");
            let expressions = json!({
                "assume_role_policy": { "references": [format!("{document}.json"), document] },
                "description": { "constant_value": format!("for app-{n}") },
                "name": { "constant_value": format!("app-{n}") },
            });
            with(head(n), json!({ "provider_config_key": "aws", "expressions": expressions, "schema_version": 0 }))
        })
        .collect();
    json!({
        "format_version": "1.2",
        "terraform_version": "1.12.0",
        "planned_values": { "root_module": { "resources": planned } },
        "resource_changes": changes,
        "configuration": { "root_module": { "resources": configured } },
    })
}

fn dump() -> Value {
    let role = |n: usize| {
        let attached: Vec<Value> = (0..6)
            .map(|p| json!({ "PolicyName": format!("shared-{p}"), "PolicyArn": format!("arn:aws:iam::{ACCOUNT}:policy/shared-{p}") }))
            .collect();
        let statement = json!({
            "Effect": "Allow",
            "Action": ["s3:GetObject", "s3:ListBucket", "s3:PutObject"],
            "Resource": [format!("arn:aws:s3:::bucket-{n}"), format!("arn:aws:s3:::bucket-{n}/*")],
        });
        json!({
            "Path": "/",
            "RoleName": format!("app-{n}"),
            "RoleId": format!("AROA{n:017}"),
            "Arn": format!("arn:aws:iam::{ACCOUNT}:role/app-{n}"),
            "CreateDate": "2026-01-01T00:00:00+00:00",
            "AssumeRolePolicyDocument": policy(n),
            "InstanceProfileList": [],
            "RolePolicyList": [{ "PolicyName": "own", "PolicyDocument": { "Version": "2012-10-17", "Statement": [statement] } }],
            "AttachedManagedPolicies": attached,
            "Tags": [{ "Key": "team", "Value": format!("team-{}", n % 150) }],
            "RoleLastUsed": { "LastUsedDate": "2026-10-01T00:00:00+00:00", "Region": "eu-central-1" },
        })
    };
    json!({ "UserDetailList": [], "GroupDetailList": [], "RoleDetailList": (0..ROLES).map(role).collect::<Vec<_>>(), "Policies": [] })
}
