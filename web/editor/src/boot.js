// Starts the page: a file of its own, since the content security policy forbids script inside the page. It must parse in browsers that cannot run
// the rest, to tell their owners so.
const needed = () =>
  typeof WebAssembly === "object" && typeof HTMLDialogElement === "function" && typeof CompressionStream === "function" && "groupBy" in Map && "withResolvers" in Promise;

async function start() {
  const page = import("./irsa-lint-web.js");
  page.catch(() => {}); // It is said below, when somebody waits for it.
  const { prepare, takeOver } = await import("./offline.js");
  await takeOver();
  const { default: init } = await page;
  await init({ module_or_path: new URL("./irsa-lint-web_bg.wasm", import.meta.url) });
  prepare();
}

function tooOld() { document.getElementById("too-old").hidden = false; }

if (needed()) start().catch((error) => { console.error(error); tooOld(); });
else tooOld();
