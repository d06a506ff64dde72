// The way to the engine's worker: one question under way and after it the newest, only changed texts sent, a new worker for one that is stopped.
// What is asked about and when is parts.js's business.

const LONG = 300; // Milliseconds after which a question is long enough to speak of.

let heard, worker, compiled;
let asking; // { edition, names, contents }
let editions = 0;
let sent = new Map();
let puts = 0;
const open = new Map();

/** `listeners`: `marks(asked, json, took)`, `answer(asked, json, memory)`, `failed(asked, why, dead)`,
 * `stopped(asked)`, `page(json)`, `progress(step)`, `quiet()`. */
export function listen(listeners) {
  heard = listeners;
  start();
}

/** Compiled once: a new worker is ready in milliseconds. */
export function module() {
  const url = new URL("./engine/irsa_lint_wasm_bg.wasm", document.baseURI);
  // A server that does not know the type of wasm sends bytes.
  compiled ??= WebAssembly.compileStreaming(fetch(url)).catch(async () => WebAssembly.compile(await (await fetch(url)).arrayBuffer()));
  return compiled;
}

function start() {
  const started = new Worker(new URL("./worker.js", document.baseURI), { type: "module" });
  worker = started;
  sent = new Map();
  started.addEventListener("message", ({ data }) => started === worker && settle(data));
  started.addEventListener("error", (event) => {
    event.preventDefault();
    if (started === worker) die(event.message || "the engine could not be loaded");
  });
  // Messages wait in order, so questions may be put before the module is there.
  started.ready = module().then(
    (module) => started.postMessage({ module }),
    () => {
      compiled = undefined;
      if (started === worker) die("the engine could not be loaded");
    },
  );
}

function post(message, names, contents) {
  if (!worker) start();
  const to = worker;
  const changed = names.filter(([id]) => sent.get(id) !== contents.get(id)).map(([id]) => [id, contents.get(id)]);
  sent = new Map(names.map(([id]) => [id, contents.get(id)]));
  const plain = changed.map(([id, content]) => [id, content instanceof Blob ? content : content.toString()]);
  const whole = { ...message, names, changed: plain };
  if (to.isReady) to.postMessage(whole);
  else to.ready.then(() => { to.isReady = true; to.postMessage(whole); });
}

export const busy = () => asking !== undefined;

/** Asks what there is to say about documents: `names` is a list of `[id, path]`, `contents` maps ids to texts (or Blobs) that are never changed. */
export function ask(names, contents, bytes) {
  const asked = asking = { edition: ++editions, names, contents };
  post({ edition: asking.edition }, names, contents);
  setTimeout(() => {
    if (asking !== asked) return;
    asked.long = true;
    heard.progress(asked.step ?? { phase: "reading", things: bytes, done: 0, of: 1 });
  }, LONG);
  return asked;
}

/** Puts another question about documents: a promise of the answer; it fails with a sentence. */
export function put(question, argument, names, contents) {
  const { promise, resolve, reject } = Promise.withResolvers();
  open.set(++puts, { resolve, reject });
  post({ put: puts, question, argument }, names, contents);
  return promise;
}

/** Asks for the page of a rule. */
export function explain(rule) {
  if (!worker) start();
  const to = worker;
  to.ready.then(() => to.postMessage({ rule }));
}

/** Stops what is under way. */
export function stop() {
  if (!asking) return;
  const asked = end("the analysis was stopped");
  start();
  heard.stopped(asked);
}

/** Ends the worker; who waits for it hears why. */
function end(why) {
  worker?.terminate();
  worker = undefined;
  sent = new Map();
  for (const { reject } of open.values()) reject(why);
  open.clear();
  const asked = asking;
  asking = undefined;
  heard.quiet();
  return asked;
}

/** The engine is gone; the next question starts a new one. */
function die(why) {
  heard.failed(end(why), why, true);
}

function settle(data) {
  if (data.page) heard.page(data.page);
  else if (data.progress) progressed(data.progress);
  else if (data.dead) die(data.failed);
  else if (data.put !== undefined) answerPut(data);
  else if (data.marks !== undefined) heard.marks(asking, data.marks, data.took);
  else {
    const asked = asking;
    asking = undefined;
    if (asked.long) heard.quiet();
    if (data.failed !== undefined) heard.failed(asked, data.failed, false);
    else heard.answer(asked, data.answer, data.memory);
  }
}

function progressed(step) {
  if (!asking) return;
  asking.step = step;
  if (asking.long) heard.progress(step);
}

function answerPut({ put, answer, failed }) {
  const { resolve, reject } = open.get(put);
  open.delete(put);
  if (failed === undefined) resolve(answer);
  else reject(failed);
}
