// The part of Node's Buffer that projects use to turn texts into bytes and back.
import { host } from "./host.js";

/** @typedef {string | ArrayLike<number> | ArrayBuffer} Source */

export class Buffer extends Uint8Array {
  /**
   * @param {any} source
   * @param {any} [encoding] of a text: `utf8`, `hex`, `base64` …
   * @returns {Buffer}
   * @override
   */
  static from(source, encoding = "utf8") {
    if (typeof source === "string") return fromLatin1(convert(source, encoding, "latin1"));
    if (source instanceof ArrayBuffer) return new Buffer(source);
    return Buffer.alloc(source.length).put(source);
  }

  /** @param {number} size */
  static alloc(size, fill = 0) {
    return new Buffer(size).fill(fill);
  }

  static allocUnsafe = Buffer.alloc;

  /** @param {unknown} value */
  static isBuffer(value) {
    return value instanceof Buffer;
  }

  /**
   * @param {string | Uint8Array} value
   * @param {string} [encoding]
   */
  static byteLength(value, encoding) {
    return typeof value === "string" ? Buffer.from(value, encoding).length : value.byteLength;
  }

  /** @param {readonly Uint8Array[]} list */
  static concat(list) {
    const whole = Buffer.alloc(list.reduce((sum, { length }) => sum + length, 0));
    let at = 0;
    for (const each of list) {
      whole.set(each, at);
      at += each.length;
    }
    return whole;
  }

  /** @param {ArrayLike<number>} bytes */
  put(bytes) {
    this.set(bytes);
    return this;
  }

  /** @param {any} [encoding] @override */
  toString(encoding = "utf8") {
    let text = "";
    for (let start = 0; start < this.length; start += 8192) {
      text += String.fromCharCode(...this.subarray(start, start + 8192));
    }
    return convert(text, "latin1", encoding);
  }

  /** @param {Uint8Array} other */
  equals(other) {
    return this.toString("latin1") === Buffer.from(other).toString("latin1");
  }

  toJSON() {
    return { type: "Buffer", data: [...this] };
  }
}

/** @param {string} text every character a byte */
function fromLatin1(text) {
  const bytes = Buffer.alloc(text.length);
  for (let index = 0; index < text.length; index++) bytes[index] = text.charCodeAt(index);
  return bytes;
}

const alike = new Set(["utf8", "utf-8", "latin1"]);
// all of ASCII
const ascii = /^[\0-\x7f]*$/;

/**
 * @param {string} text
 * @param {string} from
 * @param {string} to
 */
function convert(text, from, to) {
  // Their letters are the same bytes in all three.
  if (alike.has(from) && alike.has(to) && ascii.test(text)) return text;
  return host("convert", text, from, to) ?? "";
}

/** @param {Uint8Array} bytes */
export function isUtf8(bytes) {
  const text = Buffer.from(bytes).toString("latin1");
  return convert(convert(text, "latin1", "utf8"), "utf8", "latin1") === text;
}

export default { Buffer, isUtf8 };
