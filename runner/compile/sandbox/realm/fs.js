// The part of `node:fs` that reads files of the project. Their list is known, and their bytes are
// sent by the process that started this one: no file is opened here.
import { Buffer } from "./buffer.js";
import { host } from "./host.js";
import path from "./path.js";

/** @typedef {string | { encoding?: string | null } | null} Encoding */

/** @type {Set<string>} absolute paths */
const files = new Set();
/** @type {Map<string, Map<string, boolean>>} what is in a folder, and whether it is a folder */
const folders = new Map();

/**
 * Says what there is.
 * @param {string} projectDir
 * @param {readonly string[]} names relative to it
 */
export function listFiles(projectDir, names) {
  files.clear();
  folders.clear();
  folders.set(projectDir, new Map());
  for (const name of names) {
    let parent = projectDir;
    const parts = name.split("/");
    for (const [index, part] of parts.entries()) {
      const isFolder = index < parts.length - 1;
      folders.get(parent)?.set(part, isFolder);
      parent = `${parent}/${part}`;
      if (!isFolder) files.add(parent);
      else if (!folders.has(parent)) folders.set(parent, new Map());
    }
  }
}

/**
 * Whether a file is one of the project's own.
 * @param {string} file an absolute path
 */
export function isListed(file) {
  return files.has(file);
}

/** @param {unknown} file */
function absolute(file) {
  const text = typeof file === "object" && file !== null ? /** @type {URL} */ (file).href : file;
  return path.resolve(`${text}`.replace(/^file:\/\//, ""));
}

/**
 * @param {string} code
 * @param {string} call
 * @param {string} file
 * @param {string} what
 */
function failure(code, call, file, what) {
  const message = `${code}: ${what}, ${call} '${file}'`;
  return Object.assign(new Error(message), { code, syscall: call, path: file });
}

/**
 * @param {unknown} file
 * @param {Encoding} [options]
 * @returns {any}
 */
export function readFileSync(file, options) {
  const place = absolute(file);
  const encoding = typeof options === "object" ? options?.encoding : options;
  const text = host(
    "read",
    place,
    encoding === undefined || encoding === null ? "latin1" : encoding,
  );
  if (text === undefined) {
    if (folders.has(place))
      throw failure("EISDIR", "read", place, "illegal operation on a directory");
    const { refused, missing } = JSON.parse(host("ask", JSON.stringify({ why: place })) ?? "{}");
    if (missing) throw failure("ENOENT", "open", place, "no such file or directory");
    throw Object.assign(new Error(refused ?? onlyRead), { code: "ERR_ACCESS_DENIED" });
  }
  return encoding ? text : Buffer.from(text, "latin1");
}

/** @param {unknown} file */
export function existsSync(file) {
  const place = absolute(file);
  return files.has(place) || folders.has(place) || host("read", place, "latin1") !== undefined;
}

/**
 * @param {unknown} folder
 * @param {{ withFileTypes?: boolean, recursive?: boolean } | string} [options]
 * @returns {any[]}
 */
export function readdirSync(folder, options = {}) {
  const place = absolute(folder);
  const entries = folders.get(place);
  if (entries === undefined) throw refusal();
  const { withFileTypes, recursive } =
    /** @type {{ withFileTypes?: boolean, recursive?: boolean }} */ (options);
  return [...entries]
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .flatMap(([name, isFolder]) => {
      const entry = withFileTypes
        ? { name, parentPath: place, path: place, ...kind(isFolder) }
        : name;
      if (!recursive || !isFolder) return [entry];
      const inside = readdirSync(`${place}/${name}`, options);
      return [
        entry,
        ...inside.map((each) => (typeof each === "string" ? `${name}/${each}` : each)),
      ];
    });
}

/** @param {boolean} isFolder */
function kind(isFolder) {
  const no = () => false;
  return {
    isFile: () => !isFolder,
    isDirectory: () => isFolder,
    ...{ isSymbolicLink: no, isFIFO: no, isSocket: no, isBlockDevice: no, isCharacterDevice: no },
  };
}

/**
 * @param {unknown} file
 * @param {{ throwIfNoEntry?: boolean }} [options]
 * @returns {any}
 */
export function statSync(file, options) {
  const place = absolute(file);
  if (folders.has(place)) return { size: 0, ...kind(true) };
  if (options?.throwIfNoEntry === false && !existsSync(place)) return undefined;
  return { size: readFileSync(place, "latin1").length, ...kind(false) };
}

/** @param {unknown} file */
export function realpathSync(file) {
  statSync(file);
  return absolute(file);
}

const onlyRead =
  "The project's code may read files of the project, but not others, write none and start nothing";

/** @returns {Error} */
export function refusal() {
  return Object.assign(new Error(onlyRead), { code: "ERR_ACCESS_DENIED" });
}

function refuse() {
  throw refusal();
}

const refused = ["writeFile", "appendFile", "mkdir", "rm", "rmdir", "unlink", "rename", "copyFile"]
  .concat(["cp", "symlink", "link", "readlink", "chmod", "chown", "utimes", "truncate", "mkdtemp"])
  .concat(["open", "opendir", "read", "write", "close", "fstat", "watch", "createWriteStream"])
  .concat(["createReadStream", "watchFile", "readv", "writev", "fsync", "ftruncate", "lchown"]);

export default {
  ...Object.fromEntries(
    refused.flatMap((name) => [
      [name, refuse],
      [`${name}Sync`, refuse],
    ]),
  ),
  ...{ readFileSync, existsSync, readdirSync, statSync, lstatSync: statSync, realpathSync },
  accessSync: (/** @type {unknown} */ file) => void statSync(file),
  constants: { F_OK: 0, X_OK: 1, W_OK: 2, R_OK: 4 },
  promises: {
    /** @param {unknown} file @param {Encoding} [options] */
    readFile: async (file, options) => readFileSync(file, options),
  },
};
