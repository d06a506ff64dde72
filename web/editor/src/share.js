// Documents in a link: compressed, in the fragment, which browsers do not send to servers. What comes out of a link is a stranger's: it is bounded and
// checked before anything else sees it.

const KEY = "d";
const VERSION = "1";
/** Longer links get lost in mails and chats. */
export const LONGEST = 100_000;
/** What a link may unpack to, in bytes; and how many documents. */
export const LARGEST = 16 << 20;
export const MOST = 400;

/** The fragment, with `#`, that holds `documents`, a list of `{name, text}`. */
export async function fragment(documents) {
  const json = JSON.stringify(documents.map(({ name, text }) => [name, text]));
  const packed = await through(new Blob([json]).stream(), new CompressionStream("deflate-raw"), Infinity);
  return `#${KEY}=${VERSION}.${base64url(packed)}`;
}

/** The documents in a fragment; fails with a sentence. */
export async function documentsOf(hash) {
  const [, version, data] = /^#d=(\d+)\.([A-Za-z0-9_-]*)$/.exec(hash) ?? [];
  if (version === undefined) throw new Error("This link is damaged: part of it is missing or was changed. Ask for it again.");
  if (version !== VERSION) throw new Error("This link was made by a newer irsa-lint. Reload this page to get that version, then open the link again.");
  let json;
  try {
    json = new TextDecoder("utf-8", { fatal: true }).decode(await through(new Blob([bytes(data)]).stream(), new DecompressionStream("deflate-raw"), LARGEST));
  } catch (error) {
    if (error instanceof RangeError) throw new Error("This link unpacks to more than 16 MB, so it was not opened.");
    throw new Error("This link is damaged: part of it is missing or was changed. Ask for it again.");
  }
  const documents = checked(json);
  if (!documents) throw new Error("This link holds no documents that irsa-lint can open.");
  return documents;
}

/** The list in a JSON text, if it is one of names and texts. */
function checked(json) {
  let list;
  try { list = JSON.parse(json); } catch { return undefined; }
  if (!Array.isArray(list) || list.length === 0 || list.length > MOST) return undefined;
  const fits = (each) => Array.isArray(each) && each.length === 2 && each.every((part) => typeof part === "string") && each[0].length <= 1000;
  return list.every(fits) ? list.map(([name, text]) => ({ name: name || "document", text })) : undefined;
}

/** The bytes of a stream after a transformation; more than `most` is a RangeError, noticed before they are held. */
export async function through(stream, transformation, most) {
  const reader = stream.pipeThrough(transformation).getReader();
  const parts = [];
  let size = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    if (size > most) {
      reader.cancel().catch(() => {});
      throw new RangeError("too large");
    }
    parts.push(value);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) { all.set(part, at); at += part.length; }
  return all;
}

function base64url(data) {
  let text = "";
  for (let at = 0; at < data.length; at += 0x8000) text += String.fromCharCode(...data.subarray(at, at + 0x8000));
  return btoa(text).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}
const bytes = (text) => Uint8Array.from(atob(text.replaceAll("-", "+").replaceAll("_", "/")), (c) => c.charCodeAt(0));
