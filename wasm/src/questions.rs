//! Questions as JavaScript puts them, and what to say where one is not clear.

use irsa_lint_core::admission::Claim;
use irsa_lint_core::document::model::DEFAULT_AUDIENCE;
use irsa_lint_core::document::without_scheme;
use irsa_lint_core::engine::answer::RoleRef;
use irsa_lint_core::engine::token_check::Given;
use irsa_lint_core::engine::{Caller, Question, WhyQuestion, claims, jwt, namespace_and_name};
use smol_str::{SmolStr, format_smolstr};

use crate::asked::Asked;

/// The role that is meant, and the caller.
pub fn caller(json: &str) -> Result<(Option<String>, Caller), String> {
    let asked = Asked::read(json, "question", &["role", "issuer", "serviceAccount", "subject", "audience", "claims"])?;
    let issuer = asked.text("issuer")?.ok_or("the question: `issuer` is missing")?;
    let subject = match (asked.text("serviceAccount")?, asked.text("subject")?) {
        (Some(account), _) => {
            let (namespace, name) = service_account(account)?;
            format_smolstr!("system:serviceaccount:{namespace}:{name}")
        }
        (None, Some(subject)) => subject.into(),
        (None, None) => return Err("say whose token to try: `serviceAccount` or `subject`".to_owned()),
    };
    let mut claims = asked.object("claims")?.map(claims::of_object).unwrap_or_default();
    claims.retain(|(name, _)| name != "sub" && name != "aud");
    claims.push(("sub".into(), Claim::One(subject)));
    claims.push(("aud".into(), Claim::One(asked.text("audience")?.unwrap_or(DEFAULT_AUDIENCE).into())));
    Ok((asked.text("role")?.map(str::to_owned), Caller { issuer: without_scheme(issuer).into(), claims, refused: None }))
}

/// The question of a pod.
pub fn why(json: &str) -> Result<WhyQuestion, String> {
    let asked = Asked::read(json, "question", &["role", "serviceAccount", "error", "token", "now"])?;
    let service_account = asked.text("serviceAccount")?.map(service_account).transpose()?;
    let text = |name| Ok::<_, String>(asked.text(name)?.map(str::to_owned));
    Ok(WhyQuestion { service_account, role: text("role")?, error: text("error")?, token: given(&asked)? })
}

/// The role that is meant, if one is named, and the token.
pub fn token(json: &str) -> Result<(Option<String>, Given), String> {
    // A complaint must not quote the token.
    let complaint = "the question: say `token`, and perhaps `role` and `now`";
    let asked = Asked::read(json, "question", &["token", "role", "now"]).map_err(|_| complaint.to_owned())?;
    Ok((asked.text("role")?.map(str::to_owned), given(&asked)?.ok_or(complaint)?))
}

fn given(asked: &Asked) -> Result<Option<Given>, String> {
    let Some(token) = asked.text("token")? else { return Ok(None) };
    let now = asked.seconds("now")?;
    jwt::parse(token).map(|given| Some(Given { now, ..given }))
}

fn service_account(text: &str) -> Result<(SmolStr, SmolStr), String> {
    namespace_and_name(text).ok_or_else(|| format!("the ServiceAccount `{text}`: write NAMESPACE/NAME"))
}

/// Why a question cannot be answered as it was put.
pub fn back(question: &Question) -> String {
    let roles = |roles: &[RoleRef]| roles.iter().filter_map(role_handle).collect::<Vec<_>>().join(", ");
    match question {
        Question::NoRole(list) if list.is_empty() => "there is no role in these documents".to_owned(),
        Question::NoRole(list) => format!("there is no such role; these are there: {}", roles(list)),
        Question::Roles(list) => format!("there are several roles; say which one: {}", roles(list)),
        Question::ServiceAccounts(list) => {
            let names: Vec<&str> = list.iter().map(|(name, _)| name.as_str()).collect();
            format!("there are several ServiceAccounts; say which one: {}", names.join(", "))
        }
    }
}

fn role_handle(role: &RoleRef) -> Option<&str> {
    role.arn.as_deref().or(role.address.as_deref()).or(role.name.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_caller_needs_a_subject_and_gets_the_default_audience() {
        let (role, caller) = caller(r#"{"issuer": "https://oidc.example.com", "serviceAccount": "prod/app"}"#).unwrap();
        assert_eq!((role, caller.issuer.as_str()), (None, "oidc.example.com"));
        let claims = [("sub", "system:serviceaccount:prod:app"), ("aud", "sts.amazonaws.com")];
        assert_eq!(caller.claims, claims.map(|(name, value)| (name.into(), Claim::One(value.into()))));
        assert!(super::caller(r#"{"issuer": "x"}"#).unwrap_err().contains("`serviceAccount` or `subject`"));
        assert!(why(r#"{"serviceAccount": "prod"}"#).unwrap_err().contains("NAMESPACE/NAME"));
    }

    #[test]
    fn a_token_is_read_and_never_quoted() {
        let payload = r#"{\"iss\": \"https://i.example.com\", \"sub\": \"s\"}"#;
        let (role, given) = token(&format!(r#"{{"token": "{payload}", "role": "r", "now": 7}}"#)).unwrap();
        assert_eq!((role.as_deref(), given.now, given.token.issuer.as_str()), (Some("r"), Some(7), "i.example.com"));
        assert_eq!(why(&format!(r#"{{"token": "{payload}", "now": 7}}"#)).unwrap().token, Some(given));
        for bad in [r#"{"token": "secret"}"#, r#"{"token": ["secret"]}"#, r#"{"tokens": "secret"}"#] {
            assert!(!token(bad).unwrap_err().contains("secret"));
        }
    }
}
