//! Turns `providers/*.toml` into static Rust data, so that the catalogue costs nothing at start-up and a file in that folder is all that a
//! provider needs. Knows the form of these files; what an entry means is `irsa_lint_core::provider`'s.

use std::error::Error;
use std::fmt::Write;
use std::path::{Path, PathBuf};

#[path = "src/providers/file.rs"]
mod provider_file;

use provider_file::{Audience, Chars, Claims, Class, Control, Examples, ProviderFile, Standard, Subject, Text};

#[expect(
    clippy::disallowed_methods,
    clippy::disallowed_macros,
    reason = "a build step reads files and talks to cargo; what it makes does no I/O"
)]
fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo:rerun-if-changed=providers");
    println!("cargo:rerun-if-changed=build.rs");
    println!("cargo:rerun-if-changed=src/providers/file.rs");
    let mut files: Vec<PathBuf> = std::fs::read_dir("providers")?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    let (mut data, mut examples) = (String::new(), String::new());
    for path in &files {
        let text = std::fs::read_to_string(path)?;
        let file: ProviderFile = toml::from_str(&text).map_err(|error| format!("{}: {error}", path.display()))?;
        let id = path.file_stem().and_then(|stem| stem.to_str()).ok_or("a provider's file name is not UTF-8")?;
        data += &provider(id, &file).map_err(|error| format!("{}: {error}", path.display()))?;
        examples += &example(id, &text, &file.examples);
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
        let _ = write!(slots, "Slot {{ name: {}, class: {} }}, ", text(name), class_code(class));
    }
    let template = |source: &Text| format!("Template::from_static({:?}, SLOTS)", source.get_ref());
    let subject = |subject: &Subject| {
        let Subject { template: form, tenant, projects, volatile, controlled_by } = subject;
        let (form, tenant, projects, volatile) = (template(form), spanned(tenant), spanned(projects), spanned(volatile));
        let parts = format!("tenant: {tenant}, projects: {projects}, volatile: {volatile}");
        format!("SubjectForm {{ template: {form}, {parts}, controlled_by: {} }}", text(controlled_by))
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
        ("name", text(file.name.get_ref())),
        ("kind", format!("Kind::{:?}", file.kind)),
        ("issuers", "List::Borrowed(ISSUERS)".into()),
        ("guessed", file.guessed.to_string()),
        ("shared", file.shared.get_ref().to_string()),
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
        ("good", text(file.examples.good.as_ref().map(Text::get_ref).ok_or("a good example is missing")?)),
        ("wide", list(file.examples.wide.levels().iter().flat_map(|(_, subjects)| subjects.iter()).map(|wide| text(wide.get_ref())))),
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
    if let Some(unknown) = tenant.iter().map(Text::get_ref).find(|name| !string.contains(name) && !numeric.contains(name)) {
        return Err(format!("`{unknown}` identifies the tenant and is no claim"));
    }
    let claim = |kind: &'static str| {
        move |name: &String| {
            let tenant = tenant.iter().any(|tenant| tenant.get_ref() == name);
            format!("Claim {{ name: {}, kind: ClaimKind::{kind}, identifies_tenant: {tenant} }}", text(name))
        }
    };
    let code = |standard: &Standard| format!("Claim::{}", format!("{standard:?}").to_uppercase());
    let standard = match standard {
        None => "Claim::STANDARD".to_owned(),
        Some(names) => format!("&[{}]", names.iter().map(code).collect::<Vec<_>>().join(", ")),
    };
    Ok((standard, list(string.iter().map(claim("String")).chain(numeric.iter().map(claim("Numeric"))))))
}

/// What only tests look at.
fn example(id: &str, text: &str, examples: &Examples) -> String {
    let Examples { issuers, audience, tenant_in, legal, illegal, wide, .. } = examples;
    let plain = |texts: &[Text]| texts.iter().map(|text| text.get_ref().clone()).collect::<Vec<_>>();
    let wide: String = wide.levels().iter().map(|(level, subjects)| format!("({level:?}, &{:?}), ", plain(subjects))).collect();
    let (issuers, legal, illegal) = (plain(issuers), plain(legal), plain(illegal));
    let keys = format!("audience: {audience:?}, tenant_in: {tenant_in:?}");
    format!(
        "Examples {{ id: {id:?}, file: {text:?}, issuers: &{issuers:?}, {keys}, legal: &{legal:?}, illegal: &{illegal:?}, wide: &[{wide}] }},\n"
    )
}

fn class_code(class: &Class) -> String {
    match class {
        Class::Any => "Class::ANY".into(),
        Class::Segment => "Class::SEGMENT".into(),
        Class::DnsLabel => "Class::DnsLabel".into(),
        Class::DnsSubdomain => "Class::DnsSubdomain".into(),
        Class::OneOf(words) => format!("Class::OneOf({})", texts(words)),
        Class::Run { chars, ends, min, max } => {
            let chars = match chars {
                Chars::Of(list) => format!("CharSet::of({list:?})"),
                Chars::Except(list) => format!("CharSet::except({list:?})"),
            };
            let ends = option(ends.as_ref().map(|list| format!("CharSet::of({list:?})")));
            format!("Class::Run(Run {{ chars: {chars}, ends: {ends}, min: {min}, max: {max:?} }})")
        }
    }
}

fn text(value: &str) -> String {
    format!("Str::Borrowed({value:?})")
}

fn texts(values: &[String]) -> String {
    list(values.iter().map(|value| text(value)))
}

fn spanned(values: &[Text]) -> String {
    list(values.iter().map(|value| text(value.get_ref())))
}

fn list(items: impl Iterator<Item = String>) -> String {
    format!("List::Borrowed(&[{}])", items.collect::<Vec<_>>().join(", "))
}

fn option(code: Option<String>) -> String {
    code.map_or("None".into(), |code| format!("Some({code})"))
}
