//! What JavaScript says beside the documents. The names are those of the command line's options, in camel case.

use std::collections::BTreeMap;

use irsa_lint_core::engine::Settings;
use serde::Deserialize;
use smol_str::SmolStr;

#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
struct Options {
    account: Option<SmolStr>,
    cluster_issuer: Option<SmolStr>,
    role_of: BTreeMap<String, SmolStr>,
    kind: Option<String>,
    select: Vec<String>,
    ignore: Vec<String>,
}

/// Settings of options in JSON; an empty text is no options.
pub fn settings(json: &str) -> Result<Settings, String> {
    let options: Options = if json.is_empty() { Options::default() } else { read(json, "options")? };
    let known = |name: &String| irsa_lint_rules::RULES.iter().any(|rule| rule.meta().id == name || rule.meta().family == name);
    if let Some(unknown) = options.select.iter().chain(&options.ignore).find(|name| !known(name)) {
        return Err(format!("there is no rule and no family `{unknown}`"));
    }
    Ok(Settings {
        account: options.account,
        cluster_issuer: options.cluster_issuer.as_deref().map(without_scheme),
        role_of: options.role_of.into_iter().collect(),
        kind: options.kind,
        select: options.select,
        ignore: options.ignore,
    })
}

/// Reads JSON; `what` names it where it is no such thing.
pub fn read<'a, T: Deserialize<'a>>(json: &'a str, what: &str) -> Result<T, String> {
    serde_json::from_str(json).map_err(|error| format!("the {what}: {error}"))
}

/// An issuer as policies write it.
pub fn without_scheme(issuer: &str) -> SmolStr {
    issuer.strip_prefix("https://").unwrap_or(issuer).into()
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
        assert!(settings(r#"{"clusterissuer": ""}"#).unwrap_err().contains("`clusterissuer`"));
        assert_eq!(settings(r#"{"select": ["missing-audiense"]}"#).unwrap_err(), "there is no rule and no family `missing-audiense`");
    }
}
