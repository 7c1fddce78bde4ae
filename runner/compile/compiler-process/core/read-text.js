import { isUtf8 } from "node:buffer";
import { readFileSync } from "node:fs";
import { sqlxError } from "../sqlx/sqlx-error.js";

/**
 * Takes the path of a file and returns its text without a byte order mark. Throws an error whose stack
 * begins with `<path>:<line>` for a file that is not UTF-8: a letter of another encoding would be
 * stored as U+FFFD.
 * @param {string} file
 * @returns {string}
 */
export function readText(file) {
  const text = readFileSync(file, "utf8");
  // Bytes that cannot be decoded become U+FFFD, which a text may also contain.
  const bytes = /[\uFFFD\0]/.test(text) ? readFileSync(file) : undefined;
  const message = bytes && wrongEncoding(bytes);
  if (bytes === undefined || message === undefined) return text.replace(/^\uFEFF/, "");
  const error = sqlxError(message, 0);
  error.stack = `${file}:${lineOf(bytes)}\n${message}`;
  throw error;
}

/** @param {Buffer} bytes */
function wrongEncoding(bytes) {
  const mark = bytes.subarray(0, 2).toString("latin1");
  if (mark === "\xff\xfe" || mark === "\xfe\xff") {
    return "The file is UTF-16, and has to be UTF-8: save it as UTF-8";
  }
  if (!isUtf8(bytes)) {
    return "The file is not UTF-8 (Latin-1 or Windows-1252?): save it as UTF-8, or its letters would be stored wrongly";
  }
  return bytes.includes(0)
    ? "The file holds a NUL byte, which no text in PostgreSQL can"
    : undefined;
}

/**
 * The first line with a byte that is not UTF-8.
 * @param {Buffer} bytes
 */
function lineOf(bytes) {
  for (let line = 1, start = 0; start < bytes.length; line++) {
    const next = bytes.indexOf(10, start);
    const end = next === -1 ? bytes.length : next;
    const part = bytes.subarray(start, end);
    if (!isUtf8(part) || part.includes(0)) return line;
    start = end + 1;
  }
  return 1;
}
