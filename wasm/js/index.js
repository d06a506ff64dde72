// The library: documents in, plain objects out, of the shapes that `irsa-lint --format json` prints. Nothing here does I/O but `init`.
import load, { Documents, compare as compareText, initSync } from "./irsa_lint_wasm.js";

/** Loads the module: from beside this file in a browser, or from the bytes given. */
export async function init(bytes) {
  if (bytes === undefined) await load();
  else initSync({ module: bytes });
}

/** Asks one question of documents and frees them. */
export function ask(documents, options, question) {
  const held = new Documents(options === undefined ? "" : JSON.stringify(options));
  try {
    for (const { path, text, pasted } of documents) held.add(path, text, pasted ?? false);
    return question(held);
  } finally {
    held.free();
  }
}

export const check = (documents, options) => JSON.parse(ask(documents, options, (held) => held.check()));
export const who = (documents, options) => JSON.parse(ask(documents, options, (held) => held.who()));
export const inspect = (documents, options) => JSON.parse(ask(documents, options, (held) => held.inspect()));
export const glance = (documents, options) => JSON.parse(ask(documents, options, (held) => held.glance()));
export const chain = (documents, options) => JSON.parse(ask(documents, options, (held) => held.chain()));
export const canAssume = (documents, caller, options) =>
  JSON.parse(ask(documents, options, (held) => held.canAssume(JSON.stringify(caller))));
export const tryToken = (documents, question, options) =>
  JSON.parse(ask(documents, options, (held) => held.tryToken(JSON.stringify(question))));
export const why = (documents, question = {}, options) =>
  JSON.parse(ask(documents, options, (held) => held.why(JSON.stringify(question))));
export const compare = (before, after, options) =>
  JSON.parse(ask(before, options, (old) => ask(after, options, (held) => compareText(old, held))));

/** The documentation of all rules, loaded when it is first asked for. */
const pages = async () => (await import("./rules.js")).default.rules;
export const rules = async () =>
  (await pages()).map(({ why, how_to_fix, references, examples, ...rule }) => rule);
/** The page of one rule, or of a family's rules; none where there is no such name. */
export const explain = async (name) => (await pages()).filter(({ id, family }) => id === name || family === name);
