//! What JavaScript hands over as JSON: an object whose members are known. Knows no names. serde would do it too, and bring the reading and
//! writing of floating-point numbers along.

use irsa_lint_core::source::{FileId, TextMap};
use irsa_lint_core::syntax::{Limits, Node, Value, json};

/// An object.
pub struct Asked {
    /// How a complaint names it: `options`.
    what: &'static str,
    root: Node,
}

impl Asked {
    /// Reads an object; a member that is not among `known` is refused, so that no slip goes unseen.
    pub fn read(text: &str, what: &'static str, known: &[&str]) -> Result<Self, String> {
        let parsed = json::parse(text, &TextMap::direct(FileId(0), 0), &Limits::default());
        let root = match (parsed.root, parsed.errors.first()) {
            (_, Some(error)) => return Err(format!("the {what}: {}", error.message)),
            (Some(root), None) if root.is_object() => root,
            _ => return Err(format!("the {what}: no JSON object")),
        };
        match root.members().iter().find(|member| !known.contains(&member.key.as_str())) {
            Some(unknown) => Err(format!("the {what}: unknown field `{}`, expected one of `{}`", unknown.key.text, known.join("`, `"))),
            None => Ok(Self { what, root }),
        }
    }

    /// A member that is there and not `null`.
    pub fn get(&self, name: &str) -> Option<&Node> {
        self.root.get(name).filter(|node| node.value != Value::Null)
    }

    /// A string; `None` where it is not there.
    pub fn text(&self, name: &str) -> Result<Option<&str>, String> {
        self.get(name).map(|node| node.text().ok_or_else(|| self.is_no(name, "a string"))).transpose()
    }

    /// Whole seconds; `None` where it is not there.
    pub fn seconds(&self, name: &str) -> Result<Option<i64>, String> {
        let number = |node: &Node| match &node.value {
            Value::Number(digits) => digits.parse().ok(),
            _ => None,
        };
        self.get(name).map(|node| number(node).ok_or_else(|| self.is_no(name, "a number of seconds"))).transpose()
    }

    /// Documents, a list of `{"name", "text"}`; `None` where it is not there.
    pub fn documents(&self, name: &str) -> Result<Option<Vec<(String, String)>>, String> {
        let Some(list) = self.get(name) else { return Ok(None) };
        let text = |node: &Node, key: &str| node.get(key).and_then(Node::text).map(str::to_owned);
        let documents = list.elements().iter().map(|each| Some((text(each, "name")?, text(each, "text")?)));
        documents.collect::<Option<_>>().map(Some).ok_or_else(|| self.is_no(name, "a list of documents"))
    }

    /// A list of strings; empty where it is not there.
    pub fn texts(&self, name: &str) -> Result<Vec<String>, String> {
        let Some(node) = self.get(name) else { return Ok(Vec::new()) };
        let texts = matches!(node.value, Value::Array(_)).then(|| node.elements().iter().map(Node::text));
        let texts = texts.and_then(|texts| texts.map(|text| text.map(str::to_owned)).collect());
        texts.ok_or_else(|| self.is_no(name, "a list of strings"))
    }

    /// An object; `None` where it is not there.
    pub fn object(&self, name: &str) -> Result<Option<&Node>, String> {
        self.get(name).map(|node| if node.is_object() { Ok(node) } else { Err(self.is_no(name, "an object")) }).transpose()
    }

    /// A complaint about a member.
    pub fn is_no(&self, name: &str, kind: &str) -> String {
        format!("the {}: `{name}` is not {kind}", self.what)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn says_what_is_wrong() {
        let read = |text| Asked::read(text, "question", &["a", "b"]);
        let asked = read(r#"{"a": "x", "b": ["y", "z"]}"#).unwrap();
        assert_eq!((asked.text("a"), asked.texts("b")), (Ok(Some("x")), Ok(vec!["y".to_owned(), "z".to_owned()])));
        assert_eq!((asked.text("b"), asked.texts("a")), (Err(asked.is_no("b", "a string")), Err(asked.is_no("a", "a list of strings"))));
        assert_eq!(asked.object("a").unwrap_err(), "the question: `a` is not an object");
        let none = read(r#"{"a": null}"#).unwrap();
        assert_eq!((none.text("a"), none.texts("b"), none.object("a")), (Ok(None), Ok(Vec::new()), Ok(None)));
        for (text, complaint) in
            [("[]", "no JSON object"), ("", "the question: "), (r#"{"c": 1}"#, "unknown field `c`"), (r#"{"a": 1"#, "the question: ")]
        {
            assert!(read(text).err().unwrap().contains(complaint), "{text}");
        }
    }
}
