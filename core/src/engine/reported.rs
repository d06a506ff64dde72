//! What an error text says beside its sort: the issuer, the role, the caller that stand in it. It knows nothing of documents.

use smol_str::SmolStr;

use super::known_error::{KnownError, plain_text};
use crate::policy::Arn;

/// An error text, read.
#[derive(Clone, Debug, Default)]
pub struct Reported<'a> {
    /// Which message it is, if it is a known one.
    pub known: Option<&'a KnownError>,
    /// The issuer that it names, without `https://`.
    pub issuer: Option<SmolStr>,
    /// The role that it names as the one to be assumed, as written: it need not be a good ARN.
    pub role: Option<SmolStr>,
    /// The ARN of the caller.
    pub caller: Option<SmolStr>,
    /// The claim that is missing.
    pub claim: Option<SmolStr>,
    /// The parameter of the request that is malformed.
    pub parameter: Option<SmolStr>,
    /// How long the token had been expired when it was sent, in seconds.
    pub expired_for: Option<i64>,
}

impl<'a> Reported<'a> {
    /// Reads a text.
    #[must_use]
    pub fn read(known: &'a [KnownError], text: &str) -> Self {
        let plain = plain_text(text);
        let words: Vec<&str> =
            plain.split(|c: char| c.is_whitespace() || "\"'`,;()<>=".contains(c)).filter(|word| !word.is_empty()).collect();
        let arns = || words.iter().filter_map(|word| word.find("arn:").and_then(|at| word.get(at..)));
        let trimmed = |word: &str| SmolStr::from(word.trim_end_matches(['.', ':', '\\', ']', '}']));
        let after = |phrase: &str| {
            let at = find_ignore_case(&plain, phrase)? + phrase.len();
            let rest = plain.get(at..)?.trim_start();
            rest.split(|c: char| c.is_whitespace() || "\"'`,;)<>\\".contains(c)).find(|word| !word.is_empty()).map(trimmed)
        };
        let is_role = |arn: &&str| arn.contains(":iam:") && arn.contains(":role");
        let parameter = between(&plain, "' at '", "' failed to satisfy");
        let value = between(&plain, "Value '", "' at 'roleArn'");
        let number = |phrase: &str| after(phrase)?.parse::<i64>().ok();
        let times = (number("current date/time"), number("the expiration date/time"));
        Self {
            parameter: parameter.map(SmolStr::new),
            expired_for: if let (Some(now), Some(exp)) = times { now.checked_sub(exp) } else { None },
            known: KnownError::find(known, text),
            issuer: after("provider found in your account for").map(|url| url.trim_start_matches("https://").into()),
            role: after("on resource:")
                .filter(|arn| is_role(&arn.as_str()))
                .or_else(|| arns().find(is_role).map(trimmed))
                .or_else(|| value.map(SmolStr::new)),
            caller: arns().find(|arn| arn.contains(":sts:") && arn.contains(":assumed-role/")).map(trimmed),
            claim: after("missing a required claim:"),
        }
    }

    /// What is wrong with the ARN of the role that it names, in words.
    #[must_use]
    pub fn role_fault(&self) -> Option<String> {
        let role = self.role.as_deref()?;
        let Some(arn) = Arn::parse(role) else { return Some(format!("`{role}` is not an ARN, which begins with `arn:aws:iam::`")) };
        if arn.account.is_empty() {
            return Some(format!(
                "`{role}` lacks the account (12 digits between `iam::` and `:role`), as a variable without a value leaves it"
            ));
        }
        let digits = arn.account.len() == 12 && arn.account.bytes().all(|b| b.is_ascii_digit());
        if !digits {
            return Some(format!("`{role}` has `{}` where the 12 digits of an account must stand", arn.account));
        }
        arn.role().is_none().then(|| format!("`{role}` is not the ARN of a role"))
    }

    /// Account and name of the role whose session called, and the session's name.
    #[must_use]
    pub fn calling_role(&self) -> Option<(&str, &str, &str)> {
        let arn = self.caller.as_deref()?;
        let (head, rest) = arn.split_once(":assumed-role/")?;
        let (name, session) = rest.split_once('/').unwrap_or((rest, ""));
        Some((head.rsplit(':').next()?, name, session))
    }
}

/// What stands between two phrases.
fn between<'t>(text: &'t str, before: &str, after: &str) -> Option<&'t str> {
    let (head, _) = text.split_once(after)?;
    head.rsplit_once(before).map(|(_, found)| found)
}

fn find_ignore_case(text: &str, phrase: &str) -> Option<usize> {
    text.char_indices().map(|(at, _)| at).find(|at| text.get(*at..*at + phrase.len()).is_some_and(|part| part.eq_ignore_ascii_case(phrase)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn takes_out_what_the_text_names() {
        let read = |text| Reported::read(&[], text);
        let provider = read(
            "{\"msg\":\"InvalidIdentityToken: No OpenIDConnect provider found in your account for https://oidc.example.com/a\\n\\tstatus code: 400\"}",
        );
        assert_eq!(provider.issuer.as_deref(), Some("oidc.example.com/a"));
        let denied = read(
            "User: arn:aws:sts::111122223333:assumed-role/app/17000 is not authorized to perform: sts:AssumeRole\n on resource: arn:aws:iam::444455556666:role/x/dns",
        );
        assert_eq!(denied.role.as_deref(), Some("arn:aws:iam::444455556666:role/x/dns"));
        assert_eq!(denied.calling_role(), Some(("111122223333", "app", "17000")));
        assert_eq!(denied.role_fault(), None);
        let empty = read("$ export AWS_ROLE_ARN=\"arn:aws:iam:::role/devops\"\nRequest ARN is invalid");
        assert_eq!(empty.role.as_deref(), Some("arn:aws:iam:::role/devops"));
        assert!(empty.role_fault().unwrap().contains("lacks the account"));
        assert_eq!(read("Missing a required claim: aud").claim.as_deref(), Some("aud"));
        let bare = read("1 validation error detected: Value 'payments' at 'roleArn' failed to satisfy constraint: Member must have length");
        assert_eq!((bare.role.as_deref(), bare.parameter.as_deref()), (Some("payments"), Some("roleArn")));
        assert!(bare.role_fault().unwrap().contains("not an ARN"));
        let late = read("Token expired: current date/time 1700000600 must be before the expiration date/time1700000000");
        assert_eq!(late.expired_for, Some(600));
        assert!(read("nothing of the kind").role.is_none());
    }
}
