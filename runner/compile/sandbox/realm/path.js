// `node:path`, asked of Node itself: it takes and gives texts.
import { about } from "./about.js";
import { host } from "./host.js";

const { parse, stringify } = JSON;

const isWindows = about.platform === "win32";
const part = "(?!\\.{1,2}(?:/|$))[^/]+";
const absolute = new RegExp(`^(?:/${part})+$`);
const relative = new RegExp(`^${part}(?:/${part})*$`);

/**
 * Whether a path is absolute and as short as it can be written; what is asked of such paths needs no look at their parts.
 * @param {unknown} value
 * @returns {value is string}
 */
const isPlain = (value) => !isWindows && typeof value === "string" && absolute.test(value);

/**
 * The same of a path that is not absolute.
 * @param {unknown} value
 */
const isPlainRelative = (value) => !isWindows && typeof value === "string" && relative.test(value);

/**
 * Plain texts behind a plain path; undefined when one is not plain.
 * @param {unknown[]} values
 */
const joined = ([first, ...rest]) =>
  isPlain(first) && rest.every(isPlainRelative) ? [first, ...rest].join("/") : undefined;

/** @param {string} file */
const nameIn = (file) => file.slice(file.lastIndexOf("/") + 1);

/**
 * What Node says of plain paths, which are nearly all: to ask it thirteen times for each file of a project takes longer than
 * to read it. Undefined for others.
 * @type {Record<string, (...values: unknown[]) => string | undefined>}
 */
const ofPlain = {
  basename: (file, ...rest) => (isPlain(file) && rest.length === 0 ? nameIn(file) : undefined),
  dirname: (file) => (isPlain(file) ? file.slice(0, file.lastIndexOf("/")) || "/" : undefined),
  extname: (file) => {
    if (!isPlain(file) && !isPlainRelative(file)) return undefined;
    const name = nameIn(`${file}`);
    const at = name.lastIndexOf(".");
    return at > 0 ? name.slice(at) : "";
  },
  join: (...values) => joined(values),
  resolve: (...values) => joined(values),
  relative: (from, to) =>
    isPlain(from) && isPlain(to) && to.startsWith(`${from}/`)
      ? to.slice(from.length + 1)
      : undefined,
};

/**
 * @param {string} name
 * @returns {(...values: unknown[]) => any}
 */
const call =
  (name) =>
  (...values) =>
    ofPlain[name]?.(...values) ?? parse(host("path", name, stringify(values)) ?? "null");

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
