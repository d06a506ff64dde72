//! Random trust policies: every operator family, negations, Deny, foreign keys, variables, and principals of every kind.

use serde_json::{Map, Value, json};

use super::Random;
use super::words::{self, ISSUERS};

/// A trust policy about tokens of this issuer.
pub fn policy(random: &mut Random, issuer: &str) -> Value {
    let count = 1 + random.weighted(&[(50, 0), (30, 1), (15, 2), (5, 3)]);
    let mut statements: Vec<Value> = (0..count).map(|_| statement(random, issuer)).collect();
    let mut policy = Map::new();
    if let Some(version) = random.weighted(&[(75, Some("2012-10-17")), (12, Some("2008-10-17")), (13, None)]) {
        policy.insert("Version".to_owned(), json!(version));
    }
    let alone = if count == 1 && random.chance(20) { statements.pop() } else { None };
    policy.insert("Statement".to_owned(), alone.unwrap_or(Value::Array(statements)));
    Value::Object(policy)
}

fn statement(random: &mut Random, issuer: &str) -> Value {
    let mut statement = Map::new();
    statement.insert("Effect".to_owned(), json!(random.weighted(&[(72, "Allow"), (28, "Deny")])));
    let who = if random.chance(4) { "NotPrincipal" } else { "Principal" };
    statement.insert(who.to_owned(), principal(random, issuer));
    let (what, actions) = action(random);
    statement.insert(what.to_owned(), actions);
    if random.chance(92) {
        statement.insert("Condition".to_owned(), condition(random, issuer));
    }
    Value::Object(statement)
}

fn arn(account: &str, issuer: &str) -> String {
    format!("arn:aws:iam::{account}:oidc-provider/{issuer}")
}

fn principal(random: &mut Random, issuer: &str) -> Value {
    let own = arn("111122223333", issuer);
    let issuer_of_other = *random.pick(&ISSUERS);
    let other = arn("111122223333", issuer_of_other);
    match random.weighted(&[(70, 0), (8, 1), (4, 2), (2, 3), (2, 4), (2, 5), (2, 6), (2, 7), (2, 8), (2, 9), (2, 10), (2, 11)]) {
        0 => json!({"Federated": own}),
        1 => json!({"Federated": [other, own]}),
        2 => json!({"Federated": other}),
        3 => json!("*"),
        4 => json!({"AWS": "*"}),
        5 => json!({"Federated": "*"}),
        6 => json!({"Federated": arn("444455556666", issuer)}),
        7 => json!({"Federated": arn("111122223333", "*")}),
        8 => json!({"AWS": own}),
        9 => json!({"Service": "ec2.amazonaws.com", "Federated": [own]}),
        10 => json!({"AWS": "arn:aws:iam::111122223333:root"}),
        _ => json!({"Federated": own.to_ascii_uppercase()}),
    }
}

fn action(random: &mut Random) -> (&'static str, Value) {
    let plain = json!("sts:AssumeRoleWithWebIdentity");
    match random.weighted(&[(70, 0), (8, 1), (4, 2), (3, 3), (3, 4), (3, 5), (3, 6), (2, 7), (2, 8), (2, 9)]) {
        0 => ("Action", plain),
        1 => ("Action", json!(["sts:AssumeRoleWithWebIdentity", "sts:TagSession", "sts:SetSourceIdentity"])),
        2 => ("Action", json!("sts:*")),
        3 => ("Action", json!("STS:assume*")),
        4 => ("Action", json!("*")),
        5 => ("Action", json!("sts:AssumeRole")),
        6 => ("Action", json!(["sts:TagSession", "sts:?ssumeRoleWithWebIdentity"])),
        7 => ("NotAction", json!("sts:AssumeRole")),
        8 => ("NotAction", json!(["s3:*", "sts:Tag*"])),
        _ => ("NotAction", plain),
    }
}

fn condition(random: &mut Random, issuer: &str) -> Value {
    let mut block = Map::new();
    for _ in 0..random.weighted(&[(45, 1), (40, 2), (15, 3)]) {
        let (key, claim) = key(random, issuer);
        let operator = operator(random, claim);
        let values = values(random, issuer, claim, &operator);
        let entry = block.entry(operator).or_insert_with(|| json!({}));
        if let Some(keys) = entry.as_object_mut() {
            keys.insert(key, values);
        }
    }
    Value::Object(block)
}

/// A key, and the claim (or global key) that it means.
fn key(random: &mut Random, issuer: &str) -> (String, &'static str) {
    let global = [
        "aws:SourceIp",
        "aws:PrincipalType",
        "aws:PrincipalArn",
        "aws:SecureTransport",
        "sts:RoleAuthorizedByIdp",
        "sts:RoleSessionName",
        "aws:FederatedProvider",
        "aws:userid",
    ];
    if random.chance(8) {
        let key = *random.pick(&global);
        return (key.to_owned(), key);
    }
    let claim = random.weighted(&[
        (50, "sub"),
        (22, "aud"),
        (4, "oaud"),
        (3, "azp"),
        (5, "email"),
        (6, "amr"),
        (4, "repository"),
        (2, "ref"),
        (2, "environment"),
        (1, "iss"),
        (1, "namespace"),
    ]);
    let of = match random.weighted(&[(88, 0), (5, 1), (3, 2), (2, 3), (2, 4)]) {
        0 => issuer.to_owned(),
        1 => (*random.pick(&ISSUERS)).to_owned(),
        2 => format!("https://{issuer}"),
        3 => format!("{issuer}/"),
        _ => issuer.trim_end_matches('/').to_owned(),
    };
    let key = format!("{of}:{claim}");
    let key = match random.below(20) {
        0 => key.to_ascii_uppercase(),
        1 => key.to_ascii_lowercase(),
        _ => key,
    };
    (key, claim)
}

fn operator(random: &mut Random, claim: &str) -> String {
    if random.chance(5) {
        return "Null".to_owned();
    }
    let special: &[&str] = match claim {
        "aws:SourceIp" => &["IpAddress", "NotIpAddress", "IpAddressIfExists"],
        "aws:SecureTransport" | "sts:RoleAuthorizedByIdp" => &["Bool", "BoolIfExists"],
        "aws:userid" | "aws:FederatedProvider" => &["ArnLike", "ArnNotLike", "ArnEquals", "StringEquals", "StringLike"],
        _ => &[],
    };
    if !special.is_empty() {
        return (*random.pick(special)).to_owned();
    }
    let base = random.weighted(&[
        (34, "StringEquals"),
        (36, "StringLike"),
        (8, "StringNotEquals"),
        (8, "StringNotLike"),
        (5, "StringEqualsIgnoreCase"),
        (4, "StringNotEqualsIgnoreCase"),
        (1, "ArnLike"),
        (1, "ArnNotEquals"),
        (1, "stringlike"),
    ]);
    let several = claim == "amr";
    let set = match random.below(100) {
        0..7 => "ForAllValues:",
        7..14 => "ForAnyValue:",
        14..70 if several => "ForAnyValue:",
        70..95 if several => "ForAllValues:",
        _ => "",
    };
    let suffix = if random.chance(10) { "IfExists" } else { "" };
    format!("{set}{base}{suffix}")
}

fn values(random: &mut Random, issuer: &str, claim: &str, operator: &str) -> Value {
    if operator == "Null" {
        return random.pick(&[json!("true"), json!("false"), json!(true), json!(false), json!(["true", "false"])]).clone();
    }
    if random.chance(1) {
        return json!([]);
    }
    let count = random.weighted(&[(65, 1), (20, 2), (15, 3)]);
    let mut list: Vec<String> = (0..count).map(|_| one_value(random, issuer, claim)).collect();
    match list.pop() {
        Some(alone) if list.is_empty() && random.chance(80) => json!(alone),
        Some(last) => {
            list.push(last);
            json!(list)
        }
        None => json!([]),
    }
}

fn one_value(random: &mut Random, issuer: &str, claim: &str) -> String {
    let text = |random: &mut Random, list: &[&str]| (*random.pick(list)).to_owned();
    match claim {
        "aws:SourceIp" => return "203.0.113.0/24".to_owned(),
        "aws:SecureTransport" | "sts:RoleAuthorizedByIdp" => return text(random, &["true", "false"]),
        "aws:PrincipalType" => return text(random, &["User", "AssumedRole"]),
        "sts:RoleSessionName" => return text(random, &["nightly", "night*", "run"]),
        "aws:FederatedProvider" | "aws:userid" => {
            let whole = arn("111122223333", issuer);
            return text(random, &[&whole, "arn:aws:iam::*:oidc-provider/*", "arn:aws:iam::444455556666:*"]);
        }
        _ => {}
    }
    let value = words::value(random, issuer, claim);
    match random.below(20) {
        0..9 => words::pattern(random, &value),
        9 => words::damaged(random, &value),
        10 if random.chance(70) => variable(random, issuer, &value),
        _ => value,
    }
}

/// The value with some tail of it behind a policy variable.
fn variable(random: &mut Random, issuer: &str, value: &str) -> String {
    let at = random.below(value.chars().count() + 1);
    let (head, tail): (String, String) = (value.chars().take(at).collect(), value.chars().skip(at).collect());
    match random.below(9) {
        0 => format!("{head}${{*}}{tail}"),
        1 => format!("{head}${{*}}"),
        2 => format!("{head}${{$}}{tail}"),
        3 => format!("{head}${{aws:username}}{tail}"),
        4 => format!("{head}${{aws:PrincipalTag/team, '{tail}'}}"),
        5 => format!("{head}${{aws:PrincipalTag/team,'{tail}'}}"),
        6 => format!("{head}*${{?}}"),
        7 => format!("${{{issuer}:{}}}", random.pick(&["sub", "aud", "email", "amr", "AUD"])),
        _ => format!("{head}${{open:*"),
    }
}
