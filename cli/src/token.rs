//! Tokens as the user hands them in: a JWT or its payload, or claims one by one. Nothing is verified: a signature says who made a token,
//! the question here is what a policy makes of it.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use irsa_lint_core::admission::{Claim, Token};
use irsa_lint_core::engine::token_check::Given;
use irsa_lint_core::engine::{Caller, claims};
use smol_str::{SmolStr, format_smolstr};

use crate::args::CallerArgs;
use crate::discover::read_text;

/// The audience of a token where nothing sets another. Source: EKS User Guide, "IAM roles for service accounts".
const DEFAULT_AUDIENCE: &str = "sts.amazonaws.com";

/// The token of `--token`, judged by this machine's clock.
pub fn given(path: &Path) -> Result<Given> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let now = since.and_then(|since| i64::try_from(since.as_secs()).ok());
    Ok(Given { now, ..parse(&read_text(path)?)? })
}

/// The caller that the options describe. `cluster_issuer` is the issuer where no option names one.
pub fn caller(args: &CallerArgs, cluster_issuer: Option<&str>) -> Result<Caller> {
    let subject = match (&args.service_account, &args.subject) {
        (Some(account), _) => {
            let (namespace, name) = service_account(account)?;
            format_smolstr!("system:serviceaccount:{namespace}:{name}")
        }
        (None, Some(subject)) => subject.into(),
        (None, None) => bail!("whose token should be tried? Add --service-account NS/NAME, --subject SUB or --token FILE"),
    };
    let Some(issuer) = args.issuer.as_deref().or(cluster_issuer) else {
        bail!(
            "who issued the token? Add --issuer URL (for an EKS cluster: `aws eks describe-cluster --name NAME --query cluster.identity.oidc.issuer`)"
        );
    };
    let mut claims = grouped(&args.claim)?;
    claims.push(("sub".into(), Claim::One(subject)));
    claims.push(("aud".into(), audience(&args.audience)));
    Ok(Caller { issuer: without_scheme(issuer).into(), claims, refused: None })
}

fn audience(given: &[String]) -> Claim {
    match given {
        [] => Claim::One(DEFAULT_AUDIENCE.into()),
        [one] => Claim::One(one.into()),
        many => Claim::Many(many.iter().map(SmolStr::from).collect()),
    }
}

/// `KEY=VALUE` pairs; of a repeated key the values are a list.
fn grouped(pairs: &[String]) -> Result<Vec<(SmolStr, Claim)>> {
    let mut claims: Vec<(SmolStr, Claim)> = Vec::new();
    for pair in pairs {
        let (key, value) = pair.split_once('=').with_context(|| format!("--claim {pair}: write KEY=VALUE"))?;
        match claims.iter_mut().find(|(known, _)| known == key) {
            Some((_, Claim::Many(values))) => values.push(value.into()),
            Some((_, claim)) => {
                if let Claim::One(first) = claim {
                    *claim = Claim::Many(vec![first.clone(), value.into()]);
                }
            }
            None => claims.push((key.into(), Claim::One(value.into()))),
        }
    }
    Ok(claims)
}

/// Namespace and name of `NS/NAME`.
pub fn service_account(text: &str) -> Result<(SmolStr, SmolStr)> {
    match text.split_once('/') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains('/') => Ok((namespace.into(), name.into())),
        _ => bail!("--service-account {text}: write NAMESPACE/NAME"),
    }
}

/// An issuer as policies write it.
pub fn without_scheme(issuer: &str) -> &str {
    issuer.strip_prefix("https://").unwrap_or(issuer)
}

/// A JWT, or its payload as JSON. No complaint holds any of the text: it may be a secret.
pub fn parse(text: &str) -> Result<Given> {
    let text = text.trim().trim_matches(['"', '\'']).trim();
    let text = text.strip_prefix("Bearer ").unwrap_or(text).trim();
    let (header, payload) = if text.starts_with('{') { (None, text.to_owned()) } else { parts(text)? };
    // What serde says may quote a value.
    let claims = claims::parse(&payload).map_err(|_| anyhow::anyhow!("the token's payload is not a JSON object of claims"))?;
    let header = header.and_then(|header| claims::parse(&header).ok()).unwrap_or_default();
    let token = Token { issuer: SmolStr::default(), claims };
    let Some(Claim::One(issuer)) = token.claim("iss") else {
        bail!(
            "the token has no issuer (claim `iss`), so it is not an OIDC token: STS would say `The ID Token provided is not a valid JWT`"
        );
    };
    let issuer = without_scheme(issuer).into();
    Ok(Given { token: Token { issuer, claims: token.claims }, header, now: None })
}

/// Header and payload of a JWT.
fn parts(jwt: &str) -> Result<(Option<String>, String)> {
    let parts: Vec<&str> = jwt.split('.').collect();
    let payload = match parts.as_slice() {
        [_, payload, _] => payload,
        [""] => bail!("the token file is empty: STS would say `The ID Token provided is not a valid JWT`"),
        [_, _, _, _, _] => {
            bail!("the token is encrypted (a JWE with five parts), but STS only accepts signed tokens (a JWT with three parts)")
        }
        _ if jwt.starts_with('<') => bail!("this is an HTML page, not a token: check what the URL that should return the token answers"),
        _ => bail!(
            "neither a JWT (three parts with a dot between) nor a JSON object: an opaque access token, or a cut one? STS would say `The ID \
             Token provided is not a valid JWT`"
        ),
    };
    let text = |part: &str| String::from_utf8(base64url(part)?).ok();
    let payload = text(payload).context("the token's payload is not base64url of text")?;
    Ok((parts.first().and_then(|header| text(header)), payload))
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

    #[test]
    fn a_jwt_and_its_payload_are_the_same_token() {
        // {"iss":"https://oidc.example.com/é","sub":"a?>","aud":["x","y"],"exp":1}
        let payload = r#"{"iss":"https://oidc.example.com/é","sub":"a?>","aud":["x","y"],"exp":1}"#;
        let jwt =
            "eyJhbGciOiJub25lIn0.eyJpc3MiOiJodHRwczovL29pZGMuZXhhbXBsZS5jb20vw6kiLCJzdWIiOiJhPz4iLCJhdWQiOlsieCIsInkiXSwiZXhwIjoxfQ.sig";
        let given = parse(jwt).unwrap();
        assert_eq!(given.header, [("alg".into(), Claim::One("none".into()))]);
        let token = given.token;
        assert_eq!(token, parse(payload).unwrap().token);
        assert_eq!(token.issuer, "oidc.example.com/é");
        assert_eq!(token.claim("aud"), Some(&Claim::Many(vec!["x".into(), "y".into()])));
        assert_eq!(token.claim("exp"), Some(&Claim::One("1".into())));
    }

    #[test]
    fn what_is_no_token_is_said() {
        for bad in ["", "abc", "a.b", "a.!!.c", "a.e30.c", "{}", "[1]", "a.b.c.d.e", "{\"iss\": secret}"] {
            let complaint = format!("{:#}", parse(bad).unwrap_err());
            assert!(bad.len() < 5 || !complaint.contains(bad) && !complaint.contains("secret"), "{complaint}");
        }
    }

    #[test]
    fn options_make_claims() {
        let args = CallerArgs {
            service_account: Some("prod/app".into()),
            claim: vec!["a=1".into(), "b=2".into(), "a=3=4".into(), "a=5".into()],
            ..CallerArgs::default()
        };
        let caller = caller(&args, Some("https://oidc.example.com/")).unwrap();
        assert_eq!(caller.issuer, "oidc.example.com/");
        let token = Token { issuer: caller.issuer, claims: caller.claims };
        assert_eq!(token.subject().unwrap(), "system:serviceaccount:prod:app");
        assert_eq!(token.claim("aud"), Some(&Claim::One("sts.amazonaws.com".into())));
        assert_eq!(token.claim("a"), Some(&Claim::Many(vec!["1".into(), "3=4".into(), "5".into()])));
        assert_eq!(token.claim("b"), Some(&Claim::One("2".into())));
    }

    #[test]
    fn a_caller_without_issuer_or_subject_is_asked_for_it() {
        assert!(super::caller(&CallerArgs::default(), Some("x")).is_err());
        assert!(super::caller(&CallerArgs { subject: Some("s".into()), ..CallerArgs::default() }, None).is_err());
        assert!(service_account("app").is_err() && service_account("/app").is_err() && service_account("a/b/c").is_err());
    }
}
