//! The forms in which a trust policy stands in real files: a fix must mend it in each, or offer nothing there.

use serde_json::Value;

/// Texts of one policy in different clothes, each with a name for messages and a file name.
pub fn embeddings(policy: &str) -> Vec<(&'static str, &'static str, String)> {
    let tight = without_blanks(policy);
    let mut found = vec![
        ("compact", "p.json", tight.clone()),
        ("CRLF", "p.json", policy.replace('\n', "\r\n")),
        ("tabs and a byte order mark", "p.json", format!("\u{feff}{}", policy.replace("  ", "\t"))),
        ("a string in JSON", "role.json", role_json(&quoted(&tight))),
        ("a laid out string in JSON", "role.json", role_json(&quoted(policy))),
        ("a laid out string with CRLF in JSON", "role.json", role_json(&quoted(&policy.replace('\n', "\r\n")))),
        ("percent-encoded", "role.json", role_json(&quoted(&percent_encoded(policy)))),
        ("a plan", "plan.json", plan(&tight)),
        ("a literal block", "role.yaml", role_yaml(&format!("|\n{}", indented(policy, "      ")))),
        ("a literal block with CRLF", "role.yaml", role_yaml(&format!("|\n{}", indented(policy, "      "))).replace('\n', "\r\n")),
        ("a folded block", "role.yaml", role_yaml(&format!(">-\n{}", indented(policy, "      ")))),
        ("double quotes in YAML", "role.yaml", role_yaml(&format!("{}\n", quoted(policy)))),
        ("single quotes in YAML", "role.yaml", role_yaml(&format!("'{}'\n", tight.replace('\'', "''")))),
        ("flow style in YAML", "role.yaml", role_yaml(&format!("\n{}", indented(policy, "      ")))),
    ];
    // Of an object with a key twice there is nothing to convert.
    if let Ok(value) = serde_json::from_str::<Value>(policy)
        && without_blanks(&value.to_string()).len() == tight.len()
    {
        found.push(("YAML", "role.yaml", role_yaml(&format!("\n{}", yaml(&value, "      ", true)))));
        found.push((
            "quoted YAML with CRLF",
            "role.yaml",
            role_yaml(&format!("\n{}", yaml(&value, "      ", false))).replace('\n', "\r\n"),
        ));
    }
    found
}

const ARN: &str = "arn:aws:iam::111122223333:role/payments";

fn role_json(policy: &str) -> String {
    format!(
        "{{\"Role\": {{\"RoleName\": \"payments\", \"Path\": \"/\", \"Arn\": \"{ARN}\",\n  \"AssumeRolePolicyDocument\": {policy}}}}}\n"
    )
}

fn role_yaml(policy: &str) -> String {
    format!("# é ✓ 😀\nRole:\n  RoleName: payments\n  Path: /\n  Arn: {ARN}\n  AssumeRolePolicyDocument: {policy}  Tags: [] # 1\n")
}

fn plan(policy: &str) -> String {
    let values = format!(r#"{{"name": "payments", "path": "/", "assume_role_policy": {}}}"#, quoted(policy));
    let resource =
        format!(r#"{{"address": "aws_iam_role.x", "mode": "managed", "type": "aws_iam_role", "name": "x", "values": {values}}}"#);
    format!(
        r#"{{"format_version": "1.2", "terraform_version": "1.9.0", "planned_values": {{"root_module": {{"resources": [{resource}]}}}}}}"#
    )
}

fn quoted(text: &str) -> String {
    Value::String(text.to_owned()).to_string()
}

fn percent_encoded(text: &str) -> String {
    text.bytes().map(|b| if b.is_ascii_alphanumeric() { char::from(b).to_string() } else { format!("%{b:02X}") }).collect()
}

fn indented(text: &str, by: &str) -> String {
    text.trim_end().lines().map(|line| format!("{by}{line}\n")).collect()
}

/// JSON without blanks outside its strings.
fn without_blanks(json: &str) -> String {
    let (mut out, mut inside, mut escaped) = (String::new(), false, false);
    for c in json.chars() {
        if inside || !c.is_whitespace() {
            out.push(c);
        }
        inside ^= c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
    }
    out
}

/// A value in YAML's block style, a line break at its end; `plain`: with as few quotes as can be.
fn yaml(value: &Value, indent: &str, plain: bool) -> String {
    let scalar = |text: &str| {
        let bare = plain && text.starts_with(|c: char| c.is_ascii_alphabetic()) && !text.contains([',', '{', '[', '"']);
        if bare { text.to_owned() } else { quoted(text) }
    };
    let held = |value: &Value, deeper: &str| match value {
        Value::String(text) => format!(" {}\n", scalar(text)),
        Value::Object(members) if !members.is_empty() => format!("\n{}", yaml(value, deeper, plain)),
        Value::Array(elements) if !elements.is_empty() => format!("\n{}", yaml(value, deeper, plain)),
        other => format!(" {other}\n"),
    };
    match value {
        Value::Object(members) => {
            members.iter().map(|(key, value)| format!("{indent}{}:{}", scalar(key), held(value, &format!("{indent}  ")))).collect()
        }
        Value::Array(elements) => elements
            .iter()
            .map(|element| {
                let body = match element {
                    Value::String(text) => format!("{indent}  {}\n", scalar(text)),
                    element => yaml(element, &format!("{indent}  "), plain),
                };
                format!("{indent}- {}", body.strip_prefix(&format!("{indent}  ")).unwrap_or(&body))
            })
            .collect(),
        other => format!("{indent}{other}\n"),
    }
}
