// `node:path`, asked of Node itself: it takes and gives texts.
import { about } from "./about.js";
import { host } from "./host.js";

const { parse, stringify } = JSON;

/**
 * @param {string} name
 * @returns {(...values: unknown[]) => any}
 */
const call =
  (name) =>
  (...values) =>
    parse(host("path", name, stringify(values)) ?? "null");

const isWindows = about.platform === "win32";
const path = {
  sep: isWindows ? "\\" : "/",
  delimiter: isWindows ? ";" : ":",
  basename: call("basename"),
  dirname: call("dirname"),
  extname: call("extname"),
  format: call("format"),
  isAbsolute: call("isAbsolute"),
  join: call("join"),
  normalize: call("normalize"),
  parse: call("parse"),
  relative: call("relative"),
  resolve: call("resolve"),
  toNamespacedPath: call("toNamespacedPath"),
};

export default Object.assign(path, { posix: path, win32: path });
