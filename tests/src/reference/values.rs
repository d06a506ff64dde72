//! Values of a condition: policy variables replaced, then compared with one value of the request.
//! Source: IAM User Guide, "IAM policy elements: Variables and tags".

use serde_json::Value;

use super::call::{Call, texts};
use super::glob::{self, Unit};
use super::keys::{self, Found};
use super::operator::Family;
use super::truth::Truth;

/// A value after its variables were replaced.
enum Expanded {
    /// What to compare with.
    Units(Vec<Unit>),
    /// A variable has no value: the comparison fails.
    NoValue,
    /// A variable has a value that the token does not decide.
    Undecided,
}

/// What a value is compared for.
pub struct Context<'a> {
    /// The call.
    pub call: &'a Call,
    /// Whether the document's version replaces policy variables.
    pub replaces: bool,
}

/// Whether the request's value matches the policy's.
pub fn matches(family: Family, wanted: &Value, found: &str, context: &Context<'_>) -> Truth {
    let texts = texts(wanted);
    let Some(wanted) = texts.first() else { return Some(false) };
    match family {
        Family::Bool if context.replaces && wanted.contains("${") => None,
        Family::Bool => Some(wanted.eq_ignore_ascii_case(found)),
        Family::Numeric(orders) => {
            let (wanted, found) = (wanted.trim().parse::<f64>().ok()?, found.trim().parse::<f64>().ok()?);
            found.partial_cmp(&wanted).map(|order| orders.contains(&order))
        }
        Family::Opaque | Family::Null => None,
        Family::Equals | Family::EqualsIgnoreCase | Family::Like | Family::Arn => match expand(family, wanted, context) {
            Expanded::NoValue => Some(false),
            Expanded::Undecided => None,
            Expanded::Units(units) => Some(compare(family, &units, found)),
        },
    }
}

fn compare(family: Family, units: &[Unit], found: &str) -> bool {
    match family {
        Family::EqualsIgnoreCase => glob::matches(&units.iter().flat_map(lower).collect::<Vec<_>>(), &found.to_lowercase()),
        Family::Arn => {
            let wanted: Vec<&[Unit]> = units.splitn(6, |unit| *unit == Unit::Char(':')).collect();
            let found: Vec<&str> = found.splitn(6, ':').collect();
            wanted.len() == 6 && found.len() == 6 && wanted.iter().zip(&found).all(|(wanted, found)| glob::matches(wanted, found))
        }
        _ => glob::matches(units, found),
    }
}

fn lower(unit: &Unit) -> Vec<Unit> {
    match unit {
        Unit::Char(c) => c.to_lowercase().map(Unit::Char).collect(),
        other => vec![*other],
    }
}

fn expand(family: Family, text: &str, context: &Context<'_>) -> Expanded {
    let written = |part: &str| -> Vec<Unit> {
        let wild = matches!(family, Family::Like | Family::Arn);
        part.chars().map(|c| if wild { glob::wild_char(c) } else { Unit::Char(c) }).collect()
    };
    if !context.replaces {
        return Expanded::Units(written(text));
    }
    let mut units = Vec::new();
    let mut undecided = false;
    let mut rest = text;
    while let Some((before, inside, after)) = next_variable(rest) {
        units.extend(written(before));
        match variable(inside, context.call) {
            Variable::Text(value) => units.extend(value.chars().map(Unit::Char)),
            Variable::Undecided => undecided = true,
            Variable::None => return Expanded::NoValue,
        }
        rest = after;
    }
    units.extend(written(rest));
    if undecided { Expanded::Undecided } else { Expanded::Units(units) }
}

/// The text before the first `${…}`, what stands inside it, and the text after it.
fn next_variable(text: &str) -> Option<(&str, &str, &str)> {
    let (before, rest) = text.split_once("${")?;
    let (inside, after) = rest.split_once('}')?;
    Some((before, inside, after))
}

enum Variable {
    Text(String),
    None,
    Undecided,
}

fn variable(inside: &str, call: &Call) -> Variable {
    if matches!(inside, "*" | "?" | "$") {
        return Variable::Text(inside.to_owned());
    }
    // A comma *and* a space, then the default in single quotes; anything else is all of it a key, and no request has such a key.
    let with_default = inside.split_once(", '").and_then(|(key, rest)| Some((key, rest.strip_suffix('\'')?)));
    let (key, default) = with_default.map_or((inside, None), |(key, default)| (key, Some(default)));
    let multivalued = key.to_ascii_lowercase().ends_with(":amr");
    match keys::look_up(call, key) {
        Found::Values(values) if !multivalued => match values.as_slice() {
            [only] => Variable::Text(only.clone()),
            _ => Variable::None,
        },
        Found::Undecided { .. } => Variable::Undecided,
        Found::Absent | Found::Values(_) => default.map_or(Variable::None, |text| Variable::Text(text.to_owned())),
    }
}
