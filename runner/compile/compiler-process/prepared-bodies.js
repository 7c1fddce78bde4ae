import { readFileSync } from "node:fs";
import { compileFunction } from "node:vm";

/**
 * @typedef {(...args: unknown[]) => void} ModuleBody the code of a module as a function
 * @typedef {object} PreparedBodies
 * @property {(files: string[]) => void} prepare takes absolute paths
 * @property {(file: string) => ModuleBody} bodyOf
 */

const parameters = ["exports", "require", "module", "__filename", "__dirname"];

/**
 * Returns the bodies of modules; those of prepared files are made beforehand and used when the file
 * has not been changed since.
 * @param {(file: string) => string} translate the JavaScript that a file becomes
 * @returns {PreparedBodies}
 */
export function preparedBodies(translate) {
  /** @type {Map<string, { text: string, body: ModuleBody }>} */
  const prepared = new Map();
  const make = (/** @type {string} */ file) =>
    /** @type {ModuleBody} */ (compileFunction(translate(file), parameters, { filename: file }));

  /** @param {string} file */
  function prepareFile(file) {
    try {
      prepared.set(file, { text: readFileSync(file, "utf8"), body: make(file) });
    } catch {
      // What is wrong with the file is said when it is loaded.
    }
  }

  return {
    prepare: (files) => files.forEach(prepareFile),
    bodyOf: (file) => {
      const known = prepared.get(file);
      return known?.text === readFileSync(file, "utf8") ? known.body : make(file);
    },
  };
}
