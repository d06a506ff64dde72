//! From an entry as a user writes it to a provider of the catalogue. Says what is wrong with an entry and where; knows no files.

use std::ops::Range;

use irsa_lint_core::provider::{
    Audience, CharSet, ChosenBy, Claim, ClaimKind, Class, Control, Kind, List, Provider, Refuses, Run, Slot, Str, SubjectForm, Template,
};
use toml::Spanned;

use crate::providers::file::{self as file, ProviderFile, Text};

/// What is wrong, in bytes of the text that was read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Where.
    pub span: Range<usize>,
    /// One sentence.
    pub message: String,
    /// What to write instead, where that is known.
    pub help: Option<String>,
}

impl Fault {
    /// Something wrong at a place.
    pub fn at<T>(place: &Spanned<T>, message: impl Into<String>) -> Self {
        Self { span: place.span(), message: message.into(), help: None }
    }

    fn help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// The provider that an entry describes.
///
/// # Errors
/// The first thing in the entry that contradicts another one, or the examples.
pub fn provider(entry: ProviderFile) -> Result<Provider, Fault> {
    let slots: Vec<Slot> = entry.parts.iter().map(|(name, class)| Slot { name: owned(name), class: class_of(class) }).collect();
    let name = entry.name.get_ref().clone();
    let good = match (&entry.examples.good, entry.subjects.first()) {
        (Some(good), _) => good.get_ref().clone(),
        (None, Some(first)) => first.template.get_ref().clone(),
        (None, None) => return Err(Fault::at(&entry.name, format!("`{name}` has no `[[providers.subjects]]`"))),
    };
    let provider = Provider {
        id: slug(&name).into(),
        kind: kind(entry.kind),
        issuers: issuers(&entry, &slots)?.into(),
        guessed: entry.guessed,
        shared: *entry.shared.get_ref(),
        usable: entry.usable,
        trailing_slash: entry.trailing_slash,
        built_in: entry.built_in,
        subjects: entry.subjects.iter().map(|subject| form(subject, &slots)).collect::<Result<_, _>>()?,
        configurable_subject: entry.configurable_subject,
        possible: entry.possible.iter().map(|form| template(form, &slots)).collect::<Result<_, _>>()?,
        audience: audience(&entry.audience),
        sends_azp: entry.sends_azp,
        standard_claims: standard_claims(&entry.claims),
        claims: claims(&entry.claims)?,
        tenant_in: entry.tenant_in.as_deref().map(owned),
        open_tenants: list(&entry.open_tenants),
        amr_values: list(&entry.amr_values),
        request_tags: entry.request_tags,
        control: entry.control.as_ref().map(control),
        good: good.into(),
        wide: entry.examples.wide.levels().iter().flat_map(|(_, subjects)| subjects.iter()).map(|text| owned(text.get_ref())).collect(),
        source: owned(&entry.source),
        checked: owned(&entry.checked),
        name: name.into(),
    };
    agrees(&entry, &provider).map(|()| provider)
}

/// Short name of an own entry: what people call it, in small letters and hyphens.
fn slug(name: &str) -> String {
    let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect::<Vec<_>>().join("-")
}

fn issuers(entry: &ProviderFile, slots: &[Slot]) -> Result<Vec<Template>, Fault> {
    if entry.issuers.is_empty() {
        return Err(Fault::at(&entry.name, format!("`{}` has no issuer", entry.name.get_ref())));
    }
    entry.issuers.iter().map(|issuer| issuer_of(issuer, entry, slots)).collect()
}

fn issuer_of(issuer: &Text, entry: &ProviderFile, slots: &[Slot]) -> Result<Template, Fault> {
    let text = issuer.get_ref();
    if let Some(bare) = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://")) {
        let fault = Fault::at(issuer, "an issuer is written without its scheme, as in condition keys");
        return Err(fault.help(format!("write `{bare}`")));
    }
    if text.ends_with('/') && !entry.trailing_slash {
        let fault = Fault::at(issuer, format!("the issuer `{text}` ends in a slash, and `trailing_slash` is not set"));
        return Err(fault.help("set `trailing_slash = true`, or leave the slash out: the `iss` of a token has it or has it not"));
    }
    template(issuer, slots)
}

fn template(text: &Text, slots: &[Slot]) -> Result<Template, Fault> {
    Template::new(text.get_ref().clone(), slots.to_vec()).map_err(|error| {
        let fault = Fault::at(text, format!("in `{}` {error}", text.get_ref()));
        fault.help("each `{part}` stands once and has a line under `parts`; `{{` and `}}` are braces")
    })
}

fn form(subject: &file::Subject, slots: &[Slot]) -> Result<SubjectForm, Fault> {
    let template = template(&subject.template, slots)?;
    let parts = |named: &[Text]| -> Result<List<Str>, Fault> {
        let unknown = named.iter().find(|part| !template.names().any(|name| name == part.get_ref()));
        match unknown {
            Some(part) => {
                let fault = Fault::at(part, format!("the subject `{}` has no part `{}`", template.text(), part.get_ref()));
                let names: Vec<String> = template.names().map(|name| format!("`{name}`")).collect();
                Err(if names.is_empty() { fault } else { fault.help(format!("it has {}", names.join(", "))) })
            }
            None => Ok(named.iter().map(|part| owned(part.get_ref())).collect()),
        }
    };
    let (tenant, projects, volatile) = (parts(&subject.tenant)?, parts(&subject.projects)?, parts(&subject.volatile)?);
    Ok(SubjectForm { template, tenant, projects, volatile, controlled_by: owned(&subject.controlled_by) })
}

/// Whether what the entry says of itself holds: that somebody can be told apart, and its own examples.
fn agrees(entry: &ProviderFile, provider: &Provider) -> Result<(), Fault> {
    let named =
        provider.subject_names_tenant() || provider.tenant_in.is_some() || provider.claims.iter().any(|claim| claim.identifies_tenant);
    if provider.shared && !named {
        let fault = Fault::at(&entry.shared, format!("`{}` serves many customers, and nothing says whose a token is", provider.name));
        return Err(fault.help("name the parts of a subject in `tenant`, a claim in `claims.tenant`, or a condition key in `tenant_in`"));
    }
    let examples = &entry.examples;
    if let Some(issuer) = examples.issuers.iter().find(|issuer| provider.issuer_parts(issuer.get_ref()).is_none()) {
        return Err(Fault::at(issuer, format!("the example `{}` fits none of `issuers`", issuer.get_ref())));
    }
    if let Some(legal) = examples.legal.iter().find(|legal| provider.subject_form(legal.get_ref()).is_none()) {
        return Err(Fault::at(legal, format!("the example `{}` fits none of the subjects, and is said to be legal", legal.get_ref())));
    }
    match examples.illegal.iter().find_map(|illegal| Some((illegal, provider.subject_form(illegal.get_ref())?))) {
        Some((illegal, (form, _))) => {
            let (text, form) = (illegal.get_ref(), form.template.text());
            Err(Fault::at(illegal, format!("the example `{text}` fits the subject `{form}`, and is said to be illegal")))
        }
        None => Ok(()),
    }
}

fn kind(kind: file::Kind) -> Kind {
    match kind {
        file::Kind::Kubernetes => Kind::Kubernetes,
        file::Kind::Ci => Kind::Ci,
        file::Kind::Iac => Kind::Iac,
        file::Kind::Runtime => Kind::Runtime,
        file::Kind::Cloud => Kind::Cloud,
        file::Kind::User => Kind::User,
        file::Kind::Saas => Kind::Saas,
        file::Kind::Agent => Kind::Agent,
    }
}

fn class_of(class: &file::Class) -> Class {
    match class {
        file::Class::Any => Class::ANY,
        file::Class::Segment => Class::SEGMENT,
        file::Class::DnsLabel => Class::DnsLabel,
        file::Class::DnsSubdomain => Class::DnsSubdomain,
        file::Class::OneOf(words) => Class::OneOf(list(words)),
        file::Class::Run { chars, ends, min, max } => {
            let chars = match chars {
                file::Chars::Of(list) => CharSet::of(list),
                file::Chars::Except(list) => CharSet::except(list),
            };
            Class::Run(Run { chars, ends: ends.as_deref().map(CharSet::of), min: *min, max: *max })
        }
    }
}

fn audience(audience: &file::Audience) -> Audience {
    let chosen_by = match audience.chosen_by {
        file::ChosenBy::Workload => ChosenBy::Workload,
        file::ChosenBy::Issuer => ChosenBy::Issuer,
        file::ChosenBy::RelyingParty => ChosenBy::RelyingParty,
        file::ChosenBy::Fixed => ChosenBy::Fixed,
    };
    let (common, mistaken) = (list(&audience.common), list(&audience.mistaken));
    Audience { default: audience.default.as_deref().map(owned), common, mistaken, chosen_by }
}

fn standard_claims(claims: &file::Claims) -> List<Claim> {
    let claim = |standard: &file::Standard| match standard {
        file::Standard::Sub => Claim::SUB,
        file::Standard::Aud => Claim::AUD,
        file::Standard::Oaud => Claim::OAUD,
        file::Standard::Email => Claim::EMAIL,
        file::Standard::Amr => Claim::AMR,
    };
    claims.standard.as_ref().map_or(List::Borrowed(Claim::STANDARD), |named| named.iter().map(claim).collect())
}

fn claims(claims: &file::Claims) -> Result<List<Claim>, Fault> {
    let known = |name: &String| claims.string.contains(name) || claims.numeric.contains(name);
    if let Some(unknown) = claims.tenant.iter().find(|name| !known(name.get_ref())) {
        let fault = Fault::at(unknown, format!("`{}` says whose a token is, and is no claim", unknown.get_ref()));
        return Err(fault.help("list it under `string` or `numeric`, too"));
    }
    let claim = |name: &String, kind: ClaimKind| {
        let identifies_tenant = claims.tenant.iter().any(|tenant| tenant.get_ref() == name);
        Claim { name: owned(name), kind, identifies_tenant }
    };
    let strings = claims.string.iter().map(|name| claim(name, ClaimKind::String));
    Ok(strings.chain(claims.numeric.iter().map(|name| claim(name, ClaimKind::Numeric))).collect())
}

fn control(control: &file::Control) -> Control {
    let refuses = match control.refuses {
        file::Refuses::Star => Refuses::Star,
        file::Refuses::LeadingStar => Refuses::LeadingStar,
        file::Refuses::InexactOperators => Refuses::InexactOperators,
    };
    Control { any_of: list(&control.any_of), refuses, issuers: list(&control.issuers) }
}

fn owned(text: &str) -> Str {
    Str::Owned(text.to_owned())
}

fn list(texts: &[String]) -> List<Str> {
    texts.iter().map(|text| owned(text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ENTRY: &str = r#"
name = "Acme CI"
kind = "ci"
issuers = ["ci.acme.example/{org}"]
shared = false

[parts]
org = { characters = "a-z0-9-" }
project = "segment"
job = "segment"

[audience]
chosen_by = "workload"

[[subjects]]
template = "org:{org}:project:{project}:job:{job}"
tenant = ["org", "project"]
volatile = ["job"]

[examples]
issuers = ["ci.acme.example/shop"]
legal = ["org:shop:project:web:job:7"]
illegal = ["org:shop"]
"#;

    fn read(text: &str) -> Result<Provider, Fault> {
        provider(toml::from_str(text).unwrap())
    }

    #[test]
    fn an_entry_needs_little() {
        let provider = read(ENTRY).unwrap();
        assert_eq!((&*provider.id, &*provider.good), ("acme-ci", "org:{org}:project:{project}:job:{job}"));
        assert!(provider.usable && !provider.guessed && provider.subjects[0].volatile[0] == "job");
        assert_eq!(provider.standard_claims.len(), 5);
    }

    #[test]
    fn what_contradicts_itself_is_said_at_its_place() {
        for (from, to, at, message) in [
            ("ci.acme.example/{org}", "https://ci.acme.example/{org}", "\"https", "without its scheme"),
            ("ci.acme.example/{org}\"", "ci.acme.example/{org}/\"", "\"ci.acme", "ends in a slash"),
            ("ci.acme.example/{org}", "ci.acme.example/{team}", "\"ci.acme", "the part `team` is not described"),
            ("project:{project}:", "project:{project:", "\"org:{org}", "a brace has no partner"),
            ("\"org\", \"project\"", "\"org\", \"repo\"", "\"repo\"", "has no part `repo`"),
            ("volatile = [\"job\"]", "volatile = [\"jobs\"]", "\"jobs\"", "has no part `jobs`"),
            ("[\"ci.acme.example/shop\"]", "[\"ci.acme.example\"]", "\"ci.acme.example\"]", "fits none of `issuers`"),
            ("legal = [\"org:shop:project:web:job:7\"]", "legal = [\"org:shop:web\"]", "\"org:shop:web\"", "said to be legal"),
            ("illegal = [\"org:shop\"]", "illegal = [\"org:a:project:b:job:c\"]", "\"org:a:project", "said to be illegal"),
            ("issuers = [\"ci.acme.example/{org}\"]", "issuers = []", "\"Acme CI\"", "has no issuer"),
        ] {
            assert!(ENTRY.contains(from), "{from}");
            let text = ENTRY.replace(from, to);
            let fault = read(&text).unwrap_err();
            assert!(fault.message.contains(message), "{to}: {}", fault.message);
            assert_eq!(text.find(at), Some(fault.span.start), "{to}");
        }
    }

    #[test]
    fn a_shared_issuer_says_whose_a_token_is() {
        let text = ENTRY.replace("shared = false", "shared = true").replace("tenant = [\"org\", \"project\"]", "");
        let fault = read(&text).unwrap_err();
        assert!(fault.message.contains("nothing says whose"), "{}", fault.message);
        assert!(read(&text.replace("[audience]", "[claims]\nstring = [\"org\"]\ntenant = [\"org\"]\n[audience]")).is_ok());
        let unknown = text.replace("[audience]", "[claims]\ntenant = [\"org_id\"]\n[audience]");
        assert!(read(&unknown).unwrap_err().message.contains("`org_id`"));
    }
}
