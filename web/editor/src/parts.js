// What the page is made of beside its own code: the editor, the worker that holds the engine, files from outside. Told by the page what to do.
import * as atOnce from "./at_once.js";
import * as editor from "./editor.js";
import * as engine from "./engine.js";
import * as keep from "./keep.js";

export * from "./beside.js";
export { back, chooseFiles, closeDialog, copy, enter, keepDocuments, leave, openDialog, prepare, reveal, saveAll, saveDocument, saveFindings, saveShared, track } from "./keep.js";
export const { open, has, retain, show, jump, slice, focus, isLarge } = editor;

let page; // What the page wants to hear.
let names = []; // `[id, path]` of the documents that the page holds,
let revision = 0; // and its count of their changes: as it said last,
let since = 0; // and how many changes it was told of since.
let wanted = false; // A question waits for the one under way.
let last; // The contents that were asked about last, and by which names.
let given; // The answer that the page shows.
let told; // The last answer that the page was given, at which of its counts.
const changed = new Map(); // Documents with changes that the page has not heard of: id and whether it is empty.
const empty = new Map(); // Whether they are, as the page knows.

/** Puts the editor into `host`; `heard(id, empty)` is called once the changes of a text are analysed, or at once if it is empty all of a sudden. */
export function mount(host, heard) {
  page = { ...page, changed: heard };
  const edited = (id, isEmpty) => {
    changed.set(id, isEmpty);
    if (empty.get(id) !== isEmpty) tell(id);
    want();
  };
  editor.mount(host, edited, (text) => openedLarge("pasted.json", new File([text], "pasted.json")));
}
function tell(id) {
  empty.set(id, changed.get(id));
  since++;
  page.changed(id, changed.get(id));
  changed.delete(id);
}

/** Starts the engine. `answer(revision, json, failed)` is called with each answer, `explain(json)` with a rule's page. */
export function start(answer, explain) {
  page = { ...page, answer };
  engine.listen({
    marks: (asked, json, took) => {
      atOnce.learn(asked.names, took);
      if (json !== asked.marked) showMarks(asked, json);
    },
    answer: (asked, json, memory) => {
      mark("irsa-lint:answered", { memory, atOnce: atOnce.memory(), size: json.length });
      if (wanted) send();
      // The marks are to be seen first.
      else painted().then(() => asked.contents === last?.contents && !wanted && deliver(json, ""));
    },
    failed: (asked, why, dead) => {
      const sentence = dead ? "The engine stopped; your documents are still here. The next change starts it again." : "The documents could not be analysed.";
      deliver("", `${sentence} (${why})`);
      if (asked && wanted && !dead) send();
      else wanted = false;
    },
    stopped: () => {
      wanted = false;
      deliver("", "The analysis was stopped.");
    },
    page: explain,
    progress: ({ phase, things, done, of }) => page.progress?.(phase, things, fraction(phase, done, of)),
    quiet: () => page.progress?.("", 0, reached = 0),
  });
  const load = () => engine.module().then(atOnce.load).catch(() => {});
  globalThis.requestIdleCallback ? requestIdleCallback(load) : setTimeout(load, 200);
}
function showMarks(asked, json) {
  asked.marked = json;
  editor.mark(asked.contents, paths(asked), JSON.parse(json), (found) => fix(JSON.stringify(found.fix.edits), JSON.stringify(paths(asked))));
  mark("irsa-lint:marked");
}
const paths = ({ names }) => names.map(([id, path]) => [path, id]);

/** `heard(phase, things, fraction)` is called while a question takes long; at its end with no phase. */
export function onProgress(heard) { page = { ...page, progress: heard }; }

// Each phase is done in several stretches, of which the first take longest: each takes two thirds of what is left. It never goes back.
const PHASES = { reading: [0, 0.5], checking: [0.5, 1] };
let stretch = {}, reached = 0;
function fraction(phase, done, of) {
  if (phase !== stretch.phase) stretch = { phase, begin: 0, part: 2 / 3, done: 0 };
  else if (done < stretch.done || of !== stretch.of) {
    const begin = stretch.begin + stretch.part;
    stretch = { phase, begin, part: (1 - begin) * 2 / 3 };
  }
  Object.assign(stretch, { done, of });
  const [from, to] = PHASES[phase];
  return (reached = Math.max(reached, from + (to - from) * (stretch.begin + stretch.part * done / of)));
}

/** Hears which documents there are, and asks about them unless it has done so. `documents` is a list of `[id, path]`. */
export function ask(count, documents) {
  const before = JSON.stringify(names);
  names = JSON.parse(documents);
  [revision, since] = [count, 0];
  if (JSON.stringify(names) !== before) given = undefined;
  const ids = new Set(names.map(([id]) => id));
  for (const id of empty.keys()) if (!ids.has(id)) empty.delete(id);
  if (!isAsked()) want();
  else if (told && told.revision !== count) {
    given = undefined;
    deliver(told.json, told.failed);
  }
}
function isAsked() {
  if (!last || JSON.stringify(names) !== JSON.stringify(last.names)) return false;
  const now = contents();
  return names.every(([id]) => now.get(id) === last.contents.get(id));
}
const contents = () => editor.contents(names.map(([id]) => id));

/** Asks once more about the same. */
export function again() { want(); }
/** Stops the question under way. */
export const cancel = engine.stop;

function want() {
  wanted = true;
  if (!engine.busy()) send();
}
function send() {
  wanted = false;
  last = { names, contents: contents() };
  told = undefined;
  reached = 0;
  const bytes = names.reduce((sum, [id]) => sum + editor.size(last.contents.get(id)), 0);
  const asked = engine.ask(names, last.contents, bytes);
  mark("irsa-lint:asked");
  // Not inside of the change: the editor takes no marks there.
  queueMicrotask(() => {
    const json = asked.contents === last?.contents ? atOnce.marks(asked.names, asked.contents) : undefined;
    if (json) showMarks(asked, json);
  });
}

/** Gives the page an answer, or why there is none, and what it belongs to. */
function deliver(json, failed) {
  // Most keys change nothing of the answer, and drawing it anew would hold up the next key.
  if (!json || json !== given) page.answer(revision + since, json, failed);
  given = json;
  for (const id of changed.keys()) tell(id);
  told = { json, failed, revision: revision + since };
}

/** When what was drawn is to be seen; soon, where nothing is drawn since the tab is hidden. */
function painted() {
  return new Promise((resolve) => {
    const late = setTimeout(resolve, 60);
    requestAnimationFrame(() => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => { clearTimeout(late); resolve(); };
      port2.postMessage(0);
    });
  });
}

/** For who measures; they are not kept, or they would grow with every key. */
function mark(name, detail) {
  performance.mark(name, { detail });
  performance.clearMarks(name);
}

/** Gives the keyboard to an element of the page, once it is drawn. */
export function focusOn(id) { requestAnimationFrame(() => document.getElementById(id)?.focus()); }

/** Puts a question about all documents; `documents` is a list of `[id, path]`. A promise of the answer's JSON; it fails with a sentence. */
export function put(question, argument, documents) {
  const held = JSON.parse(documents);
  return engine.put(question, argument, held, editor.contents(held.map(([id]) => id)));
}
/** The same about texts that are in no editor: a list of `{path, text}`. */
function putTexts(question, argument, documents) {
  const names = documents.map(({ path }, at) => [`text ${at}`, path]);
  return engine.put(question, argument, names, new Map(documents.map(({ text }, at) => [`text ${at}`, text])));
}
/** What comes from outside goes to `heard(json)`: files, links, keys; large files by their number to `heardLarge(name, number)`. */
export function outside(heard, heardLarge) {
  openedLarge = (name, file) => heardLarge(name, blobs.push(file));
  keep.begin(heard, put, putTexts, openedLarge);
}

/** Asks for the page of a rule. */
export const { explain } = engine;

/** Makes the edits of a fix, in whatever documents they lie. `ids` is a list of `[path, id]`. */
export function fix(edits, ids) {
  const of = new Map(JSON.parse(ids));
  const byDocument = Map.groupBy(JSON.parse(edits), (edit) => of.get(edit.location.path));
  for (const [id, own] of byDocument) if (id !== undefined) editor.edit(id, own);
}

const blobs = []; // Large files; numbered from 1.
let openedLarge = () => {};
/** Opens a large file by its number. */
export function openFile(id, number) {
  editor.openLarge(id, blobs[number - 1]);
  blobs[number - 1] = undefined;
}

/** The gallery, as JSON. */
export async function examples() { return (await fetch(new URL("./examples.json", document.baseURI))).text(); }
