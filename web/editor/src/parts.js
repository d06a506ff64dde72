// What the page is made of beside its own code: the editor, the worker that holds the engine, files from outside. Told by the page what to do.
import * as editor from "./editor.js";

export * from "./beside.js";
export const { mount, open, has, retain, show, jump, slice, focus } = editor;

let worker, answered, explained;
let asking; // The question under way; there is one at most, and after it the newest.
let waiting;

/** Starts the engine. `answer(revision, json)` is called with each answer, `explain(json)` with a rule's page. */
export function start(answer, explain) {
  [answered, explained] = [answer, explain];
  worker = new Worker(new URL("./worker.js", document.baseURI), { type: "module" });
  worker.addEventListener("message", ({ data }) => {
    if (data.page) explained(data.page);
    else if (data.put !== undefined) answer_put(data);
    else settle(data);
  });
}

/** Asks about all documents: `documents` is a list of `[id, path]`. */
export function ask(revision, documents) {
  waiting = { revision, documents: JSON.parse(documents) };
  if (!asking) send();
}
function send() {
  asking = waiting;
  waiting = undefined;
  const ids = asking.documents.map(([id]) => id);
  asking.texts = editor.texts(ids);
  const documents = asking.documents.map(([id, path]) => ({ path, text: editor.text(id), pasted: true }));
  worker.postMessage({ revision: asking.revision, documents });
  performance.mark("irsa-lint:asked");
}
function settle({ revision, answer, failed }) {
  const asked = asking;
  asking = undefined;
  if (answer) {
    const ids = asked.documents.map(([id, path]) => [path, id]);
    editor.mark(asked.texts, ids, JSON.parse(answer), (found) => fix(JSON.stringify(found.fix.edits), JSON.stringify(ids)));
    performance.mark("irsa-lint:marked");
  }
  answered(revision, answer ?? "", failed ?? "");
  if (waiting) send();
}

/** Gives the keyboard to an element of the page, once it is drawn. */
export function focusOn(id) { requestAnimationFrame(() => document.getElementById(id)?.focus()); }

/** Puts a question about all documents; `documents` is a list of `[id, path]`. A promise of the answer's JSON; it fails with a sentence. */
export function put(question, argument, documents) {
  const held = JSON.parse(documents).map(([id, path]) => ({ path, text: editor.text(id), pasted: true }));
  worker.postMessage({ put: ++puts, question, argument, documents: held });
  const { promise, resolve, reject } = Promise.withResolvers();
  open_puts.set(puts, { resolve, reject });
  return promise;
}
let puts = 0;
const open_puts = new Map();
function answer_put({ put, answer, failed }) {
  const { resolve, reject } = open_puts.get(put);
  open_puts.delete(put);
  if (failed === undefined) resolve(answer);
  else reject(failed);
}

/** Asks for the page of a rule. */
export function explain(rule) { worker.postMessage({ rule }); }

/** Makes the edits of a fix, in whatever documents they lie. `ids` is a list of `[path, id]`. */
export function fix(edits, ids) {
  const of = new Map(JSON.parse(ids));
  const byDocument = Map.groupBy(JSON.parse(edits), (edit) => of.get(edit.location.path));
  for (const [id, own] of byDocument) if (id !== undefined) editor.edit(id, own);
}

/** Files dropped on the page or chosen go to `opened(name, text)`. */
export function files(opened) {
  const take = (list) => { for (const file of list) file.text().then((text) => opened(file.name, text)); };
  addEventListener("dragover", (event) => event.preventDefault());
  addEventListener("drop", (event) => {
    if (!event.dataTransfer?.files.length) return;
    event.preventDefault();
    take(event.dataTransfer.files);
  }, { capture: true });
  choose = () => {
    const input = Object.assign(document.createElement("input"), { type: "file", multiple: true });
    input.addEventListener("change", () => take(input.files));
    input.click();
  };
}
let choose = () => {};
export function chooseFiles() { choose(); }

/** The gallery, as JSON. */
export async function examples() { return (await fetch(new URL("./examples.json", document.baseURI))).text(); }
