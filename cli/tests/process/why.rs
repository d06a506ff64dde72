//! `why` with an error text and with a token, and what `can-assume` says of a token.

use crate::run::{Bench, ISSUER, narrow};

/// RFC 4648, section 5, without padding.
fn base64url(bytes: &[u8]) -> String {
    const SIGNS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut out = String::new();
    for chunk in bytes.chunks(3) {
        let at = |index: usize| u32::from(chunk.get(index).copied().unwrap_or(0));
        let bits = at(0) << 16 | at(1) << 8 | at(2);
        for sign in 0..=chunk.len() {
            out.push(char::from(SIGNS[(bits >> (18 - 6 * sign) & 63) as usize]));
        }
    }
    out
}

fn payload(subject: &str, audience: &str, exp: u64) -> String {
    format!(r#"{{"iss": "{ISSUER}", "sub": "{subject}", "aud": {audience}, "iat": 1700000000, "exp": {exp}, "jti": "4711"}}"#)
}

fn jwt(header: &str, payload: &str) -> String {
    format!("{}.{}.{}", base64url(header.as_bytes()), base64url(payload.as_bytes()), base64url(b"not a signature"))
}

const RS256: &str = r#"{"alg": "RS256", "kid": "1"}"#;
const APP: &str = "system:serviceaccount:prod:app";
const FAR: u64 = 4_000_000_000;
const STS: &str = r#""sts.amazonaws.com""#;

#[test]
fn a_token_is_told_of_and_never_shown() {
    let token = jwt(RS256, &payload(APP, STS, FAR));
    let bench = Bench::new(&[("trust.json", &narrow()), ("token", &token)]);
    for args in [
        ["can-assume", "trust.json", "--token", "token"].as_slice(),
        &["can-assume", "trust.json", "--token", "token", "--format", "json"],
        &["why", "trust.json", "--token", "token"],
        &["why", "trust.json", "--token", "token", "--format", "json"],
    ] {
        let ran = bench.run(args);
        assert!(ran.out.contains(APP) && ran.out.contains("2096-10-02"), "{}", ran.out);
        for part in token.split('.') {
            assert!(!ran.out.contains(part) && !ran.err.contains(part), "{args:?}: {}", ran.out);
        }
    }
    assert_eq!(bench.run(&["can-assume", "trust.json", "--token", "token"]).code, 0);
    assert!(bench.run(&["can-assume", "trust.json", "--token", "token"]).out.contains("its signature is not checked"));
    let broken = bench.run_with(&["can-assume", "trust.json", "--token", "-"], &token.replace('.', ""));
    assert!(
        broken.code == 2 && !token.split('.').any(|part| broken.err.contains(part)) && broken.err.contains("not a valid JWT"),
        "{}",
        broken.err
    );
}

#[test]
fn an_expired_token_is_explained() {
    let bench = Bench::new(&[("trust.json", &narrow()), ("late", &payload(APP, STS, 1_700_003_600))]);
    let ran = bench.run(&["can-assume", "trust.json", "--token", "late"]);
    assert!(ran.out.contains("expired 2023-11-14 23:13:20 UTC") && ran.out.contains("ExpiredTokenException"), "{}", ran.out);
    let ran = bench.run(&["why", "trust.json", "--token", "late"]);
    assert!(ran.code == 1 && ran.out.contains("✗ token") && ran.out.contains("so STS refuses it now"), "{}", ran.out);
    let denied = "AccessDenied: Not authorized to perform sts:AssumeRoleWithWebIdentity";
    let ran = bench.run(&["why", "trust.json", "--token", "late", "--error", denied]);
    assert!(ran.out.contains("it was good when it was sent"), "{}", ran.out);
    assert!(ran.out.contains("according to these documents the caller is let in"), "{}", ran.out);
    let expired = "Token expired: current date/time 1700090000 must be before the expiration date/time 1700003600";
    let ran = bench.run(&["why", "trust.json", "--token", "late", "--error", expired]);
    assert!(ran.code == 1 && ran.out.contains("it had expired 24 hours before it was sent"), "{}", ran.out);
}

#[test]
fn a_token_that_sts_refuses_by_its_form() {
    let bench = Bench::new(&[("trust.json", &narrow())]);
    for (token, words) in [
        (payload(APP, r#"["a", "b"]"#, FAR), "2 audiences"),
        (payload(APP, "null", FAR), "no audience"),
        (jwt(r#"{"alg": "HS256"}"#, &payload(APP, STS, FAR)), "`HS256`"),
        (jwt(r#"{"alg": "RS256", "typ": "at+jwt"}"#, &payload(APP, STS, FAR)), "access token"),
        (format!(r#"{{"iss": "kubernetes/serviceaccount", "sub": "{APP}"}}"#), "Kubernetes Secret"),
    ] {
        let ran = bench.run_with(&["why", "trust.json", "--token", "-"], &token);
        assert!(ran.code == 1 && ran.out.contains("✗ token") && ran.out.contains(words), "{words}: {}", ran.out);
        let ran = bench.run_with(&["can-assume", "trust.json", "--token", "-"], &token);
        assert!(ran.code == 1 && ran.out.starts_with("denied by the token") && ran.out.contains(words), "{words}: {}", ran.out);
    }
}

#[test]
fn a_wrong_audience_names_what_is_registered() {
    let provider = format!(r#"{{"Url": "{}", "ClientIDList": ["vault", "sts.amazonaws.com.cn"]}}"#, ISSUER.trim_start_matches("https://"));
    let bench = Bench::new(&[("trust.json", &narrow()), ("provider.json", &provider), ("token", &payload(APP, STS, FAR))]);
    let ran = bench.run(&["why", "trust.json", "provider.json", "--token", "token"]);
    for words in ["✗ audience", "`sts.amazonaws.com`", "`vault`", "`sts.amazonaws.com.cn`", "add-client-id-to-open-id-connect-provider"] {
        assert!(ran.out.contains(words), "{words}: {}", ran.out);
    }
}

#[test]
fn an_error_alone_says_what_to_give_next() {
    let bench = Bench::new(&[]);
    let ran = bench.run(&["why", "--error", "Not authorized to perform sts:AssumeRoleWithWeb\nIdentity"]);
    assert!(ran.code == 1 && ran.out.contains("aws iam get-role") && ran.out.contains("--token FILE"), "{}{}", ran.out, ran.err);
    let issuer = "InvalidIdentityToken: No OpenIDConnect provider found in your account for https://idp.example.com/";
    let ran = bench.run(&["why", "--error", issuer]);
    assert!(ran.code == 1 && ran.out.contains("✗ provider") && ran.out.contains("`idp.example.com/`"), "{}", ran.out);
    let ran = bench.run(&["why", "--error", "something else went wrong"]);
    assert!(ran.code == 0 && ran.out.contains("irsa-lint does not know this error"), "{}", ran.out);
}

#[test]
fn machines_get_what_an_error_proves() {
    let bench = Bench::new(&[("trust.json", &narrow())]);
    let (answer, code) =
        bench.json(&["why", "trust.json", "--error", "An error occurred (InvalidIdentityToken): Incorrect token audience"]);
    assert_eq!((answer["error"]["id"].as_str(), code), (Some("sts-audience"), 1));
    assert_eq!((answer["error"]["in_order"][0].as_str(), answer["error"]["at_fault"][0].as_str()), (Some("provider"), Some("audience")));
    let broken = usize::try_from(answer["broken"].as_u64().unwrap()).unwrap();
    assert_eq!(answer["chain"][broken]["link"], "audience");
}

#[test]
fn which_role_is_meant_is_asked_only_where_it_counts() {
    let role = |name: &str| {
        format!(
            r#"{{"Role": {{"RoleName": "{name}", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/{name}", "AssumeRolePolicyDocument": {}}}}}"#,
            narrow()
        )
    };
    let bench = Bench::new(&[("a.json", &role("a")), ("b.json", &role("b"))]);
    let why = |error: &str| bench.run(&["why", "a.json", "b.json", "--error", error]);
    let denied = why("Not authorized to perform sts:AssumeRoleWithWebIdentity");
    assert!(denied.code == 2 && denied.err.contains("several roles"), "{}", denied.err);
    let named = "User: x is not authorized to perform: sts:AssumeRoleWithWebIdentity on resource: arn:aws:iam::111122223333:role/b";
    assert_eq!(why(named).code, 1, "{}", why(named).err);
    let missing = why("No OpenIDConnect provider found in your account for https://idp.example.com");
    assert!(missing.code == 1 && missing.out.contains("✗ provider"), "{}{}", missing.out, missing.err);
    let expired = why("The web identity token that was passed is expired");
    assert!(expired.code == 1 && expired.out.contains("✗ token"), "{}{}", expired.out, expired.err);
    let stored = why("MalformedPolicyDocument: Has prohibited field Resource");
    assert!(stored.code == 1 && stored.out.contains("✗ statement"), "{}{}", stored.out, stored.err);
}

#[test]
fn a_second_hop_is_told_from_the_first() {
    let role = r#"{"Role": {"RoleName": "dns", "Path": "/", "Arn": "arn:aws:iam::444455556666:role/dns", "AssumeRolePolicyDocument": {
        "Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::444455556666:root"}, "Action": "sts:AssumeRole"}]}}}"#;
    let bench = Bench::new(&[("role.json", role)]);
    let denied = |target: &str| {
        format!("User: arn:aws:sts::111122223333:assumed-role/app/17 is not authorized to perform: sts:AssumeRole on resource: {target}")
    };
    let ran = bench.run(&["why", "role.json", "--error", &denied("arn:aws:iam::444455556666:role/dns")]);
    assert!(ran.out.contains("role `dns` does not trust role `app` of account 111122223333"), "{}", ran.out);
    let ran = bench.run(&["why", "role.json", "--error", &denied("arn:aws:iam::111122223333:role/app")]);
    assert!(ran.out.contains("assumes the same role"), "{}", ran.out);
}

#[test]
fn an_association_is_walked_to_the_trust_policy() {
    let association = r#"{"association": {"clusterName": "prod", "namespace": "payments", "serviceAccount": "api", "roleArn": "arn:aws:iam::111122223333:role/api"}}"#;
    let role = |action: &str| {
        format!(
            r#"{{"Role": {{"RoleName": "api", "Path": "/", "Arn": "arn:aws:iam::111122223333:role/api", "AssumeRolePolicyDocument": {{
            "Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Principal": {{"Service": "pods.eks.amazonaws.com"}}, "Action": {action}}}]}}}}}}"#
        )
    };
    let account = "apiVersion: v1\nkind: ServiceAccount\nmetadata: {name: api, namespace: payments}\n";
    let why = |action: &str| {
        let bench = Bench::new(&[("a.json", association), ("role.json", &role(action)), ("sa.yaml", account)]);
        bench.run(&["why", "."])
    };
    let good = why(r#"["sts:AssumeRole", "sts:TagSession"]"#);
    assert!(good.code == 0 && good.out.contains("lets EKS Pod Identity assume the role"), "{}", good.out);
    let bad = why(r#""sts:AssumeRole""#);
    assert!(bad.code == 1 && bad.out.contains("not tag the session"), "{}", bad.out);
}

#[test]
fn machines_get_the_errors_as_well() {
    let bench = Bench::new(&[("trust.json", &narrow()), ("broken.json", "{\"AssumeRolePolicyDocument\": ")]);
    for args in [
        ["why", "trust.json", "broken.json"].as_slice(),
        &["can-assume", "trust.json", "broken.json", "--subject", APP, "--issuer", ISSUER],
    ] {
        let (answer, code) = bench.json(args);
        assert_eq!((answer["errors"].as_array().unwrap().len(), code), (1, 2), "{answer}");
    }
}

#[test]
fn without_a_token_the_documents_show_a_wrong_client_id() {
    let bench = Bench::new(&[
        ("trust.json", &narrow()),
        ("provider.json", &format!(r#"{{"Url": "{}", "ClientIDList": ["sts.amazon.com"]}}"#, ISSUER.trim_start_matches("https://"))),
    ]);
    let ran = bench.run(&["why", ".", "--error", "InvalidIdentityToken: Incorrect token audience"]);
    assert!(ran.code == 1 && ran.out.contains("✗ audience") && ran.out.contains("`sts.amazon.com`"), "{}", ran.out);
}

#[test]
fn what_is_likely_wrong_with_the_policy_is_said_where_the_caller_is_not_known() {
    let issuer = "token.actions.githubusercontent.com";
    let policy = narrow().replace(ISSUER.trim_start_matches("https://"), issuer).replace(APP, "repo:acme-example/web");
    let bench = Bench::new(&[("trust.json", &policy)]);
    let ran = bench.run(&["why", ".", "--error", "Not authorized to perform sts:AssumeRoleWithWebIdentity"]);
    assert!(ran.out.contains("? condition") && ran.out.contains("`repo:acme-example/web:pull_request`"), "{}", ran.out);
}
