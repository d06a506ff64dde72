// Keys that work wherever one is on the page, and where the keyboard is when something opens and closes.

// Option and a digit type brackets on many a Mac, so there it is Control.
const isMac = /Mac|iP(?:hone|ad)/.test(navigator.userAgent);

/** `pressed(name)` is called for `view 1` to `view 5`, `open`, `save`, `help`. */
export function listen(pressed) {
  addEventListener("keydown", (event) => {
    const name = named(event);
    if (!name) return;
    event.preventDefault();
    pressed(name);
  }, { capture: true });
}

function named(event) {
  const { code, key, altKey, ctrlKey, metaKey, shiftKey } = event;
  const digit = /^Digit([1-5])$/.exec(code)?.[1];
  if (digit && !shiftKey && !metaKey && (isMac ? ctrlKey && !altKey : altKey && !ctrlKey)) return isModal() ? undefined : `view ${digit}`;
  const command = isMac ? metaKey && !ctrlKey : ctrlKey && !metaKey;
  if (command && !altKey && !shiftKey && !isModal()) return { o: "open", s: "save" }[key.toLowerCase()];
  if (key === "?" && !ctrlKey && !metaKey && !altKey && !isModal() && !isTyping(event)) return "help";
  return key === "F8" && !isModal() && !isInEditor(event) ? (shiftKey ? "previous" : "next") : undefined;
}
const isModal = () => document.querySelector("dialog[open]") !== null;
const isInEditor = (event) => event.composedPath().some((at) => at.classList?.contains("cm-editor"));
const isTyping = (event) => {
  const [at] = event.composedPath();
  return at.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(at.nodeName) || isInEditor(event);
};

// A list under a button closes when one goes elsewhere, and with Escape, which leads back to the button.
addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && event.target.closest?.("details.menu[open]");
  if (!open) return;
  event.stopPropagation();
  open.open = false;
  open.querySelector("summary").focus();
}, { capture: true });
for (const kind of ["pointerdown", "focusin"]) {
  addEventListener(kind, (event) => {
    for (const open of document.querySelectorAll("details.menu[open]")) if (!event.composedPath().includes(open)) open.open = false;
  });
}
addEventListener("click", (event) => {
  const chosen = event.target.closest?.("details.menu button");
  if (chosen && !chosen.hasAttribute("aria-pressed")) chosen.closest("details").open = false;
});

/** Opens the dialog with that id; `closed()` is called when it is closed, however. The browser gives the keyboard back. */
export function openDialog(id, closed) {
  const dialog = document.getElementById(id);
  if (!dialog || dialog.open) return;
  dialog.addEventListener("close", closed, { once: true });
  // A click beside it closes it.
  dialog.onclick = (event) => { if (event.target === dialog) dialog.close(); };
  dialog.showModal();
}
export function closeDialog(id) { document.getElementById(id)?.close(); }

let before;
/** Gives the keyboard to something that opened; `leave` gives it back. */
export function enter(id) {
  const active = document.activeElement;
  before = active?.shadowRoot?.activeElement ?? active;
  document.getElementById(id)?.focus();
}
export function leave() {
  const active = document.activeElement;
  // Whoever went elsewhere meanwhile stays there.
  const went = active && active !== document.body && !active.closest(".rule-page");
  if (!went && before?.isConnected) before.focus();
  before = undefined;
}
