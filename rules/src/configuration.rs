//! A user's configuration as text: what `irsa-lint.toml` may say. Where the file lies, and whether there is one, is the business of whoever
//! has files.

use std::ops::Range;

use irsa_lint_core::policy::spelling::nearest;
use irsa_lint_core::provider::Provider;
use serde::Deserialize;

use crate::providers::file::ProviderFile;
use crate::providers::own::{self, Fault};

/// What the configuration's file is called.
pub const FILE_NAME: &str = "irsa-lint.toml";

/// What a user wants otherwise than it comes.
#[derive(Clone, Debug, Default)]
pub struct Configuration {
    /// Identity providers of their own.
    pub providers: Vec<Provider>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    providers: Vec<ProviderFile>,
}

/// Reads a configuration.
///
/// # Errors
/// The first fault of the text: no TOML, an unknown key, a value of the wrong type, an entry that contradicts itself.
pub fn read(text: &str) -> Result<Configuration, Fault> {
    let file: File = toml::from_str(text).map_err(|error| explain(error.message(), error.span().unwrap_or_default()))?;
    Ok(Configuration { providers: file.providers.into_iter().map(own::provider).collect::<Result<_, _>>()? })
}

/// Serde's sentence about a key or a word, in ours. It quotes the name, then those that there are; everything else is passed on.
fn explain(message: &str, span: Range<usize>) -> Fault {
    let message = message.trim_end();
    let mut quoted = message.split('`').skip(1).step_by(2);
    let name = quoted.next().unwrap_or_default();
    let known: Vec<&str> = quoted.collect();
    let (said, rest) = match message.split_whitespace().take(2).collect::<Vec<_>>().as_slice() {
        ["unknown", "field"] => (format!("there is no key `{name}` here"), &known[..]),
        ["unknown", "variant"] => (format!("`{name}` is not one of the words that may stand here"), &known[..]),
        ["missing", "field"] => (format!("the key `{name}` is missing"), &[][..]),
        _ => (message.replace('\n', "; "), &[][..]),
    };
    let most = if name.len() > 4 { 3 } else { 2 };
    let help = match nearest(name, rest.iter().copied(), most) {
        Some(meant) => Some(format!("did you mean `{meant}`?")),
        None if rest.is_empty() => None,
        None => Some(format!("there is {}", rest.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", "))),
    };
    Fault { span, message: said, help }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"# ours
[[providers]]
name = "Acme CI"
kind = "ci"
issuers = ["ci.acme.example"]
shared = true

[providers.parts]
team = "segment"
job = { except = ":" }

[providers.audience]
chosen_by = "workload"

[[providers.subjects]]
template = "team:{team}:job:{job}"
tenant = ["team"]
"#;

    #[test]
    fn an_empty_configuration_changes_nothing() {
        assert!(read("").unwrap().providers.is_empty());
        assert!(read("# nothing yet\r\n").unwrap().providers.is_empty());
    }

    #[test]
    fn several_providers_are_several_entries() {
        let two = format!("{ENTRY}{}", ENTRY.replace("Acme CI", "Other CI"));
        let ids: Vec<String> = read(&two).unwrap().providers.iter().map(|provider| provider.id.to_string()).collect();
        assert_eq!(ids, ["acme-ci", "other-ci"]);
    }

    #[test]
    fn a_fault_has_a_place_and_a_suggestion() {
        for (from, to, at, message, help) in [
            ("[[providers]]", "[[provider]]", "provider]]", "there is no key `provider` here", "did you mean `providers`?"),
            ("issuers =", "issuer =", "issuer =", "there is no key `issuer` here", "did you mean `issuers`?"),
            ("kind = \"ci\"", "kind = \"c1\"", "\"c1\"", "`c1` is not one of the words", "did you mean `ci`?"),
            ("chosen_by = \"workload\"", "chosen_by = \"nobody\"", "\"nobody\"", "`nobody` is not one", "there is `workload`, `issuer`"),
            ("\"segment\"", "\"segmnt\"", "\"segmnt\"", "`segmnt` is not one", "did you mean `segment`?"),
            ("except", "exept", "exept", "there is no key `exept` here", "did you mean `except`?"),
            ("{ except = \":\" }", "{ min = 2 }", "{ min", "exactly one of `characters`", ""),
            ("shared = true", "shared = \"yes\"", "\"yes\"", "invalid type", ""),
            ("shared = true", "", "[[providers]]", "the key `shared` is missing", ""),
            ("shared = true", "shared = ", "\n\n[providers.parts]", "", ""),
            ("tenant =", "tennant =", "tennant", "there is no key `tennant` here", "did you mean `tenant`?"),
        ] {
            assert!(ENTRY.contains(from), "{from}");
            let text = ENTRY.replacen(from, to, 1);
            let fault = read(&text).unwrap_err();
            assert!(fault.message.contains(message) && !fault.message.contains('\n'), "{to}: {}", fault.message);
            assert!(fault.help.as_deref().unwrap_or_default().contains(help), "{to}: {:?}", fault.help);
            assert_eq!(
                text.get(fault.span.start..).map(|rest| rest.starts_with(at)),
                Some(true),
                "{to}: {:?}",
                text.get(fault.span.clone())
            );
        }
    }
}
