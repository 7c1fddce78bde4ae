// `node:vm` for the compiler's own files; the code of a project does not get it.
import { passOn } from "./host.js";

/**
 * Compiles the body of a function, as Node does: the name of the file is in every stack.
 * @param {string} code
 * @param {readonly string[]} parameters
 * @param {{ filename: string, columnOffset?: number }} options
 * @returns {Function}
 */
export function compileFunction(code, parameters, { filename, columnOffset = 0 }) {
  const made = passOn("compile", [code, filename, `${columnOffset}`, ...parameters]);
  if (typeof made === "function") return made;
  throw typeof made === "string" ? new Error(made.slice(1)) : made;
}
