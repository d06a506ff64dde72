// The text editor: one view, a state for each document. It owns the texts; the page hears of changes and asks for text, and never writes back.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, lintKeymap, nextDiagnostic, previousDiagnostic, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorSelection, EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.content, tags.attributeValue], color: "var(--code-string)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--code-atom)" },
  { tag: [tags.comment, tags.meta], color: "var(--code-comment)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "var(--surface)", fontSize: "13px" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", lineHeight: "1.6" },
  ".cm-content": { caretColor: "var(--text)", padding: "12px 0" },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-placeholder": { color: "var(--quiet)", whiteSpace: "pre-wrap" },
  ".cm-gutters": { backgroundColor: "var(--surface)", color: "var(--faint)", border: "none" },
  ".cm-activeLine": { backgroundColor: "var(--line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { backgroundColor: "var(--select)" },
  ".cm-tooltip": { backgroundColor: "var(--raised)", color: "var(--text)", border: "1px solid var(--edge)", borderRadius: "8px", boxShadow: "var(--shadow)" },
  ".cm-tooltip-lint": { maxWidth: "min(560px, 80vw)", overflow: "hidden" },
  ".cm-diagnostic": { fontFamily: "var(--sans)", padding: "10px 14px", lineHeight: "1.5" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--error)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--warning)" },
  ".cm-diagnostic-info": { borderLeft: "3px solid var(--info)" },
  ".cm-diagnostic code": { fontFamily: "var(--mono)", fontSize: "12px", overflowWrap: "anywhere" },
  ".cm-diagnostic .help": { color: "var(--quiet)", marginTop: "4px" },
  ".cm-diagnosticAction": { backgroundColor: "var(--accent)", color: "var(--on-accent)", borderRadius: "6px", padding: "4px 10px", margin: "8px 0 0", font: "inherit" },
  ".cm-lintRange": { backgroundImage: "none", textDecorationLine: "underline", textDecorationStyle: "wavy", textDecorationSkipInk: "none", textUnderlineOffset: "4px" },
  ".cm-lintRange-error": { textDecorationColor: "var(--error)" },
  ".cm-lintRange-warning": { textDecorationColor: "var(--warning)" },
  ".cm-lintRange-info": { textDecorationColor: "var(--info)" },
  ".cm-lintRange-active": { backgroundColor: "transparent" },
  ".cm-foldPlaceholder": { backgroundColor: "var(--line)", border: "none", color: "var(--quiet)" },
  ".cm-panels": { backgroundColor: "var(--raised)", color: "var(--text)" },
});

const HINT = `Paste or drop here:
a trust policy, a ServiceAccount, manifests,
output of aws iam or kubectl, a Terraform plan,
a GitHub Actions or GitLab CI file.`;

const documents = new Map();
let view, shown, heard;

/** Puts the editor into `host`; `changed(id, empty)` is called after every change of a text. */
export function mount(host, changed) {
  heard = changed;
  // A root of its own: the editor's styles come as constructed sheets, which the page's content security policy lets in without `unsafe-inline`.
  const root = host.attachShadow({ mode: "open" });
  view = new EditorView({ parent: root, root, state: state("") });
  performance.mark("irsa-lint:shown");
}

function state(text) {
  const language = new Compartment();
  const made = EditorState.create({
    doc: text,
    extensions: [
      lineNumbers(), foldGutter(), lintGutter(), history(), drawSelection(), indentOnInput(), bracketMatching(), highlightActiveLine(),
      highlightSelectionMatches(), indentUnit.of("  "), EditorState.tabSize.of(2), language.of(speech(text)), syntaxHighlighting(colours), look,
      placeholder(HINT), keymap.of([...defaultKeymap, ...searchKeymap, ...historyKeymap, ...foldKeymap, ...lintKeymap, { key: "Shift-F8", run: previousDiagnostic }]),
      EditorView.contentAttributes.of({ "aria-label": "Document", tabindex: "0" }), EditorView.lineWrapping,
      EditorView.updateListener.of((update) => {
        if (!update.docChanged) return;
        respeak(update.view, language);
        heard(shown, isEmpty(update.state.doc));
      }),
    ],
  });
  return made;
}

const isEmpty = (doc) => doc.length < 1000 && !/\S/.test(doc.toString());

// JSON begins with a bracket; everything else is read as YAML.
const isJson = (text) => /^\s*[[{]/.test(text.slice(0, 200));
const speech = (text) => (isJson(text) ? json() : yaml());
function respeak(at, language) {
  const wanted = isJson(at.state.sliceDoc(0, 200)) ? "json" : "yaml";
  const now = language.get(at.state)?.language?.name;
  if (now !== wanted) queueMicrotask(() => at.dispatch({ effects: language.reconfigure(wanted === "json" ? json() : yaml()) }));
}

const keep = () => { if (shown !== undefined && documents.has(shown)) documents.set(shown, view.state); };
const current = (id) => (id === shown ? view.state : documents.get(id));

export function open(id, text) { documents.set(id, state(text.replace(/^\uFEFF/, ""))); }
export function show(id) {
  if (id === shown || !documents.has(id)) return;
  keep();
  shown = id;
  view.setState(documents.get(id));
}
export function has(id) { return documents.has(id); }
export function retain(ids) {
  for (const id of documents.keys()) if (!ids.includes(id)) documents.delete(id);
  if (!documents.has(shown)) shown = undefined;
}
export function text(id) { return current(id)?.doc.toString() ?? ""; }
export function focus() { view.focus(); }
/** The number of the shown document. */
export function which() { return shown; }
/** To the next finding in the shown document, or the one before. */
export function step(back) {
  view.focus();
  (back ? previousDiagnostic : nextDiagnostic)(view);
}

// Lines and columns count from 1, columns in code points.
function offset(doc, { line, column }) {
  if (line > doc.lines) return doc.length;
  const { from, text } = doc.line(line);
  let at = 0;
  for (let left = column - 1; left > 0 && at < text.length; left--) at += text.codePointAt(at) > 0xffff ? 2 : 1;
  return from + at;
}
const range = (doc, { start, end }) => ({ from: offset(doc, start), to: offset(doc, end) });

export function jump(id, location) {
  show(id);
  const at = range(view.state.doc, JSON.parse(location));
  view.dispatch({ selection: EditorSelection.single(at.from, at.to), effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
  view.focus();
}
export function slice(id, location) {
  const { doc } = current(id);
  const { from, to } = range(doc, JSON.parse(location));
  return doc.sliceString(from, to);
}

/** Makes the edits of one document at once, so that one undo takes them back. */
export function edit(id, edits) {
  show(id);
  const { doc } = view.state;
  view.dispatch({ changes: edits.map(({ location, text }) => ({ ...range(doc, location), insert: text })), userEvent: "input.fix", scrollIntoView: true });
}

/** The texts as they are now, to be told from later ones. */
export function texts(ids) { return new Map(ids.map((id) => [id, current(id)?.doc])); }

/** Marks what was found in the texts of `asked`; a text that has changed since keeps its marks until the next answer. */
export function mark(asked, ids, answer, fix) {
  for (const [path, id] of ids) {
    const state = current(id);
    if (!state || asked.get(id) !== state.doc) continue;
    const found = answer.check.diagnostics.filter((d) => d.location.path === path).map((d) => diagnostic(state.doc, d, fix));
    const broken = answer.check.errors.filter((e) => e.location?.path === path);
    const all = [...found, ...broken.map((e) => diagnostic(state.doc, { ...e, severity: "error", help: "" }, fix))];
    const transaction = setDiagnostics(state, all);
    if (id === shown) view.dispatch(transaction);
    else documents.set(id, state.update(transaction).state);
  }
}

function diagnostic(doc, found, fix) {
  let { from, to } = range(doc, found.location);
  if (from === to) to = Math.min(doc.length, to + 1);
  if (from === to) from = Math.max(0, from - 1);
  const actions = found.fix ? [{ name: found.fix.message, apply: () => fix(found) }] : [];
  return { from, to, severity: found.severity, message: found.message, source: found.rule, actions, renderMessage: () => words(found) };
}

function words({ message, help }) {
  const box = document.createElement("div");
  box.append(paragraph(message, ""), ...(help ? [paragraph(help, "help")] : []));
  return box;
}
function paragraph(text, name) {
  const made = document.createElement("div");
  made.className = name;
  text.split("`").forEach((part, at) => {
    const piece = at % 2 ? document.createElement("code") : document.createTextNode(part);
    if (at % 2) piece.textContent = part;
    made.append(piece);
  });
  return made;
}
