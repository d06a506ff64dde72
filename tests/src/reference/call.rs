//! The call as the batch form of `can-assume` writes it down.

use serde_json::{Map, Value};

use super::arn;

/// The claim that lists the roles a token is good for.
pub const ROLES: &str = "https://aws.amazon.com/roles";
const TAGS: &str = "https://aws.amazon.com/tags";
const SOURCE_IDENTITY: &str = "https://aws.amazon.com/source_identity";

/// One `AssumeRoleWithWebIdentity` call. Claims are complete: what is not here, the token does not have.
#[derive(Clone, Debug)]
pub struct Call {
    /// The issuer without `https://`.
    pub issuer: String,
    /// Every claim of the token, `sub` and `aud` among them.
    pub claims: Map<String, Value>,
    /// The ARN of the provider that vouches for the token.
    pub provider_arn: Option<String>,
    /// The role's account.
    pub account: Option<String>,
    /// The role's ARN.
    pub role_arn: Option<String>,
    /// `RoleSessionName`.
    pub role_session_name: Option<String>,
    /// The provider's client id list, where the token and the provider are to be judged as well.
    pub client_ids: Option<Vec<String>>,
}

impl Call {
    /// Reads one of the `requests` of a batch line.
    #[must_use]
    pub fn read(line: &Value, request: &Value) -> Self {
        let text = |from: &Value, name: &str| from.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut claims = request.get("claims").and_then(Value::as_object).cloned().unwrap_or_default();
        for name in ["sub", "aud"] {
            if let Some(value) = request.get(name) {
                claims.insert(name.to_owned(), value.clone());
            }
        }
        let issuer = text(request, "issuer").unwrap_or_default();
        let provider = line.get("provider").filter(|given| !given.is_null());
        let ids = |provider: &Value| texts(provider.get("client_ids").unwrap_or(&Value::Null));
        Self {
            issuer: issuer.strip_prefix("https://").unwrap_or(&issuer).to_owned(),
            claims,
            provider_arn: text(request, "provider_arn"),
            account: text(line, "account"),
            role_arn: text(request, "role_arn"),
            role_session_name: text(request, "role_session_name"),
            client_ids: provider.map(ids),
        }
    }

    /// A claim that is there; null is no claim.
    #[must_use]
    pub fn claim(&self, name: &str) -> Option<&Value> {
        self.claims.get(name).filter(|value| !value.is_null())
    }

    /// The role's account, else that of the provider's ARN.
    #[must_use]
    pub fn home(&self) -> Option<&str> {
        let of_arn = || self.provider_arn.as_deref().and_then(arn::provider).map(|(account, _)| account);
        self.account.as_deref().or_else(of_arn)
    }

    /// Every action that must be allowed for this token.
    #[must_use]
    pub fn actions(&self) -> Vec<&'static str> {
        let mut actions = vec!["sts:AssumeRoleWithWebIdentity"];
        let tagged = |(name, value): (&String, &Value)| !value.is_null() && (name == TAGS || name.starts_with(&format!("{TAGS}/")));
        if self.claims.iter().any(tagged) {
            actions.push("sts:TagSession");
        }
        if self.claim(SOURCE_IDENTITY).is_some() {
            actions.push("sts:SetSourceIdentity");
        }
        actions
    }

    /// The session tags of the token, nested in one claim or flattened into claim names.
    #[must_use]
    pub fn tags(&self) -> Vec<(&str, Vec<String>)> {
        let nested = self.claim(TAGS).and_then(|tags| tags.get("principal_tags")).and_then(Value::as_object);
        let flat = self.claims.iter().filter_map(|(name, value)| Some((name.strip_prefix(&format!("{TAGS}/principal_tags/"))?, value)));
        let nested = nested.into_iter().flatten().map(|(name, value)| (name.as_str(), value));
        nested.chain(flat).filter(|(_, value)| !value.is_null()).map(|(name, value)| (name, texts(value))).collect()
    }

    /// The keys of session tags that go on to further sessions.
    #[must_use]
    pub fn transitive_tags(&self) -> Vec<String> {
        let nested = self.claim(TAGS).and_then(|tags| tags.get("transitive_tag_keys"));
        let flat = self.claim(&format!("{TAGS}/transitive_tag_keys"));
        nested.or(flat).map(texts).unwrap_or_default()
    }

    /// The source identity of the token.
    #[must_use]
    pub fn source_identity(&self) -> Vec<String> {
        self.claim(SOURCE_IDENTITY).map(texts).unwrap_or_default()
    }
}

/// The values of a claim as text: numbers and booleans as they are written; objects and nulls have none.
pub fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Number(number) => vec![number.to_string()],
        Value::Bool(truth) => vec![truth.to_string()],
        Value::Array(list) => list.iter().flat_map(texts).collect(),
        Value::Null | Value::Object(_) => Vec::new(),
    }
}
