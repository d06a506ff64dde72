// The engine in a thread of its own: documents in, one answer out. It holds nothing between questions.
import { ask, explain, init } from "./engine/index.js";

const ROLES = 200; // More roles nobody reads on a page.
const ready = init();

addEventListener("message", async ({ data }) => {
  await ready;
  if (data.rule) return postMessage({ page: JSON.stringify(await explain(data.rule)) });
  try {
    postMessage({ revision: data.revision, answer: ask(data.documents, undefined, (held) => held.overview(ROLES)) });
  } catch (error) {
    postMessage({ revision: data.revision, failed: String(error) });
  }
});
