// Makes the page work without a network from its second visit on. Where a browser has no service workers, or the page comes from no secure place, it
// works as before.

// How long the start may wait for a new version, in milliseconds.
const PATIENCE = 3000;

const supported = () => "serviceWorker" in navigator && isSecureContext;

/**
 * A version that was fetched in the background takes over now, before anything of the old one runs; only if no other tab still runs that. A promise
 * that is kept at once where nothing waits, and never where the page begins anew.
 */
export async function takeOver() {
  if (!supported()) return;
  try {
    const { waiting } = (await navigator.serviceWorker.getRegistration()) ?? {};
    if (!waiting || (await answer(waiting, "alone?", PATIENCE)) !== "alone") return;
    await new Promise((go) => {
      const changed = () => location.reload();
      navigator.serviceWorker.addEventListener("controllerchange", changed, { once: true });
      waiting.postMessage("take over");
      // Later it must not come: somebody may be at work.
      setTimeout(() => { navigator.serviceWorker.removeEventListener("controllerchange", changed); go(); }, PATIENCE);
    });
  } catch { /* Then the old version goes on. */ }
}

function answer(worker, question, patience) {
  return new Promise((done) => {
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = ({ data }) => done(data);
    worker.postMessage(question, [port2]);
    setTimeout(done, patience);
  });
}

/** Fetches what is needed offline, once the page stands. */
export function prepare() {
  if (!supported()) return;
  const register = () => navigator.serviceWorker.register(new URL("sw.js", document.baseURI)).catch(() => {});
  const idle = globalThis.requestIdleCallback ?? ((then) => setTimeout(then, 500));
  addEventListener("load", () => setTimeout(() => idle(register), 1000));
  if (document.readyState === "complete") setTimeout(() => idle(register), 1000);
}
