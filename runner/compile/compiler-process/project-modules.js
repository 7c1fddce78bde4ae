// How the files of a project become modules. Not Node's own loader, because a project's `.js` is
// CommonJS whatever its package.json says, `.sqlx` and its like are translated first, and
// `require("includes/x")` starts at the project folder.
import { lstatSync, realpathSync } from "node:fs";
import Module, { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { compileSqlx } from "./compile-sqlx.js";
import { preparedBodies } from "./prepared-bodies.js";
import { addedTexts, readText } from "./read-text.js";

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
const guesses = ["", ".js", ".json", ".sqlx", ".sql", ".yaml", ".yml", `${path.sep}index.js`];
const nodeRequire = createRequire(import.meta.url);

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
  /** @type {Map<string, boolean>} */
  const foldersInside = new Map();
  /** @type {string | undefined} */
  let currentFile;
  const translate = (/** @type {string} */ file) => {
    const text = readText(file);
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
      if (isBuiltin(id)) return nodeRequire(id);
      const file = findFile(id, folder);
      return file === undefined ? requirePackage(id, folder, projectDir) : load(file);
    };
    return Object.assign(require, {
      resolve: (/** @type {string} */ id) =>
        findFile(id, folder) ?? findPackage(id, folder, projectDir),
    });
  }

  /**
   * @param {string} id
   * @param {string} folder
   */
  function findFile(id, folder) {
    const isRelative = /^\.{1,2}(\/|$)/.test(id);
    const base = path.resolve(isRelative ? folder : projectDir, id);
    if (!isWithin(base, projectDir)) throw outside(id);
    const found = guesses
      .map((guess) => base + guess)
      .find((file) => loaded.has(file) || addedTexts.has(file) || isFile(file));
    if (found === undefined && (isRelative || path.isAbsolute(id))) {
      throw notFound(id, "there is no such file");
    }
    return found;
  }

  /** @param {string} file */
  function isFile(file) {
    const stats = lstatSync(file, { throwIfNoEntry: false });
    if (stats === undefined || stats.isDirectory()) return false;
    const folder = path.dirname(file);
    const isInside = foldersInside.get(folder) ?? isWithin(realpathSync(folder), projectDir);
    foldersInside.set(folder, isInside);
    if (!isInside || (stats.isSymbolicLink() && !isWithin(realpathSync(file), projectDir))) {
      throw outside(path.relative(projectDir, file));
    }
    return true;
  }

  /** @param {string} file */
  function load(file) {
    const known = loaded.get(file);
    if (known !== undefined) return known.exports;
    const entry = { exports: {}, id: file, filename: file };
    loaded.set(file, entry);
    currentFile = file;
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
  }

  shareWithPackages(core);
  return {
    require: requireFrom(projectDir),
    currentFile: () => currentFile,
    translate,
    isLoaded: (file) => loaded.has(path.join(projectDir, file)),
    prepare,
  };
}

/** @param {string} file */
function isModule(file) {
  return /^(?:definitions|includes)\/.*\.(?:sqlx|js|sql|yaml|yml)$/.test(file);
}

/**
 * npm packages of the project are loaded by Node itself; those that ask for core get this one.
 * @param {() => Core} core
 */
function shareWithPackages(core) {
  const modules = /** @type {{ _load: (id: string, ...rest: unknown[]) => unknown }} */ (
    /** @type {unknown} */ (Module)
  );
  const load = modules._load;
  modules._load = (id, ...rest) => (id === "@dataform/core" ? core() : load(id, ...rest));
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
 */
function requirePackage(id, folder, projectDir) {
  const file = findPackage(id, folder, projectDir);
  try {
    return nodeRequire(file);
  } catch (error) {
    if (isWithin(file, projectDir)) throw error;
    // npm links packages of `file:` and of a workspace; those above the project are not read either.
    throw new Error(
      `The package "${id}" is installed outside the project folder, and only files in it are read: install it in the project, as a copy (npm install --install-links)`,
    );
  }
}

/**
 * @param {string} id
 * @param {string} folder
 * @param {string} projectDir
 */
function findPackage(id, folder, projectDir) {
  try {
    return createRequire(folder + path.sep).resolve(id);
  } catch {
    throw notFound(id, whyNotFound(id, projectDir));
  }
}

/**
 * @param {string} id
 * @param {string} projectDir
 */
function whyNotFound(id, projectDir) {
  if (/^(?:definitions|includes)\//.test(id)) return "the project has no such file";
  const [, name = id] = /^(@[^/]+\/[^/]+|[^/]+)/.exec(id) ?? [];
  return dependenciesOf(projectDir).has(name)
    ? "package.json names the package, but it is not installed: run `dataform install`"
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
