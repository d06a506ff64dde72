// Makes the page work without a network from its second visit on. Where a browser has no service workers, or the page comes from no secure place, it
// works as before.

const supported = () => "serviceWorker" in navigator && isSecureContext;

/**
 * A version that was fetched in the background takes over now, before anything of the old one runs; only if no other tab still runs that. A promise
 * that is kept at once where nothing waits, and never where the page begins anew.
 */
export async function takeOver() {
  if (!supported()) return;
  try {
    const { waiting } = (await navigator.serviceWorker.getRegistration()) ?? {};
    if (!waiting) return;
    await new Promise((go) => {
      navigator.serviceWorker.addEventListener("controllerchange", () => location.reload());
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => { if (data === "busy") go(); };
      waiting.postMessage("take over", [port2]);
      setTimeout(go, 1000);
    });
  } catch { /* Then the old version goes on. */ }
}

/** Fetches what is needed offline, once the page stands. */
export function prepare() {
  if (!supported()) return;
  const register = () => navigator.serviceWorker.register(new URL("sw.js", document.baseURI)).catch(() => {});
  const idle = globalThis.requestIdleCallback ?? ((then) => setTimeout(then, 500));
  addEventListener("load", () => setTimeout(() => idle(register), 1000));
  if (document.readyState === "complete") setTimeout(() => idle(register), 1000);
}
