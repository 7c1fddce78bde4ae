import { readFileSync } from "node:fs";
import path from "node:path";
import { sqlxLine } from "../sqlx/sqlx-lines.js";
import { guessLine } from "./guess-line.js";
import { ownFolder } from "./own-folder.js";

/**
 * @typedef {import("../../compiled-graph.ts").CompilationError} CompilationError
 * @typedef {{ file: string, line: number, text: string }} Frame `text` is the line as V8 wrote it
 */

/**
 * Rewrites the stack of every error in place, to what V8 writes for a syntax error: `<file>:<line>`,
 * that line with a caret where the column is known, and the message. Only the frames of the project's
 * own files follow, with SQLX lines in place of lines of the JavaScript that they became.
 * @param {CompilationError[]} errors
 * @param {string} projectDir
 * @param {(file: string) => string} [translate] the JavaScript that a SQLX file becomes
 */
export function locateErrors(errors, projectDir, translate = () => "") {
  const originalLine = lineFinder(translate);
  for (const error of errors) {
    const frames = projectFrames(error.stack ?? "", projectDir).flatMap((frame) => {
      const line = originalLine(frame.file, frame.line);
      return line === undefined ? [] : [{ ...frame, text: renumber(frame, line), line }];
    });
    const place = placeOf(error, frames, projectDir);
    const shown = frames.filter((frame) => frame.text.startsWith("    at "));
    const lines = [
      ...(place === undefined ? [] : excerpt(place, error.stack ?? "")),
      (error.stack ?? "").includes(`SyntaxError: ${error.message}`)
        ? `SyntaxError: ${error.message}`
        : error.message,
      ...shown.map((frame) => frame.text),
    ];
    if (place !== undefined || error.stack !== undefined) error.stack = lines.join("\n");
  }
}

/**
 * The place, its line of the file and the caret, which V8 gives for a syntax error only.
 * @param {{ file: string, line: number }} place
 * @param {string} stack
 */
function excerpt({ file, line }, stack) {
  const source = (readText(file) ?? "").split(/\r?\n/)[line - 1] ?? "";
  const [first = "", code = "", marks = ""] = stack.split("\n");
  const isOfV8 = /^\/.*:\d+$/.test(first) && /^\s*\^+$/.test(marks);
  return [`${file}:${line}`, source, ...(isOfV8 ? [movedMarks(source, code, marks)] : []), ""];
}

/**
 * The caret under the source line: the line of JavaScript that V8 shows may begin or end otherwise.
 * @param {string} source
 * @param {string} code
 * @param {string} marks
 */
function movedMarks(source, code, marks) {
  if (code.startsWith(source)) return marks;
  const column = marks.indexOf("^");
  for (let length = 40; length > 0; length--) {
    const found = source.indexOf(code.slice(column, column + length));
    if (found !== -1 && column < code.length) return " ".repeat(found) + marks.trim();
  }
  return `${/^\s*/.exec(source)?.[0] ?? ""}^`;
}

/**
 * @param {CompilationError} error
 * @param {Frame[]} frames
 * @param {string} projectDir
 */
function placeOf(error, frames, projectDir) {
  if (!error.fileName) return undefined;
  const file = path.resolve(projectDir, error.fileName);
  const inStack = frames.find((frame) => frame.file === file)?.line;
  const guessed = guessLine(error, readText(file) ?? "");
  // V8 places an unknown name inside a template where the template begins.
  const line = error.message.endsWith(" is not defined")
    ? (guessed ?? inStack)
    : (inStack ?? guessed);
  if (line !== undefined) return { file, line };
  return /\.(?:sqlx|js)$/.test(file) ? { file, line: firstOwnLine(readText(file)) } : undefined;
}

/**
 * Where an error is shown that is about the whole file: at its config block, or at its beginning.
 * @param {string | undefined} text
 */
function firstOwnLine(text = "") {
  const index = text.split("\n").findIndex((line) => line.startsWith("config {"));
  return Math.max(0, index) + 1;
}

/**
 * The frames that name files of the project; V8 writes a syntax error's file and line on the first
 * line, without `at`.
 * @param {string} stack
 * @param {string} projectDir
 * @returns {Frame[]}
 */
function projectFrames(stack, projectDir) {
  return stack.split("\n").flatMap((text, index) => {
    const match =
      /^ {4}at (?:.*\()?(\/.*?):(\d+):\d+\)?$/.exec(text) ??
      (index === 0 ? /^(\/.*):(\d+)$/.exec(text) : null);
    const [, file = "", line] = match ?? [];
    const isOfProject = file.startsWith(projectDir + path.sep) && !file.startsWith(ownFolder);
    // Core itself may be installed in the project.
    if (!isOfProject || file.includes(`${path.sep}node_modules${path.sep}`)) return [];
    return [{ file, line: Number(line), text }];
  });
}

/**
 * Returns a function from a file and a line that V8 reported to the line in the file itself.
 * @param {(file: string) => string} translate
 */
function lineFinder(translate) {
  /** @type {Map<string, string>} */
  const compiled = new Map();
  return (/** @type {string} */ file, /** @type {number} */ line) => {
    if (path.extname(file) !== ".sqlx") return line;
    const source = readText(file);
    if (source === undefined) return undefined;
    const code = compiled.get(file) ?? translateOr(translate, file);
    compiled.set(file, code);
    // Code that cannot be translated never ran: its error has a line of the file itself.
    return code === "" ? line : sqlxLine(code, source, line);
  };
}

/**
 * @param {(file: string) => string} translate
 * @param {string} file
 */
function translateOr(translate, file) {
  try {
    return translate(file);
  } catch {
    return "";
  }
}

/**
 * @param {Frame} frame
 * @param {number} line
 */
function renumber(frame, line) {
  if (line === frame.line) return frame.text;
  return frame.text.replace(/:\d+:\d+(\)?)$/, `:${line}$1`);
}

/** @param {string} file */
function readText(file) {
  try {
    return readFileSync(file, "utf8");
  } catch {
    return undefined;
  }
}
