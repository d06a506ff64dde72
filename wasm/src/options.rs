//! What JavaScript says beside the documents. The names are those of the command line's options, in camel case.

use irsa_lint_core::document::without_scheme;
use irsa_lint_core::engine::Settings;
use irsa_lint_core::syntax::Member;

use crate::asked::Asked;

const KNOWN: [&str; 6] = ["account", "clusterIssuer", "roleOf", "kind", "select", "ignore"];

/// Settings of options in JSON; an empty text is no options.
pub fn settings(json: &str) -> Result<Settings, String> {
    if json.is_empty() {
        return Ok(Settings::default());
    }
    let options = Asked::read(json, "options", &KNOWN)?;
    let (select, ignore) = (options.texts("select")?, options.texts("ignore")?);
    let known = |name: &String| irsa_lint_rules::RULES.iter().any(|rule| rule.meta().id == name || rule.meta().family == name);
    if let Some(unknown) = select.iter().chain(&ignore).find(|name| !known(name)) {
        return Err(format!("there is no rule and no family `{unknown}`"));
    }
    let role_of = |Member { key, value }: &Member| {
        let arn = value.text().ok_or_else(|| options.is_no("roleOf", "an object of strings"))?;
        Ok((key.text.to_string(), arn.into()))
    };
    Ok(Settings {
        account: options.text("account")?.map(Into::into),
        cluster_issuer: options.text("clusterIssuer")?.map(|issuer| without_scheme(issuer).into()),
        role_of: options.object("roleOf")?.map_or(&[][..], |object| object.members()).iter().map(role_of).collect::<Result<_, String>>()?,
        kind: options.text("kind")?.map(str::to_owned),
        select,
        ignore,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong_with_options() {
        let settings_of = |json| settings(json).unwrap();
        assert_eq!(settings_of("").select, [""; 0]);
        let issuer = settings_of(r#"{"clusterIssuer": "https://oidc.example.com/id/A"}"#).cluster_issuer;
        assert_eq!(issuer.as_deref(), Some("oidc.example.com/id/A"));
        let role_of = settings_of(r#"{"roleOf": {"a.json": "arn:aws:iam::111122223333:role/a"}}"#).role_of;
        assert_eq!(role_of, [("a.json".to_owned(), "arn:aws:iam::111122223333:role/a".into())]);
        assert_eq!(settings(r#"{"roleOf": {"a.json": 1}}"#).unwrap_err(), "the options: `roleOf` is not an object of strings");
        assert!(settings(r#"{"clusterissuer": ""}"#).unwrap_err().contains("`clusterissuer`"));
        assert_eq!(settings(r#"{"select": ["missing-audiense"]}"#).unwrap_err(), "there is no rule and no family `missing-audiense`");
    }
}
