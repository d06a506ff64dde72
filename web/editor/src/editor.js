// The text editor: one view, a state for each document. It owns the texts; the page hears of changes and asks for text, and never writes back.
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { HighlightStyle, bracketMatching, foldGutter, foldKeymap, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { diagnosticCount, lintGutter, lintKeymap, nextDiagnostic, previousDiagnostic, setDiagnostics } from "@codemirror/lint";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { Compartment, EditorSelection, EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers, placeholder } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { LARGE, Large } from "./large.js";

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
  ".cm-panels-top": { borderBottom: "1px solid var(--edge)" },
  ".large": { fontFamily: "var(--sans)", fontSize: "13px", padding: "9px 14px", lineHeight: "1.5" },
  ".large span": { color: "var(--quiet)" },
});

const HINT = `Paste or drop here:
a trust policy, a ServiceAccount, manifests,
output of aws iam or kubectl, a Terraform plan,
a GitHub Actions or GitLab CI file.`;

const documents = new Map(); // The states.
const large = new Map(); // Of documents that are too large, what they are instead of texts.
let view, shown, heard, takeLarge;

/** Puts the editor into `host`; `changed(id, empty)` is called after every change of a text, `pasted(text)` instead of taking in a large one. */
export function mount(host, changed, pasted) {
  heard = changed;
  takeLarge = pasted;
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
      EditorView.domEventHandlers({
        paste(event) {
          const text = event.clipboardData?.getData("text/plain") ?? "";
          if (text.length < LARGE) return false;
          takeLarge(text);
          return true;
        },
      }),
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

export function open(id, text) {
  if (text.length < LARGE) documents.set(id, state(text.replace(/^\uFEFF/, "")));
  else openLarge(id, new Blob([text]));
}

/** A document of which only a stretch is shown, and cannot be changed. */
export function openLarge(id, blob) {
  const made = new Large(blob, [lineNumbers(), lintGutter(), drawSelection(), look, keymap.of(defaultKeymap)], (state) => {
    if (large.get(id) !== made) return;
    documents.set(id, state);
    if (id === shown) view.setState(state);
    markLarge(id);
  });
  large.set(id, made);
  documents.set(id, made.state(""));
  made.read(0);
}
export const isLarge = (id) => large.has(id);

export function show(id) {
  if (id === shown || !documents.has(id)) return;
  keep();
  shown = id;
  view.setState(documents.get(id));
}
export function has(id) { return documents.has(id); }
export function retain(ids) {
  for (const id of documents.keys()) if (!ids.includes(id)) documents.delete(id);
  for (const id of large.keys()) if (!ids.includes(id)) large.delete(id);
  if (!documents.has(shown)) shown = undefined;
}
/** The text; none of a large document. */
export function text(id) { return large.has(id) ? "" : (current(id)?.doc.toString() ?? ""); }
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

export async function jump(id, location) {
  show(id);
  const wanted = JSON.parse(location);
  await large.get(id)?.reach(wanted.start.offset);
  if (id !== shown) return;
  const at = large.get(id)?.range(wanted) ?? range(view.state.doc, wanted);
  view.dispatch({ selection: EditorSelection.single(at.from, at.to), effects: EditorView.scrollIntoView(at.from, { y: "center" }) });
  view.focus();
}
export function slice(id, location) {
  if (large.has(id)) return "";
  const { doc } = current(id);
  const { from, to } = range(doc, JSON.parse(location));
  return doc.sliceString(from, to);
}

/** Makes the edits of one document at once, so that one undo takes them back. */
export function edit(id, edits) {
  if (large.has(id)) return;
  show(id);
  const { doc } = view.state;
  view.dispatch({ changes: edits.map(({ location, text }) => ({ ...range(doc, location), insert: text })), userEvent: "input.fix", scrollIntoView: true });
}

/** What documents hold now, to be told from what they hold later: texts that never change, and of large ones the Blobs. */
export function contents(ids) { return new Map(ids.map((id) => [id, large.get(id)?.blob ?? current(id)?.doc])); }
export const size = (content) => content?.size ?? content?.length ?? 0;

/** Marks what was found in the contents of `asked`; a text that has changed since keeps its marks until the next answer. */
export function mark(asked, ids, { diagnostics, errors }, fix) {
  const found = Map.groupBy([...diagnostics, ...errors.map((broken) => ({ ...broken, severity: "error", help: "" }))], (d) => d.location?.path);
  for (const [path, id] of ids) {
    const state = current(id);
    if (!state) continue;
    const own = found.get(path) ?? [];
    if (large.has(id)) {
      large.get(id).found = own;
      markLarge(id);
    } else if (asked.get(id) === state.doc) {
      put(id, state, own.map((d) => diagnostic(state.doc, range(state.doc, d.location), d, fix)));
    }
  }
}

function markLarge(id) {
  const [state, of] = [current(id), large.get(id)];
  const inside = of.found.map((d) => [of.range(d.location), d]).filter(([at]) => at);
  put(id, state, inside.map(([at, d]) => diagnostic(state.doc, at, { ...d, fix: null }, undefined)));
}

function put(id, state, all) {
  // Most changes change nothing about what is found.
  if (!all.length && !diagnosticCount(state)) return;
  const transaction = setDiagnostics(state, all);
  if (id === shown) view.dispatch(transaction);
  else documents.set(id, state.update(transaction).state);
}

function diagnostic(doc, { from, to }, found, fix) {
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
