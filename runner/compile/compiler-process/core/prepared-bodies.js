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
  const make = (/** @type {string} */ file) => strictBody(translate(file), file);

  /** @param {string} file */
  function prepareFile(file) {
    try {
      prepared.set(file, { text: readFileSync(file, "utf8"), body: make(file) });
    } catch {
      // The error is reported when the file is loaded.
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

// As the official command does: a name that is assigned to has to be declared. On the first line of
// the code, so that every other line keeps its number.
const strict = '"use strict"; ';

/**
 * @param {string} code
 * @param {string} filename
 */
function strictBody(code, filename) {
  try {
    const options = { filename, columnOffset: -strict.length };
    return /** @type {ModuleBody} */ (compileFunction(strict + code, parameters, options));
  } catch (error) {
    throw withoutStrict(error);
  }
}

/**
 * V8 writes the line of a syntax error and a caret below it into the stack.
 * @param {unknown} error
 */
function withoutStrict(error) {
  if (!(error instanceof Error)) return error;
  const [place, line = "", marks = "", ...rest] = (error.stack ?? "").split("\n");
  if (line.startsWith(strict)) {
    const shown = [line.slice(strict.length), marks.slice(strict.length)];
    error.stack = [place, ...shown, ...rest].join("\n");
  }
  return error;
}
