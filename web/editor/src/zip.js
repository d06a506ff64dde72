// Many documents as one file: a ZIP archive, which everybody can open elsewhere too. Only what is needed of the format (APPNOTE 6.3): stored and
// deflated entries, no encryption, no ZIP64. An archive that is opened may be a stranger's, so everything in it is bounded.
import { through } from "./share.js";

const CENTRAL = 0x02014b50, LOCAL = 0x04034b50, END = 0x06054b50;
const UTF8 = 0x0800, DEFLATED = 8;

const table = Uint32Array.from({ length: 256 }, (_, n) => {
  for (let bit = 0; bit < 8; bit++) n = n & 1 ? 0xedb88320 ^ (n >>> 1) : n >>> 1;
  return n;
});
const crc32 = (data) => ~data.reduce((crc, byte) => table[(crc ^ byte) & 255] ^ (crc >>> 8), -1) >>> 0;

/** A header: numbers of two or four bytes, one after the other. */
function header(...fields) {
  const view = new DataView(new ArrayBuffer(fields.reduce((sum, [, size]) => sum + size, 0)));
  let at = 0;
  for (const [value, size] of fields) {
    if (size === 2) view.setUint16(at, value, true);
    else view.setUint32(at, value, true);
    at += size;
  }
  return new Uint8Array(view.buffer);
}

/** The archive of `documents`, a list of `{name, text}`. */
export async function zip(documents) {
  const body = [], directory = [];
  let at = 0;
  for (const { name, text } of documents) {
    const [path, data] = [new TextEncoder().encode(safe(name)), new TextEncoder().encode(text)];
    const packed = await through(new Blob([data]).stream(), new CompressionStream("deflate-raw"), Infinity);
    const shared = [[20, 2], [UTF8, 2], [DEFLATED, 2], [0, 2], [0x21, 2], [crc32(data), 4], [packed.length, 4], [data.length, 4], [path.length, 2], [0, 2]];
    const local = header([LOCAL, 4], ...shared);
    directory.push(header([CENTRAL, 4], [20, 2], ...shared, [0, 2], [0, 2], [0, 2], [0, 4], [at, 4]), path);
    body.push(local, path, packed);
    at += local.length + path.length + packed.length;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const count = documents.length;
  return new Blob([...body, ...directory, header([END, 4], [0, 2], [0, 2], [count, 2], [count, 2], [size, 4], [at, 4], [0, 2])], { type: "application/zip" });
}

/** A path that stays inside the folder it is unpacked in. */
const safe = (name) => name.split(/[/\\]+/).filter((part) => part && part !== "." && part !== "..").join("/") || "document";

/** What an archive holds: `{name, size, text()}` each, or undefined where it is no archive. `most` bounds each text, in bytes. */
export function entries(data, most) {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let end = data.length - 22;
  while (end >= 0 && end > data.length - 66000 && view.getUint32(end, true) !== END) end--;
  if (end < 0 || view.getUint32(end, true) !== END) return undefined;
  const found = [];
  let at = view.getUint32(end + 16, true);
  for (let left = view.getUint16(end + 10, true); left > 0; left--) {
    if (at + 46 > data.length || view.getUint32(at, true) !== CENTRAL) return undefined;
    const [flags, method, packed, size] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true), view.getUint32(at + 20, true), view.getUint32(at + 24, true)];
    const [path, extra, comment, local] = [view.getUint16(at + 28, true), view.getUint16(at + 30, true), view.getUint16(at + 32, true), view.getUint32(at + 42, true)];
    const name = new TextDecoder().decode(data.subarray(at + 46, at + 46 + path));
    if (!name.endsWith("/") && !(flags & 1) && (method === 0 || method === DEFLATED)) found.push({ name, size, text: () => unpacked(data, view, { local, packed, method }, most) });
    at += 46 + path + extra + comment;
  }
  return found;
}

async function unpacked(data, view, { local, packed, method }, most) {
  if (local + 30 > data.length || view.getUint32(local, true) !== LOCAL) throw new Error("damaged");
  const from = local + 30 + view.getUint16(local + 26, true) + view.getUint16(local + 28, true);
  const own = data.subarray(from, from + packed);
  const bytes = method === 0 ? own : await through(new Blob([own]).stream(), new DecompressionStream("deflate-raw"), most);
  return new TextDecoder().decode(bytes);
}
