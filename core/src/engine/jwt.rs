//! A token as people hand it in: a JWT, its payload, or a text that holds one (what `kubectl create token` or a token endpoint prints). Nothing
//! is verified: a signature says who made a token, the question here is what a policy makes of it. No complaint holds any of the text, which
//! may be a secret.

use smol_str::SmolStr;

use super::can_assume::Caller;
use super::claims;
use super::token_check::{Given, Weight};
use crate::admission::{Claim, Token};
use crate::document::without_scheme;

/// What people paste in place of an ID token, by how it begins.
const OTHERS: [(&str, &str); 6] = [
    ("k8s-aws-v1.", "this is the token of `aws eks get-token`, which is for the cluster's API server, not for STS"),
    ("ghs_", "this is a GitHub access token (`GITHUB_TOKEN`), not an ID token; a job gets one with `permissions: id-token: write`"),
    ("ghp_", "this is a GitHub access token, not an ID token; a job gets one with `permissions: id-token: write`"),
    ("github_pat_", "this is a GitHub access token, not an ID token; a job gets one with `permissions: id-token: write`"),
    ("glpat-", "this is a GitLab access token, not an ID token; a job gets one with `id_tokens`"),
    ("sha256~", "this is an OpenShift access token, not an ID token; `oc create token NAME --audience sts.amazonaws.com` makes one"),
];

/// A JWT, or its payload as JSON, with white space, quotes, `Bearer` or a JSON answer around it.
///
/// # Errors
/// Why it is no token that STS could be sent, in a sentence.
pub fn parse(text: &str) -> Result<Given, String> {
    let text = bare(text);
    if let Some((_, what)) = OTHERS.iter().find(|(start, _)| text.starts_with(start) || text.contains(&format!("\"{start}"))) {
        return Err((*what).to_owned());
    }
    let payload = text.starts_with('{').then(|| read(text));
    match (payload, embedded(text)) {
        (Some(Ok(payload)), _) => Ok(payload),
        (_, Some(jwt)) => read(&jwt),
        (Some(complaint), None) => complaint,
        (None, None) => read(text),
    }
}

impl Caller {
    /// Whoever holds a token.
    #[must_use]
    pub fn with_token(given: &Given) -> Self {
        let refused = given.remarks().into_iter().find(|remark| remark.weight == Weight::Refused).map(|remark| remark.message);
        Self { issuer: given.token.issuer.clone(), claims: given.token.claims.clone(), refused }
    }
}

/// Without what is pasted along with a token.
fn bare(text: &str) -> &str {
    let unquoted =
        |text: &'_ str| -> usize { text.len() - text.trim_start_matches(|c: char| c.is_whitespace() || "\"'`".contains(c)).len() };
    let mut text = text.trim_end_matches(|c: char| c.is_whitespace() || "\"'`,;".contains(c));
    for word in ["", "Authorization:", "Bearer "] {
        text = text.get(unquoted(text)..).unwrap_or_default();
        if let Some((head, rest)) = text.split_at_checked(word.len())
            && head.eq_ignore_ascii_case(word)
        {
            text = rest;
        }
    }
    text.get(unquoted(text)..).unwrap_or_default()
}

/// The one JWT that a longer text holds: wrapped over lines, base64 of it as a Kubernetes Secret has it, or in the midst of other words.
fn embedded(text: &str) -> Option<String> {
    let joined: String = text.split_whitespace().collect();
    let is_jwt = |text: &str| text.starts_with("eyJ") && text.matches('.').count() == 2;
    if is_jwt(&joined) && joined.bytes().all(is_of_jwt) {
        return Some(joined);
    }
    // "eyJ" in base64.
    if joined.starts_with("ZXlK") {
        return base64url(&joined).and_then(|bytes| String::from_utf8(bytes).ok()).filter(|text| is_jwt(text));
    }
    let mut found = text.split(|c: char| !u8::try_from(c).is_ok_and(is_of_jwt)).filter(|word| is_jwt(word));
    let first = found.next()?;
    found.all(|other| other == first).then(|| first.to_owned())
}

fn is_of_jwt(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'=')
}

fn read(text: &str) -> Result<Given, String> {
    let (header, payload) = if text.starts_with('{') { (None, text.to_owned()) } else { parts(text)? };
    // What serde says may quote a value.
    let claims = claims::parse(&payload).map_err(|_| "the token's payload is not a JSON object of claims".to_owned())?;
    let header = header.and_then(|header| claims::parse(&header).ok()).unwrap_or_default();
    let token = Token { issuer: SmolStr::default(), claims };
    let Some(Claim::One(issuer)) = token.claim("iss") else {
        return Err(
            "the token has no issuer (claim `iss`), so it is not an OIDC token: STS would say `The ID Token provided is not a valid JWT`"
                .to_owned(),
        );
    };
    let issuer = without_scheme(issuer).into();
    Ok(Given { token: Token { issuer, claims: token.claims }, header, now: None })
}

/// Header and payload of a JWT.
fn parts(jwt: &str) -> Result<(Option<String>, String), String> {
    let parts: Vec<&str> = jwt.split('.').collect();
    let complaint = match parts.as_slice() {
        [header, payload, _] => {
            let text = |part: &str| String::from_utf8(base64url(part)?).ok();
            let payload = text(payload).ok_or("the token's payload is not base64url of text")?;
            return Ok((text(header), payload));
        }
        [""] => "the token file is empty: STS would say `The ID Token provided is not a valid JWT`",
        [_, _, _, _, _] => "the token is encrypted (a JWE with five parts), but STS only accepts signed tokens (a JWT with three parts)",
        _ if jwt.starts_with('<') => "this is an HTML page, not a token: check what the URL that should return the token answers",
        _ => {
            "neither a JWT (three parts with a dot between) nor a JSON object: an opaque access token, or a cut one? STS would say `The ID Token \
             provided is not a valid JWT`"
        }
    };
    Err(complaint.to_owned())
}

/// RFC 4648, section 5; padding may be left out, as in a JWT.
fn base64url(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut bits, mut held) = (0u32, 0u32);
    for byte in text.trim_end_matches('=').bytes() {
        let value = match byte {
            b'A'..=b'Z' => byte - b'A',
            b'a'..=b'z' => byte - b'a' + 26,
            b'0'..=b'9' => byte - b'0' + 52,
            b'-' | b'+' => 62,
            b'_' | b'/' => 63,
            _ => return None,
        };
        bits = (bits << 6 | u32::from(value)) & 0xFFFF;
        held += 6;
        if held >= 8 {
            held -= 8;
            out.push(u8::try_from(bits >> held & 0xFF).ok()?);
        }
    }
    (held < 6).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    // {"iss":"https://oidc.example.com/é","sub":"a?>","aud":["x","y"],"exp":1}
    const PAYLOAD: &str = r#"{"iss":"https://oidc.example.com/é","sub":"a?>","aud":["x","y"],"exp":1}"#;
    const JWT: &str =
        "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL29pZGMuZXhhbXBsZS5jb20vw6kiLCJzdWIiOiJhPz4iLCJhdWQiOlsieCIsInkiXSwiZXhwIjoxfQ.sig";

    #[test]
    fn a_jwt_and_its_payload_are_the_same_token() {
        let given = parse(JWT).unwrap();
        assert_eq!(given.header, [("alg".into(), Claim::One("none".into()))]);
        let token = given.token;
        assert_eq!(token, parse(PAYLOAD).unwrap().token);
        assert_eq!(token.issuer, "oidc.example.com/é");
        assert_eq!(token.claim("aud"), Some(&Claim::Many(vec!["x".into(), "y".into()])));
        assert_eq!(token.claim("exp"), Some(&Claim::One("1".into())));
    }

    #[test]
    fn what_is_pasted_along_with_it_is_passed_over() {
        let (head, tail) = JWT.split_at(40);
        let secret = "ZXlKaGJHY2lPaUp1YjI1bEluMC5leUpwYzNNaU9pSm9kSFJ3Y3pvdkwyOXBaR011WlhoaGJYQnNaUzVqYjIwdnc2a2lMQ0p6ZFdJaU9pSmhQejRpTENKaGRXUWlPbHNpZUNJc0lua2lYU3dpWlhod0lqb3hmUS5zaWc=";
        for text in [
            format!("  \"{JWT}\"\n"),
            format!("Authorization: Bearer {JWT}"),
            format!("bearer '{JWT}',"),
            format!("{head}\n   {tail}\n"),
            format!(r#"{{"kind": "TokenRequest", "status": {{"expirationTimestamp": "2026", "token": "{JWT}"}}}}"#),
            format!("{{\"count\": 9, \"value\": \"{JWT}\"}}"),
            format!("status:\n  token: {JWT}\n"),
            secret.to_owned(),
        ] {
            assert_eq!(parse(&text), parse(JWT), "{text}");
        }
        assert_eq!(parse(&format!(" '{PAYLOAD}' ")).map(|given| given.token), parse(JWT).map(|given| given.token));
        // Which of two is meant nobody can know.
        assert!(parse(&format!("{JWT} and {}", JWT.replace("sig", "other"))).is_err());
    }

    #[test]
    fn what_is_no_token_is_said() {
        for bad in ["", "abc", "a.b", "a.!!.c", "a.e30.c", "{}", "[1]", "a.b.c.d.e", "{\"iss\": secret}", "ghs_secretsecret"] {
            let complaint = parse(bad).unwrap_err();
            assert!(bad.len() < 5 || !complaint.contains(bad) && !complaint.contains("secret"), "{complaint}");
        }
        let for_cluster = r#"{"kind": "ExecCredential", "status": {"token": "k8s-aws-v1.aHR0cHM6Ly9zdHM"}}"#;
        assert!(parse(for_cluster).unwrap_err().contains("API server"));
        assert!(parse("a.b.c.d.e").unwrap_err().contains("encrypted"));
    }
}
