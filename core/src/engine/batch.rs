//! Questions by the line: newline-delimited JSON, each line a run of its own, for programs that ask thousands of them.
//! A line that is no question gives an error in its place; the rest goes on.

use serde::Deserialize;
use serde_json::value::RawValue;
use smol_str::SmolStr;

use super::answer::{CheckAnswer, OtherPrincipal, WhoGrant};
use super::claims::{Claims, value};
use super::run::{Case, Engine, Input};
use super::who::{grants, others};
use crate::admission::{Admission, Budget, Claim, Issuers, Request, Token, Verdict, decide};
use crate::document::without_scheme;
use crate::policy::{self, TrustPolicy};
use crate::source::{FileId, SourceFile, TextMap};
use crate::syntax::{Limits, Pointer, json};

/// What became of one line.
#[derive(Debug)]
pub struct Line<T> {
    /// The line's `id` as JSON, where it has one.
    pub id: Option<String>,
    /// The answer, or why the line is no question.
    pub answer: Result<T, String>,
}

/// A line that every form has: at least an id.
trait Asked<'l>: Deserialize<'l> {
    fn id(&self) -> &'l RawValue;
}

#[derive(Deserialize)]
struct Id<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
}

#[derive(Deserialize)]
struct CanAssume<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    #[serde(borrow)]
    policy: &'l RawValue,
    account: Option<SmolStr>,
    provider: Option<Provider>,
    #[serde(borrow)]
    requests: Vec<Call<'l>>,
}

#[derive(Deserialize)]
struct Provider {
    #[serde(default)]
    client_ids: Vec<SmolStr>,
}

#[derive(Deserialize)]
struct Call<'l> {
    issuer: SmolStr,
    provider_arn: Option<SmolStr>,
    #[serde(borrow, default, deserialize_with = "given")]
    sub: Option<&'l RawValue>,
    #[serde(borrow, default, deserialize_with = "given")]
    aud: Option<&'l RawValue>,
    claims: Option<Claims>,
    role_arn: Option<SmolStr>,
    role_session_name: Option<SmolStr>,
}

#[derive(Deserialize)]
struct Who<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    #[serde(borrow)]
    policy: &'l RawValue,
}

#[derive(Deserialize)]
struct Check<'l> {
    #[serde(borrow)]
    id: &'l RawValue,
    path: String,
    text: String,
}

macro_rules! asked {
    ($($form:ident)*) => { $(impl<'l> Asked<'l> for $form<'l> { fn id(&self) -> &'l RawValue { self.id } })* };
}
asked!(CanAssume Who Check);

/// A value that is there, `null` too; what is not there stays `None`.
fn given<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Option<&'de RawValue>, D::Error> {
    <&RawValue>::deserialize(deserializer).map(Some)
}

impl Engine<'_> {
    /// A line of `can-assume --batch`: one verdict for each request.
    #[must_use]
    pub fn can_assume_line(&self, line: &[u8]) -> Line<Vec<Verdict>> {
        answer(line, |asked: CanAssume<'_>| {
            let policy = read_policy(asked.policy);
            let client_ids = asked.provider.map(|provider| provider.client_ids);
            let verdict = |call: Call<'_>| decide(&policy, &call.request(asked.account.clone(), client_ids.clone()), self.catalogue).0;
            asked.requests.into_iter().map(verdict).collect()
        })
    }

    /// A line of `who --batch`: the grants, and the principals that come without a web identity.
    #[must_use]
    pub fn who_line(&self, line: &[u8], issuers: &Issuers<'_>) -> Line<(Vec<WhoGrant>, Vec<OtherPrincipal>)> {
        answer(line, |asked: Who<'_>| {
            let policy = read_policy(asked.policy);
            let budget = Budget::default();
            let admission = Admission::of(&policy, None, issuers, &budget);
            (grants(&policy, None, &admission, issuers, &budget), others(&policy))
        })
    }

    /// A line of `check --batch`: the document with what was found in it.
    #[must_use]
    pub fn check_line(&self, line: &[u8]) -> Line<(Case, CheckAnswer)> {
        answer(line, |asked: Check<'_>| {
            let case = self.load(vec![Input { file: SourceFile::new(asked.path, asked.text), named: true, pasted: true }]);
            let found = self.check(&case);
            (case, found)
        })
    }
}

impl Call<'_> {
    /// The call as the evaluator takes it. `sub` and `aud` come last, so that they count where `claims` holds them, too.
    fn request(self, account: Option<SmolStr>, client_ids: Option<Vec<SmolStr>>) -> Request {
        let mut claims = self.claims.unwrap_or_default().0;
        let named = [("sub", self.sub), ("aud", self.aud)].into_iter().filter_map(|(name, raw)| Some((name.into(), value(raw?))));
        claims.extend::<Vec<(SmolStr, Claim)>>(named.collect());
        let issuer = without_scheme(&self.issuer);
        Request {
            token: Token { issuer: issuer.into(), claims },
            provider_arn: self.provider_arn,
            account,
            role_arn: self.role_arn,
            role_session_name: self.role_session_name,
            client_ids,
        }
    }
}

fn answer<'l, Q: Asked<'l>, T>(line: &'l [u8], answer: impl FnOnce(Q) -> T) -> Line<T> {
    match serde_json::from_slice::<Q>(line) {
        Ok(asked) => Line { id: Some(asked.id().get().to_owned()), answer: Ok(answer(asked)) },
        Err(error) => {
            let id = serde_json::from_slice::<Id<'_>>(line).ok().map(|line| line.id.get().to_owned());
            Line { id, answer: Err(error.to_string().replace(" at line 1 column ", " at column ")) }
        }
    }
}

/// The policy of a line, whatever JSON it is.
fn read_policy(raw: &RawValue) -> TrustPolicy {
    let map = TextMap::direct(FileId(0), 0);
    let parsed = json::parse(raw.get(), &map, &Limits::default());
    let root =
        parsed.root.unwrap_or_else(|| crate::syntax::Node { span: map.span(0..raw.get().len()), value: crate::syntax::Value::Broken });
    policy::read(&root, &Pointer::root())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(line: &str) -> Result<Vec<Request>, (Option<String>, String)> {
        let line = answer(line.as_bytes(), |asked: CanAssume<'_>| {
            let client_ids = asked.provider.map(|provider| provider.client_ids);
            asked.requests.into_iter().map(|call| call.request(asked.account.clone(), client_ids.clone())).collect()
        });
        let id = line.id;
        line.answer.map_err(|error| (id, error))
    }

    #[test]
    fn claims_are_taken_as_they_are() {
        let line = r#"{"id": 7, "policy": [], "account": "111122223333", "provider": {"client_ids": ["a"]}, "more": 1, "requests": [
            {"issuer": "https://idp.example.com/", "sub": ["x", 1], "aud": null, "claims": {"sub": "y", "azp": "z"}, "role_session_name": "s"},
            {"issuer": "idp.example.com"}]}"#;
        let requests = parsed(&line.replace('\n', "")).unwrap();
        let [first, second] = requests.as_slice() else { panic!("{requests:?}") };
        assert_eq!(first.token.issuer, "idp.example.com/");
        assert_eq!(first.token.claim("sub"), Some(&Claim::Many(vec!["x".into(), "1".into()])));
        assert_eq!(first.token.claim("aud"), Some(&Claim::Null));
        assert_eq!(first.token.claim("azp"), Some(&Claim::One("z".into())));
        assert_eq!(first.client_ids.as_deref(), Some(["a".into()].as_slice()));
        assert_eq!(first.role_session_name.as_deref(), Some("s"));
        assert_eq!((second.token.claim("sub"), second.token.claim("aud")), (None, None));
    }

    #[test]
    fn what_is_no_question_keeps_its_id() {
        assert_eq!(parsed(r#"{"id": "a", "policy": {}}"#).unwrap_err().0.as_deref(), Some("\"a\""));
        assert_eq!(parsed(r#"{"id": "a", "policy": {}, "requests": [{}]}"#).unwrap_err().0.as_deref(), Some("\"a\""));
        for line in ["", "[]", "nonsense", r#"{"policy": {}, "requests": []}"#] {
            assert_eq!(parsed(line).unwrap_err().0, None, "{line}");
        }
    }
}
