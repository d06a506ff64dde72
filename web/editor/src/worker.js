// The engine in a thread of its own: documents in, answers out, the marks before everything else. It keeps the texts, so that only changed ones
// are sent, and what was read of them, so that further questions need not read again.
import { explain } from "./engine/index.js";
import { Documents, initSync, onPanic, onProgress } from "./engine/irsa_lint_wasm.js";

const MOST = 200; // More roles nobody reads on a page.
const OFTEN = 30; // Milliseconds between two words about progress.

const texts = new Map();
let held; // The documents that were read last, and `names`, which they are.
let memory, lastWords, told = 0;

addEventListener("message", ({ data }) => {
  if (data.module) return start(data.module);
  if (data.rule) return explain(data.rule).then((page) => postMessage({ page: JSON.stringify(page) }));
  try {
    const documents = read(data);
    if (data.put !== undefined) return postMessage({ put: data.put, answer: documents[data.question](data.argument) });
    const started = performance.now();
    const marks = documents.marks();
    postMessage({ edition: data.edition, marks, took: performance.now() - started });
    postMessage({ edition: data.edition, answer: documents.overview(MOST), memory: memory.buffer.byteLength });
  } catch (error) {
    // The engine refuses with sentences; everything else is an engine that answers no more.
    const { put, edition } = data;
    if (typeof error === "string") postMessage({ put, edition, failed: error });
    else postMessage({ put, edition, failed: lastWords ?? String(error), dead: true });
  }
});

function start(module) {
  ({ memory } = initSync({ module }));
  onPanic((words) => (lastWords = words));
  onProgress((phase, things, done, of) => {
    const now = performance.now();
    if (now - told < OFTEN) return;
    told = now;
    postMessage({ progress: { phase, things, done, of } });
  });
}

/** The documents of a question: `names` is a list of `[id, path]`, `changed` of `[id, text or Blob]`. */
function read({ names, changed }) {
  for (const [id, content] of changed) texts.set(id, content instanceof Blob ? bytes(content) : content);
  const same = held && !changed.length && held.names.length === names.length;
  if (same && names.every(([id, path], at) => held.names[at][0] === id && held.names[at][1] === path)) return held.documents;
  held?.documents.free();
  held = undefined;
  const wanted = new Set(names.map(([id]) => id));
  for (const id of texts.keys()) if (!wanted.has(id)) texts.delete(id);
  const documents = new Documents("");
  for (const [id, path] of names) {
    const text = texts.get(id);
    if (typeof text === "string") documents.add(path, text, true);
    else documents.addBytes(path, text, true);
  }
  held = { documents, names };
  return documents;
}

function bytes(blob) {
  try {
    return new Uint8Array(new FileReaderSync().readAsArrayBuffer(blob));
  } catch {
    throw `${blob.name ?? "the file"} can no longer be read: it was changed or moved`;
  }
}
