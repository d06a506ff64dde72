// Documents that come and go: from files, links and this browser's storage, into links and files. Tells the page what arrives; the page says which
// documents are open. Nothing here sends anything anywhere.
import * as editor from "./editor.js";
import * as files from "./files.js";
import * as keys from "./keys.js";
import * as session from "./session.js";

const sharing = () => import("./sharing.js");
/** Whether a fragment is one that holds documents. */
const isOurs = (hash) => hash.startsWith("#d=");

export const { chooseFiles } = files;
export const { closeDialog, enter, leave } = keys;

let heard, engine, engineOfTexts;
let open = []; // `[id, name]` of each open document.
let mine = []; // One's own documents while a link's are shown.
let arriving; // The names of documents that come in a link, until they are open; then their ids in `foreign`.
let foreign = new Set();

const say = (event) => heard(JSON.stringify(event));
/** The names of those that are files too large to be texts here. */
const large = () => open.filter(([id]) => editor.isLarge(id)).map(([, name]) => name);
const current = () => open.map(([id, name]) => ({ name, text: editor.text(id) })).filter(({ text }) => /\S/.test(text));

/** Starts: `hear(json)` gets each event, `ask(question, argument, documents)` asks the engine about open documents, `askOfTexts` about texts,
 * `openLarge(name, file)` opens a file that is too large to be a text here. */
export function begin(hear, ask, askOfTexts, openLarge) {
  [heard, engine, engineOfTexts] = [hear, ask, askOfTexts];
  files.listen(({ documents, large: files, notice }) => {
    say({ documents, notice });
    for (const [name, file] of files) openLarge(name, file);
  });
  keys.listen((key) => {
    if (key === "next" || key === "previous") editor.step(key === "previous");
    else if (key === "save") saveDocument();
    else if (key === "open") chooseFiles(false);
    else say({ key });
  });
  session.listen(() => say({ kept: session.isKept() }));
  addEventListener("hashchange", () => { if (isOurs(location.hash)) arrive(); });
  addEventListener("pagehide", () => save());
  document.addEventListener("visibilitychange", () => { if (document.hidden) save(); });
  const own = session.kept();
  say({ kept: session.isKept(), documents: own.map(({ name, text }) => [name, text]), replace: own.length > 0 });
  if (isOurs(location.hash)) arrive();
}

/** Opens what is in the address bar. The fragment goes from there at once: else the history, which browsers carry to other machines, keeps the
 * documents, and a reload brings them back over what was changed since. */
async function arrive() {
  const { hash } = location;
  history.replaceState(null, "", location.pathname + location.search);
  try {
    const documents = await (await sharing()).documentsOf(hash);
    const own = current();
    mine = own.length && !foreign.size ? own : mine.length ? mine : session.kept();
    arriving = documents.map(({ name }) => name);
    const came = documents.length === 1 ? "This document came in a link." : `These ${documents.length} documents came in a link.`;
    say({ documents: documents.map(({ name, text }) => [name, text]), replace: true, back: mine.length > 0, notice: mine.length ? `${came} Your own are put aside.` : came });
  } catch (error) {
    say({ notice: error.message });
  }
}

/** Puts one's own documents back in the place of a link's. */
export function back() {
  foreign.clear();
  say({ documents: mine.map(({ name, text }) => [name, text]), replace: true, notice: "" });
  mine = [];
}

let later;
/** Hears which documents are open, after each change of them or of a text. `documents` is a list of `[id, name]`. */
export function track(documents) {
  open = JSON.parse(documents);
  if (arriving?.length === open.length && arriving[0] === open[0]?.[1]) {
    foreign = new Set(open.map(([id]) => id));
    arriving = undefined;
  } else if (foreign.size && !open.some(([id]) => foreign.has(id))) {
    foreign.clear();
    mine = [];
  }
  clearTimeout(later);
  later = setTimeout(save, 500);
}

function save() {
  clearTimeout(later);
  if (!session.isKept() || foreign.size || arriving) return;
  const notice = session.keep(current());
  if (notice) say({ kept: false, notice });
}

/** The switch. */
export function keepDocuments(on) {
  if (!on) session.forget();
  const notice = on ? session.keep(current()) : "";
  if (on) foreign.clear();
  // First as it was flipped, or the page would not see that it goes back.
  say({ kept: on });
  if (notice) setTimeout(() => say({ kept: false, notice }));
  else if (on && large().length) say({ notice: `Too large to be kept in this browser: ${large().join(", ")}. Everything else is.` });
}

let shared = [];
/** What a link would hold. `options` is `{ids, names}`; a promise of JSON. */
export async function prepare(options) {
  const { LONGEST, fragment, scrub } = await sharing();
  const documents = current();
  const asked = JSON.parse(options);
  const scrubbed = scrub(documents, asked);
  shared = scrubbed.documents;
  const left = large().map((name) => `${name} is too large for a link and is left out.`);
  const link = location.origin + location.pathname + (await fragment(shared));
  const size = new TextEncoder();
  return JSON.stringify({
    documents: shared.map(({ name, text }) => ({ name, size: inWords(size.encode(text).length) })),
    replaced: scrubbed.replaced,
    removed: scrubbed.removed,
    warnings: [...left, ...scrubbed.warnings],
    link: link.length <= LONGEST ? link : "",
    size: inWords(link.length),
    local: /^(?:localhost|127\.|\[::1\]$)/.test(location.hostname),
    verdict: asked.ids || scrubbed.removed.length ? await verdict(documents, shared) : "",
  });
}

const inWords = (bytes) => (bytes < 1000 ? `${bytes} bytes` : bytes < 1e6 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1e6).toFixed(1)} MB`);

/** Whether the scrubbed documents are found to be the same, as a sentence. */
async function verdict(before, after) {
  const found = async (documents) => {
    const { diagnostics } = JSON.parse(await engineOfTexts("check", undefined, documents.map(({ name, text }) => ({ path: name, text, pasted: true }))));
    return diagnostics.map(({ rule, severity }) => `${rule} ${severity}`).sort();
  };
  try {
    const [was, is] = [await found(before), await found(after)];
    if (String(was) === String(is)) return was.length ? `Checked: the same ${was.length === 1 ? "finding" : `${was.length} findings`} with the replacements as without.` : "Checked: nothing to report, with the replacements as without.";
    const lost = was.filter((each) => !is.includes(each)), gained = is.filter((each) => !was.includes(each));
    const change = [...(lost.length ? [`gone: ${rules(lost)}`] : []), ...(gained.length ? [`new: ${rules(gained)}`] : [])].join("; ");
    return `The replacements change what is found (${change || `${is.length} findings instead of ${was.length}`}).`;
  } catch {
    return "";
  }
}
const rules = (found) => [...new Set(found.map((each) => each.split(" ")[0]))].slice(0, 3).join(", ");

/** Whether a text could be put on the clipboard. */
export async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}

function download(name, content, type) {
  const url = URL.createObjectURL(content instanceof Blob ? content : new Blob([content], { type }));
  Object.assign(document.createElement("a"), { href: url, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}

/** Saves the shown document under its own name. */
export function saveDocument() {
  const id = editor.which();
  const file = editor.isLarge(id) && editor.contents([id]).get(id);
  const name = (open.find(([own]) => own === id)?.[1] ?? "document").split("/").at(-1);
  if (file) return download(name, file);
  const text = editor.text(id);
  download(/\.[a-z0-9]+$/i.test(name) ? name : name + (/^\s*[[{]/.test(text) ? ".json" : ".yaml"), text, "text/plain");
}
/** Saves all documents as an archive, or those that a link would have held. */
export async function saveAll() {
  download("irsa-lint-documents.zip", await (await sharing()).zip(current()));
  if (large().length) say({ notice: `Too large for the archive, and left out: ${large().join(", ")}.` });
}
export async function saveShared() { download("irsa-lint-documents.zip", await (await sharing()).zip(shared)); }

/** Saves the findings, as `json` or `markdown`, or copies the Markdown (`copy`), and says so. */
export async function saveFindings(how) {
  const documents = JSON.stringify(open);
  try {
    if (how === "json") return download("irsa-lint.json", await engine("check", undefined, documents), "application/json");
    const { markdown } = await sharing();
    const text = markdown(JSON.parse(await engine("overview", 10_000, documents)));
    if (how === "markdown") return download("irsa-lint.md", text, "text/markdown");
    if (await copy(text)) say({ notice: "The findings are on the clipboard, as Markdown." });
    else say({ notice: "This browser does not let the page copy: save the findings instead." });
  } catch (error) {
    say({ notice: String(error) });
  }
}

/** Opens a dialog; that it was closed is an event. */
export function openDialog(id) { keys.openDialog(id, () => say({ closed: true })); }

// Keeps a tab in sight that was chosen, however far off.
export function reveal(id) {
  requestAnimationFrame(() => document.getElementById(id)?.scrollIntoView({ block: "nearest", inline: "nearest" }));
}
