// Documents kept in this browser, if somebody wants that: the key in local storage is the switch. Off means gone. Documents that came in a link are a
// stranger's and never take the place of one's own.

const KEY = "irsa-lint:documents";
const VERSION = 1;

/** Whether documents are kept. Without local storage they never are. */
export function isKept() {
  try { return localStorage.getItem(KEY) !== null; } catch { return false; }
}

/** Keeps `documents`, a list of `{name, text}`; why not, in a sentence, where that fails. */
export function keep(documents) {
  try {
    localStorage.setItem(KEY, JSON.stringify({ version: VERSION, documents: documents.map(({ name, text }) => [name, text]) }));
    return "";
  } catch (error) {
    forget();
    return error?.name === "QuotaExceededError"
      ? "Not kept: these documents are larger than what this browser keeps for a page (about 5 MB). Save them as a file instead."
      : "Not kept: this browser lets the page store nothing.";
  }
}

export function forget() {
  try { localStorage.removeItem(KEY); } catch { /* Where nothing can be stored, nothing is. */ }
}

/** The documents that were kept. What another version wrote, or somebody else, is left alone and not opened. */
export function kept() {
  try {
    const { version, documents } = JSON.parse(localStorage.getItem(KEY));
    const fits = version === VERSION && Array.isArray(documents) && documents.every((each) => Array.isArray(each) && each.length === 2 && each.every((part) => typeof part === "string"));
    return fits ? documents.map(([name, text]) => ({ name, text })) : [];
  } catch {
    return [];
  }
}

/** `changed()` is called when another tab keeps or forgets. */
export function listen(changed) {
  addEventListener("storage", (event) => { if (event.key === KEY || event.key === null) changed(); });
}
