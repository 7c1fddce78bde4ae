// The part of `node:util` that has no need of Node.
import { passOn } from "./host.js";

/** @param {...unknown} values */
export function format(...values) {
  return `${passOn("format", values)}`.slice(1);
}

/** @param {unknown} value */
export function inspect(value) {
  return format("inspect", value);
}

/**
 * @param {(...values: any[]) => void} call
 * @returns {(...values: unknown[]) => Promise<unknown>}
 */
function promisify(call) {
  return (...values) =>
    new Promise((resolve, reject) =>
      call(...values, (/** @type {unknown} */ error, /** @type {unknown} */ value) =>
        error ? reject(error) : resolve(value),
      ),
    );
}

/**
 * @param {Function} child
 * @param {Function} parent
 */
function inherits(child, parent) {
  Object.setPrototypeOf(child.prototype, parent.prototype);
}

/** @param {unknown} one @param {unknown} other */
export function isDeepStrictEqual(one, other) {
  return Object.is(one, other) || inspect(one) === inspect(other);
}

const deprecate = (/** @type {Function} */ call) => call;
const { isArray } = Array;

export default { format, inspect, promisify, inherits, isDeepStrictEqual, deprecate, isArray };
