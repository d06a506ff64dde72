// Serves the built files of the page when there is no network, and those only. The list is written in by the build, with the hash of each file, so a
// version is kept whole or not at all.
const VERSION = "@VERSION@";
const FILES = /*@FILES@*/ {};

const { scope } = registration;
// Other pages of the same origin have caches too, perhaps other copies of this one.
const OURS = `irsa-lint ${scope} `;
const CACHE = OURS + VERSION;

addEventListener("install", (event) => event.waitUntil(fetchAll()));
async function fetchAll() {
  const cache = await caches.open(CACHE);
  await Promise.all(Object.entries(FILES).map(async ([path, hash]) => {
    const response = await fetch(new URL(path, scope), { cache: "no-cache", redirect: "follow" });
    const body = await response.arrayBuffer();
    if (!response.ok || (await sha256(body)) !== hash) throw new Error(`${path} is of another version`);
    // Made anew: a response that was redirected cannot answer for a page.
    const headers = new Headers(response.headers);
    for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
    await cache.put(new URL(path, scope), new Response(body, { headers }));
  }));
}
async function sha256(body) {
  const bytes = new Uint8Array(await crypto.subtle.digest("SHA-256", body));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

addEventListener("activate", (event) => event.waitUntil(forgetOthers()));
async function forgetOthers() {
  const old = (await caches.keys()).filter((name) => name.startsWith(OURS) && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await clients.claim();
}

addEventListener("message", (event) => {
  if (event.data === "take over") event.waitUntil(skipWaiting());
  if (event.data === "alone?") event.waitUntil(alone().then((yes) => event.ports[0]?.postMessage(yes ? "alone" : "busy")));
});
async function alone() {
  const tabs = async () => (await clients.matchAll({ type: "window", includeUncontrolled: true })).filter(({ url }) => url.startsWith(scope)).length;
  // The page that was before a reload goes a little later than the new one comes.
  for (let left = 20; left > 0; left--) {
    if ((await tabs()) <= 1) return true;
    await new Promise((go) => setTimeout(go, 50));
  }
  return false;
}

addEventListener("fetch", (event) => {
  const { request } = event;
  const url = new URL(request.url);
  if (request.method !== "GET" || !url.href.startsWith(scope)) return;
  const path = decodeURIComponent(url.href.slice(scope.length).replace(/[?#].*$/, "")) || "index.html";
  if (!Object.hasOwn(FILES, path)) return;
  event.respondWith(caches.open(CACHE).then((cache) => cache.match(new URL(path, scope))).then((held) => held ?? fetch(request)));
});
