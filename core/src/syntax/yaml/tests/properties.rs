//! What holds for every text and every tree.

use proptest::prelude::*;

use super::super::split;
use super::*;

/// A tree to be written and read back.
#[derive(Clone, Debug)]
enum Tree {
    Null,
    Bool(bool),
    Number(i64),
    Text(String),
    List(Vec<Tree>),
    Object(Vec<(String, Tree)>),
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z]{1,8}",
        "[a-zA-Z0-9:/.-]{0,40}",
        "[ -~]{0,12}",
        "[ab é😀\n\t\"'\\\\:#-]{0,14}",
        "([a-z]{1,5} ?){1,6}\n{0,3}",
        "(([a-z:{\"]{1,9}| {0,3})\n){1,5}",
        Just("null".to_owned()),
        Just("<<".to_owned()),
    ]
}

fn tree() -> impl Strategy<Value = Tree> {
    let leaf = prop_oneof![
        1 => Just(Tree::Null),
        1 => any::<bool>().prop_map(Tree::Bool),
        1 => any::<i64>().prop_map(Tree::Number),
        5 => text().prop_map(Tree::Text),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Tree::List),
            prop::collection::vec((text(), inner), 0..4).prop_map(Tree::Object),
        ]
    })
}

fn expected(tree: &Tree) -> String {
    match tree {
        Tree::Null => "null".to_owned(),
        Tree::Bool(b) => b.to_string(),
        Tree::Number(n) => n.to_string(),
        Tree::Text(text) => format!("{text:?}"),
        Tree::List(items) => format!("[{}]", items.iter().map(expected).collect::<Vec<_>>().join(", ")),
        Tree::Object(members) => {
            let members = members.iter().map(|(key, value)| format!("{key}: {}", expected(value)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

/// Writes trees, each choice of style taken from `choices` in turn.
struct Emitter {
    choices: Vec<u8>,
    next: usize,
    out: String,
}

impl Emitter {
    fn choose(&mut self, n: u8) -> u8 {
        self.next += 1;
        self.choices.get(self.next % self.choices.len()).map_or(0, |c| c % n)
    }

    /// A value behind `key:` or `-`, whose column is `indent`.
    fn value(&mut self, tree: &Tree, indent: usize) {
        let flow = self.choose(4) == 0;
        match tree {
            Tree::List(items) if !items.is_empty() && !flow => {
                // A list may stand at the column of its key; within a list it may not.
                for item in items {
                    self.line(indent + 2);
                    self.out.push('-');
                    self.value(item, indent + 2);
                }
            }
            Tree::Object(members) if !members.is_empty() && !flow => {
                for (key, value) in members {
                    self.line(indent + 2);
                    self.quoted(key);
                    self.out.push(':');
                    self.value(value, indent + 2);
                }
            }
            Tree::Text(text) => {
                self.out.push(' ');
                self.scalar(text, indent);
            }
            other => {
                self.out.push(' ');
                self.flow(other);
            }
        }
        if self.choose(9) == 0 && !self.out.ends_with('\n') {
            self.out.push_str(" # c: 'd\n");
        }
    }

    fn line(&mut self, indent: usize) {
        if !self.out.ends_with('\n') {
            self.out.push('\n');
        }
        self.out.push_str(&" ".repeat(indent));
    }

    fn flow(&mut self, tree: &Tree) {
        match tree {
            Tree::Text(text) => self.quoted(text),
            Tree::List(items) => {
                self.out.push('[');
                for item in items {
                    self.flow(item);
                    self.out.push_str(" , ");
                }
                self.out.push(']');
            }
            Tree::Object(members) => {
                self.out.push('{');
                for (key, value) in members {
                    self.quoted(key);
                    self.out.push_str(": ");
                    self.flow(value);
                    self.out.push_str(",  ");
                }
                self.out.push('}');
            }
            scalar => self.out.push_str(&expected(scalar)),
        }
    }

    fn scalar(&mut self, text: &str, indent: usize) {
        let body = text.trim_end_matches('\n');
        let plain_body = !body.is_empty() && !body.contains('\t');
        let folds = body.split([' ', '\n']).all(|word| !word.is_empty());
        match self.choose(4) {
            0 if plain_body && !body.starts_with([' ', '\n']) => self.block(text, "", indent, text),
            1 if plain_body && !body.starts_with('\n') => self.block(text, "2", indent, text),
            2 if plain_body && folds => {
                let folded = body.replace('\n', "\n\n").replace(' ', "\n") + text.get(body.len()..).unwrap();
                self.block(&folded, ">", indent, &folded);
            }
            _ => self.quoted(text),
        }
    }

    /// `style`: an indentation indicator, or `>`.
    fn block(&mut self, text: &str, style: &str, indent: usize, lines: &str) {
        let body = text.trim_end_matches('\n');
        let header = if style == ">" { ">".to_owned() } else { format!("|{style}") };
        let chomp = ["-", "", "+"][(text.len() - body.len()).min(2)];
        self.out.push_str(&format!("{header}{chomp}"));
        for line in lines.strip_suffix('\n').unwrap_or(lines).split('\n') {
            let pad = if line.is_empty() { 0 } else { indent + 2 };
            self.out.push_str(&format!("\n{}{line}", " ".repeat(pad)));
        }
        self.out.push('\n');
    }

    fn quoted(&mut self, text: &str) {
        let word = text.bytes().all(|b| b.is_ascii_lowercase()) && !matches!(text, "" | "null" | "true" | "false");
        let printable = !text.contains(['\n', '\t']);
        match self.choose(3) {
            0 if word => self.out.push_str(text),
            1 if printable => self.out.push_str(&format!("'{}'", text.replace('\'', "''"))),
            _ => {
                let escaped = text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n").replace('\t', "\\t");
                self.out.push_str(&format!("\"{}\"", escaped.replace('é', "\\u00e9")));
            }
        }
    }
}

/// All spans lie within the text, on character boundaries, and each scalar's characters lead to source in order.
fn check_spans(text: &str, parsed: &Parsed) {
    let inside = |span: Span| assert!(text.get(span.range()).is_some(), "{span:?} in {text:?}");
    parsed.errors.iter().for_each(|e| inside(e.span));
    let Some(root) = &parsed.root else { return };
    check_nodes(root, &inside);
    let mut all = Vec::new();
    scalars(root, &mut all);
    for scalar in all {
        inside(scalar.span);
        assert!(scalar.span.contains(scalar.inner_span()), "{scalar:?} in {text:?}");
        let mut last = scalar.span.start;
        for (i, c) in scalar.text.char_indices() {
            let span = scalar.span_of(i..i + c.len_utf8());
            inside(span);
            assert!(span.start >= last, "{scalar:?} in {text:?}");
            last = span.start;
        }
    }
}

fn check_nodes(node: &Node, inside: &impl Fn(Span)) {
    inside(node.span);
    node.elements().iter().for_each(|n| check_nodes(n, inside));
    node.members().iter().for_each(|m| check_nodes(&m.value, inside));
}

/// A character is spelled by itself, an escape, a doubled quote, or folded white space; never by a whole token.
fn check_spelling(text: &str, node: &Node) {
    let mut all = Vec::new();
    scalars(node, &mut all);
    for scalar in all {
        for (c, spelling) in escapes(text, scalar) {
            let blank = c.is_whitespace() && spelling.trim().is_empty();
            assert!(blank || spelling == "''" || spelling.starts_with('\\'), "{c:?} by {spelling:?} in {text:?}");
        }
    }
}

fn pieces() -> impl Strategy<Value = String> {
    let words = [
        "a",
        "b: ",
        "- ",
        "\n",
        "\n  ",
        "|",
        "> ",
        "|+2\n",
        "'",
        "\"",
        "{",
        "}",
        "[",
        "]",
        ", ",
        ": ",
        "? ",
        " ",
        "# ",
        "&a ",
        "*a",
        "<<: ",
        "!!str ",
        "!x ",
        "\n---\n",
        "\n...\n",
        "\t",
        "\r\n",
        "\r",
        "é",
        "\u{feff}",
        "%YAML 1.2\n",
        "\\",
        "\\x41",
        "x\n",
        "''",
        "\\\n",
        "~",
        "😀",
    ];
    prop::collection::vec(prop::sample::select(words.to_vec()), 0..24).prop_map(|words| words.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_tree_comes_back_from_every_style(tree in prop::collection::vec((text(), tree()), 1..4), choices in prop::collection::vec(any::<u8>(), 1..24), crlf: bool) {
        let tree = Tree::Object(tree);
        let mut emitter = Emitter { choices, next: 0, out: String::new() };
        let Tree::Object(members) = &tree else { return Ok(()) };
        for (key, value) in members {
            emitter.line(0);
            emitter.quoted(key);
            emitter.out.push(':');
            emitter.value(value, 0);
        }
        let lines = emitter.out;
        let text = if crlf { lines.replace('\n', "\r\n") } else { lines };
        let parsed = read(&text);
        prop_assert_eq!(&parsed.errors, &vec![], "{}", text);
        let root = parsed.root.as_ref().unwrap();
        prop_assert_eq!(show(root), expected(&tree), "{}", text);
        check_spans(&text, &parsed);
        check_spelling(&text, root);
    }

    #[test]
    fn no_text_panics_and_all_spans_lie_in_it(text in prop_oneof![pieces(), "\\PC{0,40}", any::<String>()]) {
        let ranges = split(&text);
        let cut: String = ranges.iter().map(|r| text.get(r.clone()).unwrap()).collect();
        prop_assert_eq!(&cut, &text);
        for parsed in parse(&text, &map(), &Limits { depth: 8, alias_nodes: 20 }) {
            check_spans(&text, &parsed);
        }
        check_spans(&text, &read(&text));
    }
}
