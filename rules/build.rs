//! Turns `providers/*.toml` into static Rust data, so that the catalogue costs nothing at start-up and a file in that folder is all that a
//! provider needs. Knows the form of these files; what an entry means is `irsa_lint_core::provider`'s.

use std::collections::BTreeMap;
use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ProviderFile {
    name: String,
    kind: Kind,
    issuers: Vec<String>,
    shared: bool,
    #[serde(default)]
    guessed: bool,
    #[serde(default = "yes")]
    usable: bool,
    #[serde(default)]
    trailing_slash: bool,
    #[serde(default)]
    built_in: bool,
    #[serde(default)]
    sends_azp: bool,
    #[serde(default)]
    configurable_subject: bool,
    #[serde(default)]
    possible: Vec<String>,
    #[serde(default)]
    request_tags: bool,
    tenant_in: Option<String>,
    #[serde(default)]
    open_tenants: Vec<String>,
    #[serde(default)]
    amr_values: Vec<String>,
    source: String,
    checked: String,
    #[serde(default)]
    parts: BTreeMap<String, Class>,
    audience: Audience,
    subjects: Vec<Subject>,
    #[serde(default)]
    claims: Claims,
    control: Option<Control>,
    examples: Examples,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Kubernetes,
    Ci,
    Iac,
    Runtime,
    Cloud,
    User,
    Saas,
    Agent,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Class {
    Named(String),
    Described(Described),
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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Audience {
    default: Option<String>,
    #[serde(default)]
    common: Vec<String>,
    #[serde(default)]
    mistaken: Vec<String>,
    chosen_by: ChosenBy,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum ChosenBy {
    Workload,
    Issuer,
    RelyingParty,
    Fixed,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    template: String,
    #[serde(default)]
    tenant: Vec<String>,
    #[serde(default)]
    projects: Vec<String>,
    #[serde(default)]
    volatile: Vec<String>,
    controlled_by: String,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Claims {
    standard: Option<Vec<Standard>>,
    #[serde(default)]
    string: Vec<String>,
    #[serde(default)]
    numeric: Vec<String>,
    #[serde(default)]
    tenant: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Standard {
    Sub,
    Aud,
    Oaud,
    Email,
    Amr,
}

impl Standard {
    fn code(&self) -> String {
        format!("Claim::{}", format!("{self:?}").to_uppercase())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Control {
    any_of: Vec<String>,
    refuses: Refuses,
    #[serde(default)]
    issuers: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Refuses {
    Star,
    LeadingStar,
    InexactOperators,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Examples {
    issuers: Vec<String>,
    good: String,
    #[serde(default)]
    wide: Vec<String>,
    legal: Vec<String>,
    #[serde(default)]
    illegal: Vec<String>,
}

fn yes() -> bool {
    true
}

#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a build step reads files and talks to cargo; what it makes does no I/O"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=providers");
    println!("cargo:rerun-if-changed=build.rs");
    let mut files: Vec<PathBuf> = std::fs::read_dir("providers")?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let (mut data, mut examples) = (String::new(), String::new());
    for path in &files {
        let text = std::fs::read_to_string(path)?;
        let file: ProviderFile = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let id = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a provider's file name is not UTF-8")?;
        data += &provider(id, &file).map_err(|error| format!("{}: {error}", path.display()))?;
        examples += &example(id, &file.examples);
    }
    let out = PathBuf::from(std::env::var("OUT_DIR")?);
    write(&out.join("providers.rs"), &format!("static PROVIDERS: &[Provider] = &[\n{data}];\n"))?;
    write(&out.join("provider_examples.rs"), &format!("static EXAMPLES: &[Examples] = &[\n{examples}];\n"))
}

#[expect(clippy::disallowed_methods, reason = "a build step writes what it made")]
fn write(path: &Path, text: &str) -> Result<(), Box<dyn Error>> {
    Ok(std::fs::write(path, text)?)
}

fn provider(id: &str, file: &ProviderFile) -> Result<String, String> {
    let mut slots = String::new();
    for (name, class) in &file.parts {
        let class = class_code(class).map_err(|problem| format!("part `{name}`: {problem}"))?;
        let _ = write!(slots, "Slot {{ name: {}, class: {class} }}, ", text(name));
    }
    let template = |source: &String| format!("Template::from_static({source:?}, SLOTS)");
    let subject = |subject: &Subject| {
        let Subject { template: form, tenant, projects, volatile, controlled_by } = subject;
        let (form, tenant, projects, volatile) = (template(form), texts(tenant), texts(projects), texts(volatile));
        let controlled_by = text(controlled_by);
        let parts = format!("tenant: {tenant}, projects: {projects}, volatile: {volatile}");
        format!("SubjectForm {{ template: {form}, {parts}, controlled_by: {controlled_by} }}")
    };
    let (standard, claims) = claims(&file.claims)?;
    let control = file.control.as_ref().map(|Control { any_of, refuses, issuers }| {
        format!("Control {{ any_of: {}, refuses: Refuses::{refuses:?}, issuers: {} }}", texts(any_of), texts(issuers))
    });
    let Audience { default, common, mistaken, chosen_by } = &file.audience;
    let (default, common, mistaken) = (option(default.as_deref().map(text)), texts(common), texts(mistaken));
    let audience = format!("Audience {{ default: {default}, common: {common}, mistaken: {mistaken}, chosen_by: ChosenBy::{chosen_by:?} }}");
    let fields = [
        ("id", text(id)),
        ("name", text(&file.name)),
        ("kind", format!("Kind::{:?}", file.kind)),
        ("issuers", "List::Borrowed(ISSUERS)".into()),
        ("guessed", file.guessed.to_string()),
        ("shared", file.shared.to_string()),
        ("usable", file.usable.to_string()),
        ("trailing_slash", file.trailing_slash.to_string()),
        ("built_in", file.built_in.to_string()),
        ("subjects", "List::Borrowed(SUBJECTS)".into()),
        ("configurable_subject", file.configurable_subject.to_string()),
        ("possible", "List::Borrowed(POSSIBLE)".into()),
        ("audience", audience),
        ("sends_azp", file.sends_azp.to_string()),
        ("standard_claims", "List::Borrowed(STANDARD)".into()),
        ("claims", claims),
        ("tenant_in", option(file.tenant_in.as_deref().map(text))),
        ("open_tenants", texts(&file.open_tenants)),
        ("amr_values", texts(&file.amr_values)),
        ("request_tags", file.request_tags.to_string()),
        ("control", option(control)),
        ("good", text(&file.examples.good)),
        ("wide", texts(&file.examples.wide)),
        ("source", text(&file.source)),
        ("checked", text(&file.checked)),
    ];
    let fields: String = fields.iter().map(|(name, code)| format!("            {name}: {code},\n")).collect();
    // What is made by a function call cannot be borrowed in place: it needs a static of its own.
    let issuers = file.issuers.iter().map(template).collect::<Vec<_>>().join(", ");
    let subjects = file.subjects.iter().map(subject).collect::<Vec<_>>().join(", ");
    let possible = file.possible.iter().map(template).collect::<Vec<_>>().join(", ");
    let statics = [
        ("SLOTS", "Slot", format!("&[{slots}]")),
        ("ISSUERS", "Template", format!("&[{issuers}]")),
        ("SUBJECTS", "SubjectForm", format!("&[{subjects}]")),
        ("POSSIBLE", "Template", format!("&[{possible}]")),
        ("STANDARD", "Claim", standard),
    ];
    let statics: String = statics.iter().map(|(name, item, code)| format!("        static {name}: &[{item}] = {code};\n")).collect();
    Ok(format!("    {{\n{statics}        Provider {{\n{fields}        }}\n    }},\n"))
}

/// The code of the standard claims and of the further ones.
fn claims(claims: &Claims) -> Result<(String, String), String> {
    let Claims { standard, string, numeric, tenant } = claims;
    if let Some(unknown) = tenant.iter().find(|name| !string.contains(name) && !numeric.contains(name)) {
        return Err(format!("`{unknown}` identifies the tenant and is no claim"));
    }
    let claim = |kind: &'static str| {
        move |name: &String| {
            let tenant = tenant.contains(name);
            format!("Claim {{ name: {}, kind: ClaimKind::{kind}, identifies_tenant: {tenant} }}", text(name))
        }
    };
    let standard = match standard {
        None => "Claim::STANDARD".to_owned(),
        Some(names) => format!("&[{}]", names.iter().map(Standard::code).collect::<Vec<_>>().join(", ")),
    };
    Ok((standard, list(string.iter().map(claim("String")).chain(numeric.iter().map(claim("Numeric"))))))
}

fn example(id: &str, examples: &Examples) -> String {
    let Examples { issuers, legal, illegal, .. } = examples;
    format!("Examples {{ id: {id:?}, issuers: &{issuers:?}, legal: &{legal:?}, illegal: &{illegal:?} }},\n")
}

fn class_code(class: &Class) -> Result<String, &'static str> {
    let described = match class {
        Class::Described(described) => described,
        Class::Named(name) => {
            return match name.as_str() {
                "any" => Ok("Class::ANY".into()),
                "segment" => Ok("Class::SEGMENT".into()),
                "dns-label" => Ok("Class::DnsLabel".into()),
                "dns-subdomain" => Ok("Class::DnsSubdomain".into()),
                _ => Err("there is `any`, `segment`, `dns-label`, `dns-subdomain`, or a table"),
            };
        }
    };
    let Described { characters, except, one_of, ends, length, min, max } = described;
    let chars = match (characters, except, one_of) {
        (Some(list), None, None) => format!("CharSet::of({list:?})"),
        (None, Some(list), None) => format!("CharSet::except({list:?})"),
        (None, None, Some(words)) => return Ok(format!("Class::OneOf({})", texts(words))),
        _ => return Err("wants one of `characters`, `except`, `one_of`"),
    };
    let ends = option(ends.as_ref().map(|list| format!("CharSet::of({list:?})")));
    let max = option(length.or(*max).map(|max| max.to_string()));
    Ok(format!("Class::Run(Run {{ chars: {chars}, ends: {ends}, min: {}, max: {max} }})", length.or(*min).unwrap_or(1)))
}

fn text(value: &str) -> String {
    format!("Str::Borrowed({value:?})")
}

fn texts(values: &[String]) -> String {
    list(values.iter().map(|value| text(value)))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("List::Borrowed(&[{}])", items.collect::<Vec<_>>().join(", "))
}

fn option(code: Option<String>) -> String {
    code.map_or("None".into(), |code| format!("Some({code})"))
}
