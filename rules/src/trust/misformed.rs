//! What is wrong with a subject that its issuer never sends, in words, and which one is plainly meant. Kubernetes has words of its own.

use irsa_lint_core::admission::Budget;
use irsa_lint_core::admission::language::{Glob, Language};
use irsa_lint_core::admission::words::listed;
use irsa_lint_core::provider::{CharSet, Class, Kind, Part, Provider, Slot, Template};
use irsa_lint_core::rule::View;

/// What is wrong with a subject.
pub struct Explained {
    /// A clause behind "it".
    pub why: String,
    /// The subject that is plainly meant.
    pub meant: Option<String>,
}

/// What people write for what a service sends: each is tried where the result is a form of the service.
const SLIPS: &[(&str, &str)] = &[
    (":ref:", ":ref:refs/heads/"),
    (":branch:", ":ref:refs/heads/"),
    (":branch/", ":ref:refs/heads/"),
    (":tag:", ":ref:refs/tags/"),
    (":refs/", ":ref:refs/"),
    (":ref:/refs/", ":ref:refs/"),
    (":heads/", ":ref:refs/heads/"),
    (":ref:heads/", ":ref:refs/heads/"),
    (":ref:tags/", ":ref:refs/tags/"),
    (":ref:refs/head/", ":ref:refs/heads/"),
    (":ref:refs/tag/", ":ref:refs/tags/"),
    (":env:", ":environment:"),
    (":environments:", ":environment:"),
    (":pull_requests", ":pull_request"),
    (":pull-request", ":pull_request"),
    (":pr", ":pull_request"),
    (":ref:pull_request", ":pull_request"),
    ("https://github.com/", "repo:"),
    ("repo:https://github.com/", "repo:"),
    ("repository:", "repo:"),
    ("repos:", "repo:"),
    ("repo/", "repo:"),
    ("project:", "project_path:"),
    (":ref_type:branches:", ":ref_type:branch:"),
    (":ref_type:heads:", ":ref_type:branch:"),
    (":ref_type:tags:", ":ref_type:tag:"),
    (":branch:", ":ref_type:branch:ref:"),
    (":tag:", ":ref_type:tag:ref:"),
    ("org:", "organization:"),
];

/// What is wrong with a subject of which it is known that the issuer never sends it.
#[must_use]
pub fn explain(value: &str, issuer: &str, provider: &Provider, view: &View<'_>) -> Explained {
    let forms = view.issuers.forms(Some(issuer));
    let budget = Budget::default();
    let is_in = |text: &str, set: &Language| match text.contains(['*', '?']) {
        true => !Language::glob(Glob::parse(text)).intersect(set.clone()).is_empty(&budget).is_yes(),
        false => set.contains(text),
    };
    let reaches = |text: &str| is_in(text, &forms.legal) && forms.possible.as_ref().is_none_or(|possible| is_in(text, possible));
    let fits = |text: String| (text != value && reaches(&text)).then_some(text);
    if let Some(meant) = fits(without_blanks(value)) {
        return Explained { why: "contains white space".to_owned(), meant: Some(meant) };
    }
    if value.starts_with([':', '/']) || ["::", ":/", "//", "/:"].iter().any(|empty| value.contains(empty) && !value.contains("://")) {
        return Explained { why: "has an empty part".to_owned(), meant: None };
    }
    if let Some(meant) = fits(decoded(value)) {
        return Explained { why: "is percent-encoded, but subjects are not".to_owned(), meant: Some(meant) };
    }
    if let Some(meant) = cased(value, provider).and_then(fits).or_else(|| fits(value.to_ascii_lowercase())) {
        return Explained { why: "differs in letter case, which matters".to_owned(), meant: Some(meant) };
    }
    let label = provider.subjects.first().and_then(|form| form.template.text().split('{').next());
    let usual = label.filter(|label| !label.is_empty() && !value.starts_with(label));
    if let Some((label, meant)) = usual.and_then(|label| Some((label, fits(format!("{label}{value}"))?))) {
        return Explained { why: format!("lacks `{label}` at the start"), meant: Some(meant) };
    }
    if provider.good.starts_with('{') && !value.contains(['{', '}']) {
        let braced: Vec<String> = value.split(':').map(|id| if id.contains('*') { id.to_owned() } else { format!("{{{id}}}") }).collect();
        return Explained { why: "lacks the braces around its ids".to_owned(), meant: fits(braced.join(":")) };
    }
    let slips = SLIPS.iter().filter(|(wrong, _)| value.contains(wrong));
    let mended = slips.filter_map(|(wrong, right)| Some((*wrong, *right, fits(value.replacen(wrong, right, 1))?)));
    // Of several that explain as much the first listed, which is the commonest.
    let slip = mended.min_by_key(|(wrong, ..)| std::cmp::Reverse(wrong.len()));
    let why = odd_part(value, provider)
        .or_else(|| of_another(value, provider, view))
        .or_else(|| slip.as_ref().map(|(wrong, right, _)| format!("has `{wrong}` instead of `{right}`")))
        .or_else(|| unencoded(value, provider))
        .or_else(|| missing_part(value, provider))
        .unwrap_or_else(|| "does not have the form of its subjects".to_owned());
    let meant = slip.map(|(.., meant)| meant);
    Explained { why, meant }
}

/// The form of the service's subjects that a text comes nearest to.
#[must_use]
pub fn nearest_form(value: &str, provider: Option<&Provider>) -> String {
    let common = |text: &str| text.bytes().zip(value.bytes()).take_while(|(a, b)| a == b).count();
    let labels = |text: &str| text.split(':').filter(|label| !label.contains('{') && value.contains(*label)).count();
    let forms = provider.map(|provider| provider.subjects.iter()).into_iter().flatten().map(|form| form.template.text());
    // Of several that are equally near the first listed, which is the usual one.
    let ranked = forms.enumerate().max_by_key(|(place, text)| (labels(text), common(text), std::cmp::Reverse(*place)));
    ranked.map(|(_, text)| text).unwrap_or_default().replace("{{", "{").replace("}}", "}")
}

/// The text without white space at its ends and around its colons: there it means nothing, within a name it may stand for another letter.
fn without_blanks(value: &str) -> String {
    value.split(':').map(str::trim).collect::<Vec<_>>().join(":")
}

fn decoded(value: &str) -> String {
    [("%3A", ":"), ("%3a", ":"), ("%2F", "/"), ("%2f", "/"), ("%7B", "{"), ("%7D", "}")]
        .iter()
        .fold(value.to_owned(), |text, (encoded, plain)| text.replace(encoded, plain))
}

/// The text with the fixed words of a form in the form's own letter case.
fn cased(value: &str, provider: &Provider) -> Option<String> {
    provider.subjects.iter().find_map(|form| {
        let mut text = value.to_owned();
        let mut from = 0;
        for part in form.template.parts() {
            let Part::Literal(label) = part else { continue };
            let Some(found) = text.get(from..)?.to_ascii_lowercase().find(&label.to_ascii_lowercase()) else { break };
            let at = from + found;
            text.replace_range(at..at + label.len(), label);
            from = at + label.len();
        }
        (text != value).then_some(text)
    })
}

/// The part of a form that may not hold what the text has in its place.
fn odd_part(value: &str, provider: &Provider) -> Option<String> {
    provider.subjects.iter().find_map(|form| {
        let template = &form.template;
        let slots: Vec<Slot> = template.parts().filter_map(|part| relaxed(&part)).collect();
        let loose = Template::new(template.text().to_owned(), slots).ok()?;
        let captures = loose.matches(value)?;
        let mut label = "";
        template.parts().find_map(|part| match part {
            Part::Literal(text) => {
                label = text.trim_matches([':', '/', '{', '}', '@']).rsplit([':', '/']).next().unwrap_or_default();
                None
            }
            Part::Named(slot) => {
                let found = captures.get(&slot.name)?;
                let odd = !found.contains(['*', '?']) && !slot.class.allows(found);
                odd.then(|| said(found, if label.is_empty() { slot.name.as_ref() } else { label }, &slot.class))
            }
        })
    })
}

/// A part that may hold anything but a colon, where it may not hold one in earnest.
fn relaxed(part: &Part<'_>) -> Option<Slot> {
    let Part::Named(slot) = part else { return None };
    let class = if slot.class.may_contain(':') { slot.class.clone() } else { Class::run(CharSet::except(":")) };
    Some(Slot { name: slot.name.clone(), class })
}

/// What a part is and what stands in its place.
fn said(found: &str, label: &str, class: &Class) -> String {
    match class {
        Class::OneOf(words) => format!("has the `{label}` `{found}` instead of {}", listed(words.iter().map(AsRef::as_ref), 6)),
        Class::Run(run) => match found.chars().find(|c| !run.chars.contains(*c)) {
            Some(' ') => format!("has white space in its `{label}`, `{found}`"),
            Some(odd) => format!("has a `{odd}` in its `{label}`, `{found}`, which is not allowed there"),
            None => format!("has the `{label}` `{found}`, which has the wrong length"),
        },
        _ => format!("has the `{label}` `{found}`, which is not a possible name"),
    }
}

/// The other service whose subjects have that form.
fn of_another(value: &str, provider: &Provider, view: &View<'_>) -> Option<String> {
    let filled = value.replace(['*', '?'], "a");
    let telling =
        |other: &&Provider| other.id != provider.id && !other.guessed && other.subjects.iter().any(|form| has_labels(&form.template));
    let others = view.catalogue.providers().filter(telling);
    let form = |other: &&Provider| other.subjects.iter().any(|form| has_labels(&form.template) && form.template.is_match(&filled));
    others
        .filter(form)
        .map(|other| match other.kind {
            Kind::Kubernetes => "is the subject of a Kubernetes ServiceAccount".to_owned(),
            _ => format!("has the form of a subject of {}", other.name),
        })
        .next()
}

/// Whether a form has enough fixed text to be told from others.
fn has_labels(template: &Template) -> bool {
    template.parts().filter_map(|part| if let Part::Literal(text) = part { Some(text.len()) } else { None }).sum::<usize>() > 8
}

/// A part that the nearest form has and the text has not.
fn missing_part(value: &str, provider: &Provider) -> Option<String> {
    let form = nearest_form(value, Some(provider));
    // What a `*` may stand for is not missing.
    let known = if value.contains('*') { 1 } else { usize::MAX };
    let mut labels = form.split(':').filter(|label| !label.contains('{')).take(known);
    let missing = labels.find(|label| !value.split(':').any(|part| part == *label))?;
    Some(format!("lacks the part `{missing}:`"))
}

/// A colon inside a value that is sent as `%3A`.
fn unencoded(value: &str, provider: &Provider) -> Option<String> {
    let fits = |text: &str| provider.possible.iter().any(|template| template.is_match(text));
    let filled = value.replace('*', "a");
    let (head, tail) = filled.rsplit_once(':')?;
    let joined = format!("{head}%3A{tail}");
    fits(&joined).then(|| "has one part too many (a colon inside a value is sent as `%3A`)".to_owned())
}
