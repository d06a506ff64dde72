// Files from outside: dropped, chosen, whole folders, archives. Of a folder only what may be a document is read, and what was left out is said.
import { LARGE } from "./large.js";

const MOST = 400;
const LARGEST = 64 << 20;
const TOGETHER = 256 << 20;
const ARCHIVE = 64 << 20;
// What the command line reads of a folder, and here also what it looks into.
const DOCUMENTS = /\.(json|ya?ml|template|tfstate)$/i;
const PERHAPS = /(^|\/)[^./]+$|\.(txt|out|tfplan|tmpl|tpl|j2)$/i;
const SKIPPED = /(^|\/)(\.[^/]+|node_modules|target|vendor|__pycache__)(\/|$)/;
// Gathering stops here: nobody means a whole disk.
const LOOKED_AT = 20_000;

/** Listens for drops; `opened({documents: [[name, text]], large: [[name, file]], notice})` is called with what came of it. */
export function listen(opened) {
  const take = async (found) => opened(await read(found));
  addEventListener("dragover", (event) => { if (isFiles(event)) event.preventDefault(); });
  addEventListener("drop", (event) => {
    if (!isFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    gather(event.dataTransfer).then(take);
  }, { capture: true });
  choose = (folder) => pick(folder, (files) => take(files.map((file) => ({ file, name: file.webkitRelativePath || file.name, named: !folder }))));
}

/** Lets a person choose files, or a folder with all in it; `chosen(files)` is called if one does. */
export function pick(folder, chosen) {
  const input = Object.assign(document.createElement("input"), { type: "file", multiple: true, webkitdirectory: folder });
  input.addEventListener("change", () => chosen([...input.files]));
  input.click();
}
const isFiles = (event) => event.dataTransfer?.types.includes("Files");

let choose = () => {};
export function chooseFiles(folder) { choose(folder); }

/** All files of a drop, those of folders with their paths. Entries must be asked for at once: after the event they are gone. */
async function gather(transfer) {
  const items = [...transfer.items].filter((item) => item.kind === "file");
  const tops = items.map((item) => ({ entry: item.webkitGetAsEntry?.(), file: item.getAsFile() }));
  const found = [];
  for (const { entry, file } of tops) {
    if (entry?.isDirectory) await walk(entry, found);
    else if (file) found.push({ file, name: file.name, named: true });
  }
  return found;
}

async function walk(folder, found) {
  const waiting = [folder];
  while (waiting.length && found.length < LOOKED_AT) {
    const at = waiting.pop();
    const name = at.fullPath.replace(/^\//, "");
    if (at.isFile) {
      const file = await new Promise((done) => at.file(done, () => done(undefined)));
      if (file) found.push({ file, name, named: false });
      continue;
    }
    if (at !== folder && SKIPPED.test(name)) continue;
    const children = [];
    const reader = at.createReader();
    // A reader gives a hundred at a time.
    for (let more; (more = await new Promise((done) => reader.readEntries(done, () => done([])))).length; ) children.push(...more);
    waiting.push(...children.sort((a, b) => (a.name < b.name ? 1 : -1)));
  }
}

/** Reads what may be documents. `found` is a list of `{file, name, named}`; a file that was named is read whatever it is called. */
export async function read(found) {
  const left = { kinds: 0, binary: 0, large: [], many: 0, unread: [] };
  const documents = [], files = [];
  let together = 0;
  for (const each of (await Promise.all(found.map(unpack))).flat()) {
    if (!each.named && (SKIPPED.test(each.name.replace(/^[^/]+\//, "")) || !(DOCUMENTS.test(each.name) || PERHAPS.test(each.name)))) left.kinds++;
    else if (each.size > LARGEST || together + each.size > TOGETHER) left.large.push(each.name);
    else if (documents.length + files.length >= MOST) left.many++;
    else if (each.file && each.size >= LARGE && (each.named || DOCUMENTS.test(each.name))) {
      files.push([each.name, each.file]);
      together += each.size;
    }
    else {
      const text = await each.text().catch(() => undefined);
      if (text === undefined) left.unread.push(each.name);
      else if (isBinary(text)) left.binary++;
      else if (!each.named && !DOCUMENTS.test(each.name) && !looksLikeOne(text)) left.kinds++;
      else {
        documents.push([each.name, text]);
        together += text.length;
      }
    }
  }
  return { documents, large: files, notice: notice(found.length, documents.length + files.length, left) };
}

async function unpack({ file, name, named }) {
  const plain = [{ name, named, file, size: file.size, text: () => file.text() }];
  if (!named || !/\.zip$/i.test(name) || file.size > ARCHIVE) return plain;
  const { entries } = await import("./sharing.js");
  const inside = entries(new Uint8Array(await file.arrayBuffer()), LARGEST);
  return inside ? inside.map((entry) => ({ ...entry, named: false })) : plain;
}

const isBinary = (text) => text.slice(0, 8000).includes("\0");
const looksLikeOne = (text) => /^\s*(?:[[{]|---|[\w"'./-]+\s*:(?:\s|$))/m.test(text.slice(0, 1000));

const some = (names) => (names.length > 2 ? `${names[0]} and ${names.length - 1} more` : names.join(" and "));
/** What was left out, in a sentence each; nothing where all was opened. */
function notice(asked, opened, { kinds, binary, large, many, unread }) {
  const said = [];
  if (large.length) said.push(`${some(large)} ${large.length === 1 ? "is" : "are"} too large for the browser (64 MB each, 256 MB together): use irsa-lint on the command line for that.`);
  if (many) said.push(`${many} more would have been too many: the page opens ${MOST} at a time, the command line any number.`);
  if (unread.length) said.push(`${some(unread)} could not be read.`);
  if (binary) said.push(binary === 1 ? "1 file is not text." : `${binary} files are not text.`);
  if (kinds && !opened) said.push("Nothing there looks like a document (JSON or YAML).");
  else if (kinds && said.length) said.push(`${kinds} of other kinds were left out.`);
  if (!said.length) return kinds ? `Opened ${opened} of ${opened + kinds} files; the others are of other kinds.` : "";
  return `${opened ? `Opened ${opened}. ` : ""}${said.join(" ")}`;
}
