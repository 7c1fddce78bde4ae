import { format, inspect, isDeepStrictEqual } from "./util.js";

class AssertionError extends Error {
  /** @override */
  name = "AssertionError";
  code = "ERR_ASSERTION";
}

/** @param {unknown} value @param {unknown} [message] */
function ok(value, message) {
  if (value) return;
  throw message instanceof Error ? message : new AssertionError(format(message ?? "not true"));
}

/** @param {unknown} one @param {unknown} other @param {unknown} [message] */
function strictEqual(one, other, message) {
  ok(Object.is(one, other), message ?? `${inspect(one)} is not ${inspect(other)}`);
}

/** @param {unknown} one @param {unknown} other @param {unknown} [message] */
function deepStrictEqual(one, other, message) {
  ok(isDeepStrictEqual(one, other), message ?? `${inspect(one)} is not ${inspect(other)}`);
}

const equals = { equal: strictEqual, strictEqual, deepEqual: deepStrictEqual, deepStrictEqual };

export default Object.assign(ok, { ok, AssertionError, ...equals, strict: ok });
