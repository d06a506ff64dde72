//! Tokens as the user hands them in: by a file, or claims one by one.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, Result, bail};
use irsa_lint_core::admission::Claim;
use irsa_lint_core::document::model::DEFAULT_AUDIENCE;
use irsa_lint_core::document::without_scheme;
use irsa_lint_core::engine::token_check::Given;
use irsa_lint_core::engine::{Caller, jwt, namespace_and_name};
use smol_str::{SmolStr, format_smolstr};

use crate::args::CallerArgs;
use crate::discover::read_text;

/// The token of `--token`, judged by this machine's clock.
pub fn given(path: &Path) -> Result<Given> {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).ok();
    let now = since.and_then(|since| i64::try_from(since.as_secs()).ok());
    let given = jwt::parse(&read_text(path)?).map_err(anyhow::Error::msg)?;
    Ok(Given { now, ..given })
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
    namespace_and_name(text).with_context(|| format!("--service-account {text}: write NAMESPACE/NAME"))
}

#[cfg(test)]
mod tests {
    use irsa_lint_core::admission::Token;

    use super::*;

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
