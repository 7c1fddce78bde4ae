// The part of `node:crypto` that makes hashes and random values.
import { Buffer } from "./buffer.js";
import { host } from "./host.js";
import { notSteady } from "./steady.js";

/** @typedef {string | Uint8Array} Data */

/**
 * @param {string} algorithm
 * @param {string} [key] every byte a character
 */
function hashOf(algorithm, key) {
  let data = "";
  const hash = {
    /**
     * @param {Data} more
     * @param {string} [encoding]
     */
    update: (more, encoding) => {
      data += Buffer.from(more, encoding).toString("latin1");
      return hash;
    },
    /** @param {string} [encoding] */
    digest: (encoding) => {
      const values = key === undefined ? [algorithm, data] : [algorithm, data, key];
      const bytes = Buffer.from(host("hash", ...values) ?? "", "latin1");
      return encoding === undefined || encoding === "buffer" ? bytes : bytes.toString(encoding);
    },
  };
  return hash;
}

export const createHash = (/** @type {string} */ algorithm) => hashOf(algorithm);

export const createHmac = (/** @type {string} */ algorithm, /** @type {Data} */ key) =>
  hashOf(algorithm, Buffer.from(key).toString("latin1"));

/** @param {number} size in bytes */
export function randomBytes(size) {
  notSteady();
  return Buffer.from(host("random", `${size}`) ?? "", "latin1");
}

export function randomUUID() {
  const hex = randomBytes(16).toString("hex");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-4${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20)}`;
}

export default { createHash, createHmac, randomBytes, randomUUID };
