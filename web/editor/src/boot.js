// Starts the page: a file of its own, since the content security policy forbids script inside the page.
import init from "./irsa-lint-web.js";

init({ module_or_path: new URL("./irsa-lint-web_bg.wasm", import.meta.url) });
