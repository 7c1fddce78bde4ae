// The compiler process imports this file too, hence JavaScript.
import { createHash } from "node:crypto";

/** PostgreSQL's limit on the length of a name, in bytes; longer names are cut without an error. */
export const maxNameBytes = 63;

const keptBytes = 54;

/**
 * Returns the name as it is, or one of at most 63 bytes that is unique to it: its first 54 bytes,
 * an underscore and eight hexadecimal digits of its hash.
 * @param {string} name
 */
export function fittingName(name) {
  if (Buffer.byteLength(name) <= maxNameBytes) return name;
  const hash = createHash("sha256").update(name).digest("hex").slice(0, 8);
  return `${firstBytes(name, keptBytes)}_${hash}`;
}

/**
 * @param {string} text
 * @param {number} limit
 */
function firstBytes(text, limit) {
  let kept = "";
  let bytes = 0;
  for (const character of text) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    kept += character;
  }
  return kept;
}
