// The compiler process imports this file too, hence JavaScript.
import { createHash } from "node:crypto";

/** PostgreSQL's limit on the length of a name, in bytes; longer names are cut without an error. */
export const maxNameBytes = 63;

const hashDigits = 8;
const mostOfLabel = 9;

/**
 * Returns the name, followed by an underscore and the label when there is one, if that is at most 63
 * bytes long. Else a name of at most 63 bytes that is unique to it: its first bytes, the first eight
 * characters of the label and eight hexadecimal digits of the hash of all of it.
 * @param {string} name
 * @param {string} [label]
 */
export function fittingName(name, label) {
  const ending = label === undefined ? "" : `_${label}`;
  const whole = `${name}${ending}`;
  if (Buffer.byteLength(whole) <= maxNameBytes) return whole;
  const hash = createHash("sha256").update(whole).digest("hex").slice(0, hashDigits);
  const kept = `${ending.slice(0, mostOfLabel)}_${hash}`;
  return `${firstBytes(name, maxNameBytes - Buffer.byteLength(kept))}${kept}`;
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
