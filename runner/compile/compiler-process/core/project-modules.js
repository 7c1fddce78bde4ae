// How the files of a project become modules. Not Node's own loader, because a project's `.js` is
// CommonJS whatever its package.json says, `.sqlx` and its like are translated first, and
// `require("includes/x")` starts at the project folder.
import path from "node:path";
import { builtin } from "../../sandbox/realm/builtins.js";
import { isListed } from "../../sandbox/realm/fs.js";
import { host } from "../../sandbox/realm/host.js";
import { withNonNullColumns } from "../dialect/column-names.js";
import { compileSqlx } from "../sqlx/compile-sqlx.js";
import { preparedBodies } from "./prepared-bodies.js";
import { readText } from "./read-text.js";

/**
 * @typedef {import("./load-core.js").Core} Core
 * @typedef {{ exports: unknown }} LoadedModule
 * @typedef {object} ProjectModules
 * @property {(id: string) => unknown} require as core and files in the project folder see it
 * @property {() => string | undefined} currentFile absolute path of the file that was loaded last
 * @property {(file: string) => string} translate the JavaScript that a file of the project becomes
 * @property {(file: string) => boolean} isLoaded takes a path relative to the project folder
 * @property {(files: string[]) => void} prepare reads files, relative to the project folder, beforehand
 */

const translated = new Set([".sql", ".yaml", ".yml", ".md", ".ipynb"]);
const endings = ["", ".js", ".json", ".sqlx", ".sql", ".yaml", ".yml"];

/**
 * Takes the project folder (a real path) and a function that returns core, and returns the modules
 * of that project.
 * @param {string} projectDir
 * @param {() => Core} core
 * @returns {ProjectModules}
 */
export function projectModules(projectDir, core) {
  /** @type {Map<string, LoadedModule>} */
  const loaded = new Map();
  /** @type {string | undefined} */
  let currentFile;
  const translate = (/** @type {string} */ file) => {
    const text = readText(file).replace(/^#!.*/, "");
    if (path.extname(file) === ".sqlx") return compileSqlx(core().compiler, text, file);
    return translated.has(path.extname(file)) ? core().compiler(text, file) : text;
  };

  const bodies = preparedBodies(translate);
  const prepare = (/** @type {string[]} */ files) =>
    bodies.prepare(files.filter(isModule).map((file) => path.join(projectDir, file)));

  /** @param {string} folder the folder of the module that asks */
  function requireFrom(folder) {
    const require = (/** @type {string} */ id) => {
      if (id === "@dataform/core") return core();
      return builtin(id) ?? load(resolve(id));
    };
    const resolve = (/** @type {string} */ id) =>
      (isPackage(folder) || isPackage(id) ? undefined : findFile(id, folder)) ??
      findPackage(id, folder, projectDir);
    return Object.assign(require, { resolve, cache: {} });
  }

  /**
   * @param {string} id
   * @param {string} folder
   */
  function findFile(id, folder) {
    const isRelative = /^\.{1,2}(\/|$)/.test(id);
    const base = path.resolve(isRelative ? folder : projectDir, id);
    if (!isWithin(base, projectDir)) throw outside(id);
    // Node takes what ends like a folder for a folder, even if a file has its name.
    const files = /(?:^|\/)\.{0,2}$/.test(id) ? [] : endings.map((ending) => base + ending);
    const found = [...files, ...indexFiles(base)].find(
      (file) => loaded.has(file) || isListed(file),
    );
    if (found === undefined && (isRelative || path.isAbsolute(id))) throw notFoundAt(id, base);
    return found;
  }

  /** @param {string} file */
  function load(file) {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const entry = { exports: {}, id: file, filename: file };
    loaded.set(file, entry);
    if (!isPackage(file)) currentFile = file;
    try {
      run(file, entry);
    } catch (error) {
      loaded.delete(file);
      throw error instanceof Error ? error : new Error(String(error));
    }
    return entry.exports;
  }

  /**
   * @param {string} file
   * @param {LoadedModule} entry
   */
  function run(file, entry) {
    if (path.extname(file) === ".json") {
      entry.exports = JSON.parse(translate(file));
      return;
    }
    const folder = path.dirname(file);
    bodies
      .bodyOf(file)
      .call(entry.exports, entry.exports, requireFrom(folder), entry, file, folder);
    if (path.basename(file) === "actions.yaml") adaptActions(entry.exports);
  }

  return {
    require: requireFrom(projectDir),
    currentFile: () => currentFile,
    translate,
    isLoaded: (file) => loaded.has(path.join(projectDir, file)),
    prepare,
  };
}

/**
 * Reads columns in `nonNull` of actions.yaml as in a config block.
 * @param {unknown} exports
 */
function adaptActions(exports) {
  const { asJson } = /** @type {{ asJson?: { actions?: Record<string, unknown>[] } }} */ (exports);
  if (!Array.isArray(asJson?.actions)) return;
  for (const entry of asJson.actions) {
    for (const [type, config] of Object.entries(entry ?? {})) {
      if (typeof config !== "object" || config === null) continue;
      entry[type] = withNonNullColumns(/** @type {Record<string, unknown>} */ (config));
    }
  }
}

/** @param {string} file */
function isModule(file) {
  return /^(?:definitions|includes)\/.*\.(?:sqlx|js|sql|yaml|yml)$/.test(file);
}

/** @param {string} file */
function isPackage(file) {
  return file.split(path.sep).includes("node_modules");
}

/**
 * The files that stand for a folder, the best first.
 * @param {string} folder
 */
function indexFiles(folder) {
  const index = path.join(folder, "index.js");
  const settings = path.join(folder, "package.json");
  if (!isListed(settings)) return [index];
  const { main } = JSON.parse(readText(settings));
  if (typeof main !== "string") return [index];
  const file = path.join(folder, main);
  return [file, `${file}.js`, path.join(file, "index.js"), index];
}

/**
 * @param {string} file
 * @param {string} folder
 */
function isWithin(file, folder) {
  return file === folder || file.startsWith(folder.endsWith(path.sep) ? folder : folder + path.sep);
}

/**
 * @param {string} id
 * @param {string} folder
 * @param {string} projectDir
 * @returns {string}
 */
function findPackage(id, folder, projectDir) {
  const question = JSON.stringify({ resolve: id, from: folder });
  const { file, isOutside } = JSON.parse(host("ask", question) ?? "{}");
  if (file !== undefined) return file;
  if (!isOutside) throw notFound(id, whyNotFound(id, projectDir));
  // npm links packages of `file:` and of a workspace; those above the project are not read either.
  throw new Error(
    `The package "${id}" is installed outside the project folder, and only files in it are read: install it in the project, as a copy (npm install --install-links)`,
  );
}

/**
 * @param {string} id
 * @param {string} place
 */
function notFoundAt(id, place) {
  const { refused } = JSON.parse(host("ask", JSON.stringify({ why: place })) ?? "{}");
  return refused === undefined ? notFound(id, "there is no such file") : new Error(refused);
}

/**
 * @param {string} id
 * @param {string} projectDir
 */
function whyNotFound(id, projectDir) {
  if (/^(?:definitions|includes)\//.test(id)) return "the project has no such file";
  const [, name = id] = /^(@[^/]+\/[^/]+|[^/]+)/.exec(id) ?? [];
  return dependenciesOf(projectDir).has(name)
    ? "package.json names the package, but it is not installed: run `dataform install`; one in a folder above the project is not read"
    : "the project has no such file, and its node_modules no such package";
}

/** @param {string} projectDir */
function dependenciesOf(projectDir) {
  try {
    const file = JSON.parse(readText(path.join(projectDir, "package.json")));
    return new Set(Object.keys({ ...file.dependencies, ...file.devDependencies }));
  } catch {
    return new Set();
  }
}

/**
 * @param {string} id
 * @param {string} why
 */
function notFound(id, why) {
  return Object.assign(new Error(`Cannot find "${id}": ${why}`), { code: "MODULE_NOT_FOUND" });
}

/** @param {string} name */
function outside(name) {
  return new Error(`"${name}" lies outside the project folder, and only files in it are read`);
}
