//! The form of an identity provider's TOML: what a file of `providers` holds, and an entry under `[[providers]]` of a user's configuration.
//! The build step includes this file, too; it must not know what an entry means, nor use anything but serde and toml.

use std::collections::BTreeMap;
use std::fmt;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error, MapAccess, Visitor};
use serde::{Deserialize, de};
use toml::Spanned;

/// A text with its place, for what can be wrong in a way that only the other parts of an entry show.
pub type Text = Spanned<String>;

/// One entry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderFile {
    pub name: Text,
    pub kind: Kind,
    pub issuers: Vec<Text>,
    pub shared: Spanned<bool>,
    #[serde(default)]
    pub guessed: bool,
    #[serde(default = "yes")]
    pub usable: bool,
    #[serde(default)]
    pub trailing_slash: bool,
    #[serde(default)]
    pub built_in: bool,
    #[serde(default)]
    pub sends_azp: bool,
    #[serde(default)]
    pub configurable_subject: bool,
    #[serde(default)]
    pub possible: Vec<Text>,
    #[serde(default)]
    pub request_tags: bool,
    pub tenant_in: Option<String>,
    #[serde(default)]
    pub open_tenants: Vec<String>,
    #[serde(default)]
    pub amr_values: Vec<String>,
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub checked: String,
    #[serde(default)]
    pub parts: BTreeMap<String, Class>,
    pub audience: Audience,
    pub subjects: Vec<Subject>,
    #[serde(default)]
    pub claims: Claims,
    pub control: Option<Control>,
    #[serde(default)]
    pub examples: Examples,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    Kubernetes,
    Ci,
    Iac,
    Runtime,
    Cloud,
    User,
    Saas,
    Agent,
}

/// What a named part may hold: a short name, or a table that describes it.
#[derive(Debug)]
pub enum Class {
    Any,
    Segment,
    DnsLabel,
    DnsSubdomain,
    OneOf(Vec<String>),
    Run { chars: Chars, ends: Option<String>, min: u32, max: Option<u32> },
}

/// A list of characters such as `a-z0-9_-`, or all that are not in one.
#[derive(Debug)]
pub enum Chars {
    Of(String),
    Except(String),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Described {
    characters: Option<String>,
    except: Option<String>,
    one_of: Option<Vec<String>>,
    ends: Option<String>,
    length: Option<u32>,
    min: Option<u32>,
    max: Option<u32>,
}

impl<'de> Deserialize<'de> for Class {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ClassVisitor)
    }
}

struct ClassVisitor;

impl<'de> Visitor<'de> for ClassVisitor {
    type Value = Class;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a class, or a table with `characters`, `except` or `one_of`")
    }

    fn visit_str<E: de::Error>(self, name: &str) -> Result<Class, E> {
        match name {
            "any" => Ok(Class::Any),
            "segment" => Ok(Class::Segment),
            "dns-label" => Ok(Class::DnsLabel),
            "dns-subdomain" => Ok(Class::DnsSubdomain),
            _ => Err(E::unknown_variant(name, &["any", "segment", "dns-label", "dns-subdomain"])),
        }
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Class, A::Error> {
        let Described { characters, except, one_of, ends, length, min, max } = Described::deserialize(MapAccessDeserializer::new(map))?;
        let chars = match (characters, except, one_of) {
            (Some(list), None, None) => Chars::Of(list),
            (None, Some(list), None) => Chars::Except(list),
            (None, None, Some(words)) => return Ok(Class::OneOf(words)),
            _ => return Err(A::Error::custom("a part wants exactly one of `characters`, `except` and `one_of`")),
        };
        Ok(Class::Run { chars, ends, min: length.or(min).unwrap_or(1), max: length.or(max) })
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Audience {
    pub default: Option<String>,
    #[serde(default)]
    pub common: Vec<String>,
    #[serde(default)]
    pub mistaken: Vec<String>,
    pub chosen_by: ChosenBy,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChosenBy {
    Workload,
    Issuer,
    RelyingParty,
    Fixed,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Subject {
    pub template: Text,
    #[serde(default)]
    pub tenant: Vec<Text>,
    #[serde(default)]
    pub projects: Vec<Text>,
    #[serde(default)]
    pub volatile: Vec<Text>,
    #[serde(default)]
    pub controlled_by: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Claims {
    pub standard: Option<Vec<Standard>>,
    #[serde(default)]
    pub string: Vec<String>,
    #[serde(default)]
    pub numeric: Vec<String>,
    #[serde(default)]
    pub tenant: Vec<Text>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Standard {
    Sub,
    Aud,
    Oaud,
    Email,
    Amr,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Control {
    pub any_of: Vec<String>,
    pub refuses: Refuses,
    #[serde(default)]
    pub issuers: Vec<String>,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Refuses {
    Star,
    LeadingStar,
    InexactOperators,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Examples {
    #[serde(default)]
    pub issuers: Vec<Text>,
    /// The audience of a token, where no usual one is the same for every customer.
    pub audience: Option<String>,
    /// A value of the key `tenant_in`.
    pub tenant_in: Option<String>,
    pub good: Option<Text>,
    #[serde(default)]
    pub wide: Wide,
    #[serde(default)]
    pub legal: Vec<Text>,
    #[serde(default)]
    pub illegal: Vec<Text>,
}

/// Subjects that let in too many, from worst to what is only worth knowing.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Wide {
    /// Tenants that nobody named.
    #[serde(default)]
    pub strangers: Vec<Text>,
    /// Every ServiceAccount of a cluster.
    #[serde(default)]
    pub cluster: Vec<Text>,
    /// Namespaces that somebody has yet to create.
    #[serde(default)]
    pub namespaces: Vec<Text>,
    /// Every repository, project or workspace of a tenant; every ServiceAccount of a namespace.
    #[serde(default)]
    pub tenant: Vec<Text>,
    /// Every branch, tag, event or run of one project.
    #[serde(default)]
    pub project: Vec<Text>,
}

impl Wide {
    /// The subjects of each level.
    pub fn levels(&self) -> [(&'static str, &[Text]); 5] {
        let Wide { strangers, cluster, namespaces, tenant, project } = self;
        [("strangers", strangers), ("cluster", cluster), ("namespaces", namespaces), ("tenant", tenant), ("project", project)]
    }
}

fn yes() -> bool {
    true
}
