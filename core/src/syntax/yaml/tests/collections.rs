//! Objects, lists, keys, anchors, aliases, merge keys, streams.

use super::*;

#[test]
fn collections_nest_in_every_style() {
    let text = "a:\n- 1\n- x: 1\n  y: [b, {c: d}, e: f]\n-\n- - g\n  - h\ni: {}\nj: []\n? k\n: l\n? m\nn:\n";
    assert_eq!(
        show(&root(text)),
        r#"{a: [1, {x: 1, y: ["b", {c: "d"}, {e: "f"}]}, null, ["g", "h"]], i: {}, j: [], k: "l", m: null, n: null}"#
    );
}

#[test]
fn spans_of_collections_end_with_their_last_token() {
    let text = "a:\n  b: [1, 2] # c\n\nc:\n- d\n-   e: f\n    g: |\n      h\n\nz: # i\n";
    let root = root(text);
    let span = |path: &[&str]| at(text, root.path(path).unwrap().span);
    assert_eq!(span(&["a"]), "b: [1, 2]");
    assert_eq!(span(&["a", "b"]), "[1, 2]");
    assert_eq!(span(&["c"]), "- d\n-   e: f\n    g: |\n      h\n");
    assert_eq!(at(text, root.get("c").unwrap().elements()[1].span), "e: f\n    g: |\n      h\n");
    assert_eq!(at(text, root.span), text.strip_suffix(" # i\n").unwrap());
    let z = root.get("z").unwrap().span;
    assert_eq!((z.start, z.end), (z.start, z.start));
    assert_eq!(z.start as usize, text.find(" # i").unwrap(), "an absent value stands behind its colon");
}

#[test]
fn a_dash_of_an_outer_list_is_not_taken_for_an_inner_one() {
    let text = "- a: 1\n- ? - b\n  : - c\n- d: # -\n  - - -5\n";
    let parsed = read(text);
    assert_eq!(faults(text, &parsed), ["- b: a key has to be a string, but this is a list"]);
    let root = parsed.root.unwrap();
    assert_eq!(at(text, root.span), text.trim_end());
    assert_eq!(at(text, root.elements()[2].get("d").unwrap().span), "- - -5");
}

#[test]
fn keys_that_are_no_strings_keep_their_spelling() {
    let text = "1: a\ntrue: b\n~: c\n\"2\": d\n: e\n0x1F: f\n";
    let root = root(text);
    assert_eq!(show(&root), r#"{1: "a", true: "b", ~: "c", 2: "d", : "e", 0x1F: "f"}"#);
    assert_eq!(at(text, root.members()[3].key.span), "\"2\"");
}

#[test]
fn duplicate_keys_stay_in_order() {
    assert_eq!(show(&root("a: 1\nb: 2\na: 3\n")), "{a: 1, b: 2, a: 3}");
}

#[test]
fn an_alias_is_a_copy_of_its_anchor() {
    let text = "a: &x\n  b: 'c'\nd: *x\ne: [*x]\n*k : &k f\ng: &k h\n*k : i\n";
    let parsed = read(text);
    assert_eq!(faults(text, &parsed), ["*k: no anchor `&k` stands before this alias"]);
    let root = parsed.root.unwrap();
    assert_eq!(show(&root), r#"{a: {b: "c"}, d: {b: "c"}, e: [{b: "c"}], g: "h", h: "i"}"#);
    assert_eq!(root.get("d").unwrap().span, root.get("a").unwrap().span);
    assert_eq!(at(text, root.get("e").unwrap().span), "[*x]");
    assert_eq!(at(text, root.get("d").unwrap().get("b").unwrap().span), "'c'");
}

#[test]
fn aliases_of_absent_values_and_numbers_work_as_keys() {
    assert_eq!(show(&root("a: &n 0x10\n*n : b\nc: &e\nd: *e\n")), r#"{a: 0x10, 0x10: "b", c: null, d: null}"#);
}

#[test]
fn an_alias_within_its_own_anchor_is_an_error() {
    let text = "a: &x [1, *x]\nb: *x";
    let parsed = read(text);
    assert_eq!(faults(text, &parsed), ["*x: this alias stands within the value that it stands for"]);
    assert_eq!(show(&parsed.root.unwrap()), "{a: [1, ?], b: [1, ?]}");
}

#[test]
fn merge_keys_add_what_is_missing() {
    let text = "x: &x {a: 1, b: 2}\ny: &y {b: 3, c: 4}\nz:\n  <<: [*x, *y]\n  a: 0\n";
    assert_eq!(show(root(text).get("z").unwrap()), "{a: 0, b: 2, c: 4}");
    assert_eq!(show(&root("a: 1\n<<: {a: 2, b: 3}\n<<: {b: 4}\n'<<': 5\n")), "{a: 1, <<: 5, b: 3}");
    let text = "x: &x\n  <<: {a: 1}\ny: *x\n";
    assert_eq!(show(&root(text)), "{x: {a: 1}, y: {a: 1}}");
    let parsed = read("<<: [1]\na: 2\n<<: *q\n");
    let expected = ["[1]: `<<` merges an object or a list of objects, but this is a list", "*q: no anchor `&q` stands before this alias"];
    assert_eq!(faults("<<: [1]\na: 2\n<<: *q\n", &parsed), expected);
    assert_eq!(show(&parsed.root.unwrap()), "{a: 2}");
}

#[test]
fn nothing_is_no_root_and_null_is_one() {
    for text in ["", "\n", "# c\n", "---\n", "--- # c\n", "---\n...\n", "...\n", "\u{feff}", "%YAML 1.2\n---\n"] {
        let parsed = read(text);
        assert_eq!((parsed.root, parsed.errors), (None, vec![]), "{text:?}");
    }
    assert!(root("~").is_null());
    assert!(root("--- !!null\n").is_null());
}

#[test]
fn a_stream_is_read_document_by_document() {
    let text = "\u{feff}a: 1\r\n---\r\nb: [\r\n---\r\n# none\r\n--- {c: é}\r\n...\r\n%YAML 1.2\r\n---\r\nd: 1\r\n";
    let parsed = parse(text, &map(), &Limits::default());
    let roots: Vec<_> = parsed.iter().map(|p| p.root.as_ref().map(show)).collect();
    let some = |text: &str| Some(text.to_owned());
    assert_eq!(roots, [some("{a: 1}"), some("{b: []}"), None, some(r#"{c: "é"}"#), some("{d: 1}")]);
    assert_eq!(parsed.iter().map(|p| p.errors.len()).collect::<Vec<_>>(), [0, 1, 0, 0, 0]);
    assert_eq!(at(text, parsed[3].root.as_ref().unwrap().span), "{c: é}");
    assert_eq!(at(text, parsed[1].errors[0].span), "[");
}
