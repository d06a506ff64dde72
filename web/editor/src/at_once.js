// The marks of small documents, before the worker's: browsers hold back what a worker says until the pressed key is drawn, and a mark that comes
// a frame later is seen to come. Only where the worker was quick with the same documents; it alone gives answers.

const SMALL = 64_000; // Characters in all.
const QUICK = 8; // Milliseconds that the worker may have taken.

let engine, took;

/** Loads the engine a second time; its code is shared. */
export async function load(module) {
  const glue = await import(new URL("./engine/irsa_lint_wasm.js", document.baseURI).href);
  const { memory } = glue.initSync({ module });
  engine = { Documents: glue.Documents, memory };
}

/** How long the worker took for the marks of which documents. */
export function learn(names, milliseconds) { took = { names, milliseconds }; }

/** The marks as JSON, or nothing. */
export function marks(names, contents) {
  const size = names.reduce((sum, [id]) => sum + (contents.get(id)?.size ?? contents.get(id)?.length ?? 0), 0);
  const known = took?.milliseconds <= QUICK && took.names.length === names.length && took.names.every(([id], at) => names[at][0] === id);
  if (!engine || !known || size > SMALL) return undefined;
  const started = performance.now();
  let documents;
  try {
    documents = new engine.Documents("");
    for (const [id, path] of names) documents.add(path, contents.get(id).toString(), true);
    return documents.marks();
  } catch {
    // It answers no more; the worker will say what happened.
    engine = undefined;
    return undefined;
  } finally {
    if (engine) documents?.free();
    // One that takes long is the worker's from now on.
    if (performance.now() - started > 2 * QUICK) took = undefined;
  }
}

/** Bytes of its memory. */
export const memory = () => engine?.memory.buffer.byteLength ?? 0;
