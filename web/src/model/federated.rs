//! The issuers that a trust policy names, whatever its shape: also of a policy that lets nobody in. It must not judge the policy.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Issuers, as URLs, in the order in which the policy names their providers.
#[derive(Debug, Default, PartialEq)]
pub struct Issuers(pub Vec<String>);

impl<'de> Deserialize<'de> for Issuers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Collect)
    }
}

struct Collect;

impl<'de> Visitor<'de> for Collect {
    type Value = Issuers;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a policy")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Issuers, A::Error> {
        let mut all = Issuers::default();
        while let Some((_, Issuers(mut own))) = map.next_entry::<IgnoredAny, Issuers>()? {
            all.0.append(&mut own);
        }
        Ok(all)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Issuers, A::Error> {
        let mut all = Issuers::default();
        while let Some(Issuers(mut own)) = list.next_element()? {
            all.0.append(&mut own);
        }
        Ok(all)
    }

    fn visit_str<E>(self, text: &str) -> Result<Issuers, E> {
        let issuer = text.split_once(":oidc-provider/").map(|(_, issuer)| issuer).filter(|issuer| !issuer.contains(['$', '*', '<']));
        Ok(Issuers(issuer.into_iter().map(|issuer| format!("https://{issuer}")).collect()))
    }

    fn visit_bool<E>(self, _: bool) -> Result<Issuers, E> {
        Ok(Issuers::default())
    }

    fn visit_i64<E>(self, _: i64) -> Result<Issuers, E> {
        Ok(Issuers::default())
    }

    fn visit_u64<E>(self, _: u64) -> Result<Issuers, E> {
        Ok(Issuers::default())
    }

    fn visit_f64<E>(self, _: f64) -> Result<Issuers, E> {
        Ok(Issuers::default())
    }

    fn visit_unit<E>(self) -> Result<Issuers, E> {
        Ok(Issuers::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_shape_is_read() {
        let read = |json: &str| serde_json::from_str::<Issuers>(json).unwrap().0;
        let arn = |host: &str| format!("\"arn:aws:iam::111122223333:oidc-provider/{host}\"");
        let (a, b) = (arn("a.example.com/id/1"), arn("b.example.com"));
        let policy = format!(
            r#"{{"Statement": [{{"Principal": {{"Federated": [{a}, {b}]}}}}, {{"Principal": "*", "x": [1, -1, 1.5, true, null]}}], "Version": 2012}}"#
        );
        assert_eq!(read(&policy), ["https://a.example.com/id/1", "https://b.example.com"]);
        assert_eq!(read("null"), [] as [&str; 0]);
        assert_eq!(read(&arn("${aws_iam_openid_connect_provider.a.url}")), [] as [&str; 0]);
    }
}
