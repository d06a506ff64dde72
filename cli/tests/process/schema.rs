//! The answer of `check --format json` against its published schema. Only the words of JSON Schema that ours uses are understood, and one
//! that is not understood fails the test.

use serde_json::Value;

use crate::run::{Bench, wide};

fn schema() -> Value {
    serde_json::from_str(include_str!("../../../docs/schema/check.schema.json")).unwrap()
}

fn is_type(value: &Value, name: &str) -> bool {
    match name {
        "null" => value.is_null(),
        "string" => value.is_string(),
        "integer" => value.is_u64(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("unknown type {other}"),
    }
}

/// What of a value is not as the schema says. With `closed`, members that the schema does not name are faults, too.
fn faults(root: &Value, schema: &Value, value: &Value, at: &str, closed: bool) -> Vec<String> {
    let mut out = Vec::new();
    for (word, wanted) in schema.as_object().unwrap() {
        let fails = match word.as_str() {
            "$schema" | "$id" | "title" | "description" | "$defs" => false,
            "$ref" => {
                let name = wanted.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                out.extend(faults(root, &root["$defs"][name], value, at, closed));
                false
            }
            "type" => !match wanted {
                Value::String(name) => is_type(value, name),
                names => names.as_array().unwrap().iter().any(|name| is_type(value, name.as_str().unwrap())),
            },
            "const" => value != wanted,
            "enum" => !wanted.as_array().unwrap().contains(value),
            "minimum" => value.as_u64().is_some_and(|n| n < wanted.as_u64().unwrap()),
            "oneOf" => wanted.as_array().unwrap().iter().filter(|one| faults(root, one, value, at, closed).is_empty()).count() != 1,
            "required" => wanted.as_array().unwrap().iter().any(|name| value.get(name.as_str().unwrap()).is_none()),
            "items" => {
                let items = value.as_array().into_iter().flatten().enumerate();
                out.extend(items.flat_map(|(n, item)| faults(root, wanted, item, &format!("{at}/{n}"), closed)));
                false
            }
            "properties" => {
                for (name, member) in value.as_object().into_iter().flatten() {
                    match wanted.get(name) {
                        Some(schema) => out.extend(faults(root, schema, member, &format!("{at}/{name}"), closed)),
                        None if closed => out.push(format!("{at}/{name} is not in the schema")),
                        None => {}
                    }
                }
                false
            }
            other => panic!("the schema uses `{other}`, which this test does not understand"),
        };
        if fails {
            out.push(format!("{at}: not as `{word}` says: {value}"));
        }
    }
    out
}

#[test]
fn the_answer_is_as_the_schema_says_and_the_schema_knows_all_of_it() {
    let account = "kind: ServiceAccount\napiVersion: v1\nmetadata:\n  name: é\n  annotations:\n    eks.amazonaws.com/rolearn: arn:aws:iam::111122223333:role/x\n";
    let bench =
        Bench::new(&[("trust.json", &wide()), ("sa.yaml", account), ("cut.json", "{\"Action\": \"sts:AssumeRoleWithWebIdentity\"")]);
    let (answer, code) = bench.json(&["trust.json", "sa.yaml", "cut.json", "gone.json"]);
    assert_eq!(code, 2);
    assert_eq!(faults(&schema(), &schema(), &answer, "", true), Vec::<String>::new());
    let diagnostics = answer["diagnostics"].as_array().unwrap();
    assert!(diagnostics.iter().any(|d| d["witness"].is_object()) && diagnostics.iter().any(|d| d["fix"].is_object()), "{answer:#}");
    assert_eq!(answer["errors"].as_array().unwrap().len(), 2, "{answer:#}");
}

#[test]
fn a_wrong_answer_is_seen() {
    let (mut answer, _) = Bench::new(&[("trust.json", &wide())]).json(&["trust.json"]);
    answer["diagnostics"][0]["severity"] = "fatal".into();
    answer["diagnostics"][0]["location"]["start"]["line"] = 0.into();
    answer["summary"]["files"] = "1".into();
    answer.as_object_mut().unwrap().remove("tool");
    assert_eq!(faults(&schema(), &schema(), &answer, "", true).len(), 4);
}
