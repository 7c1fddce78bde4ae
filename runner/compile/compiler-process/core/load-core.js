import { readFileSync } from "node:fs";
import path from "node:path";
import { compileFunction } from "node:vm";

/**
 * The part of `@dataform/core` that is used here.
 * @typedef {object} Core
 * @property {(code: string, path: string) => string} compiler
 * @property {(request: Uint8Array) => Uint8Array} main
 * @property {Session} session
 * @property {string} version
 *
 * @typedef {SessionOfTests & SessionOfGraph} Session
 * @typedef {import("../tests/core-tests.js").TestSession} SessionOfTests
 *
 * @typedef {object} SessionOfGraph
 * @property {Message & { defaultSchema?: string }} projectConfig
 * @property {() => import("../dialect/postgres-dialect.js").Dialect} compilationSql
 * @property {() => Message} compile
 *
 * @typedef {{ toJSON(): unknown, constructor: unknown }} Message a protobuf message
 *
 * @typedef {object} MessageType the class of a protobuf message
 * @property {(properties: Record<string, unknown>) => Message} create
 * @property {(message: Message) => { finish(): Uint8Array }} encode
 */

/**
 * Loads the unmodified bundle of `@dataform/core` with `require` as its way to every other file.
 * Returns its exports.
 * @param {string} bundle absolute path of the bundle
 * @param {(id: string) => unknown} require
 * @returns {Core}
 */
export function loadCore(bundle, require) {
  const module = { exports: /** @type {Core} */ ({}) };
  const parameters = ["exports", "require", "module", "__filename", "__dirname"];
  const body = compileFunction(readFileSync(bundle, "utf8"), parameters, { filename: bundle });
  body.call(module.exports, module.exports, require, module, bundle, path.dirname(bundle));
  return module.exports;
}

/**
 * The class of a message, which core does not export.
 * @param {Message} message
 */
export function messageType(message) {
  return /** @type {MessageType} */ (message.constructor);
}
