//! Reading a whole document as one tree, whatever it is, and what to say of one that cannot be read.

use std::ops::Range;

use super::at::At;
use super::kinds;
use super::language::{is_ours, is_template};
use super::model::{Broken, NotAnalysed, Place};
use super::reader::{Reader, has_template_marks};
use super::work::Context;
use crate::source::{Span, TextMap};
use crate::syntax::{Parsed, Pointer, SyntaxError, json, yaml};

/// How many faults of one document are worth telling.
const MOST_ERRORS: usize = 10;

/// Reads a text that begins as JSON does. Flow mappings of YAML and its quoted keys begin so as well.
pub fn read_json(reader: &mut Reader<'_>, context: &Context) {
    let text = reader.text;
    let parsed = json::parse(text, &TextMap::direct(reader.file, 0), &context.limits);
    if !parsed.errors.is_empty() && is_barely_json(&parsed, text) {
        let documents = yaml::split(text);
        let clean = documents.iter().all(|range| {
            let part = text.get(range.clone()).unwrap_or_default();
            yaml::parse_document(part, &map_of(range, reader), &context.limits).errors.is_empty()
        });
        if clean {
            documents.into_iter().for_each(|range| read_yaml(range, reader, context));
            return;
        }
    }
    let lines = if parsed.errors.is_empty() { None } else { json_lines(text) };
    match lines {
        Some(lines) => lines.into_iter().for_each(|range| {
            let line = text.get(range.clone()).unwrap_or_default();
            read_parsed(json::parse(line, &map_of(&range, reader), &context.limits), range, is_template, reader, context);
        }),
        None => read_parsed(parsed, 0..text.len(), is_template, reader, context),
    }
}

/// The lines of newline-delimited JSON: two or more, each an object or a list by itself.
fn json_lines(text: &str) -> Option<Vec<Range<usize>>> {
    let mut lines = Vec::new();
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let body = line.trim_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
        if !body.is_empty() {
            let whole = (body.starts_with('{') && body.ends_with('}')) || (body.starts_with('[') && body.ends_with(']'));
            whole.then_some(())?;
            let from = at + line.find(body).unwrap_or(0);
            lines.push(from..from + body.len());
        }
        at += line.len();
    }
    (lines.len() > 1).then_some(lines)
}

/// Reads one document of a YAML stream.
pub fn read_yaml(range: Range<usize>, reader: &mut Reader<'_>, context: &Context) {
    let Some(text) = reader.text.get(range.clone()) else { return };
    let parsed = yaml::parse_document(text, &map_of(&range, reader), &context.limits);
    let template =
        |whole: &str, errors: &[SyntaxError]| has_template_marks(text) || is_template(whole, errors) || fault_in_variable(whole, errors);
    read_parsed(parsed, range, template, reader, context);
}

fn map_of(range: &Range<usize>, reader: &Reader<'_>) -> TextMap {
    TextMap::direct(reader.file, narrow(range.start))
}

/// Whether JSON's reader stumbled before it understood anything: at the first member or element, or behind a lone string.
fn is_barely_json(parsed: &Parsed, text: &str) -> bool {
    let Some(first) = parsed.errors.first() else { return false };
    let before = text.get(..first.span.start as usize).unwrap_or_default();
    let before = before.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
    before.starts_with('"') || !before.contains([':', ','])
}

fn read_parsed(
    parsed: Parsed,
    range: Range<usize>,
    template: impl Fn(&str, &[SyntaxError]) -> bool,
    reader: &mut Reader<'_>,
    context: &Context,
) {
    if !parsed.errors.is_empty() {
        let ours = context.ours || context.kind.is_some() || is_ours(reader.text);
        if template(reader.text, &parsed.errors) {
            if ours {
                not_analysed(&parsed.errors, range, reader);
            }
            return;
        }
        if !ours {
            return;
        }
        reader.out.recognised = true;
        let faults = parsed.errors.into_iter().take(MOST_ERRORS);
        let broken = faults.map(|e| Broken { place: Some(Place { span: e.span, pointer: Pointer::root() }), message: e.message });
        reader.out.errors.extend(broken);
    }
    let Some(root) = &parsed.root else { return };
    let at = At::root(root);
    match context.kind.as_deref().map(kinds::named) {
        Some(Some(kind)) => (kind.read)(&at, reader),
        _ => kinds::read_tree(&at, reader),
    }
}

/// Whether the line of the first fault holds a variable of Terraform's `templatefile` or of `envsubst`.
fn fault_in_variable(text: &str, errors: &[SyntaxError]) -> bool {
    let Some(at) = errors.first().map(|e| e.span.start as usize) else { return false };
    let from = text.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |end| end + 1);
    let line = text.get(from..).and_then(|rest| rest.lines().next()).unwrap_or_default();
    line.contains("${") || line.contains("%{")
}

fn not_analysed(errors: &[SyntaxError], range: Range<usize>, reader: &mut Reader<'_>) {
    reader.out.recognised = true;
    let whole = Span { file: reader.file, start: narrow(range.start), end: narrow(range.end) };
    let span = errors.first().map_or(whole, |e| e.span);
    let place = Place { span, pointer: Pointer::root() };
    reader.out.not_analysed.push(NotAnalysed { place, message: "template: it cannot be read before it is filled in".to_owned() });
}

fn narrow(n: usize) -> u32 {
    u32::try_from(n).unwrap_or(u32::MAX)
}
