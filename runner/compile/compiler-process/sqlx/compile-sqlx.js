// Core still writes the JavaScript of a SQLX file, but this code decides where texts, statements
// and blocks end. Core gets a skeleton of the file with a plain word for each of them; afterwards
// these words are replaced in its result.
import path from "node:path";
import { notice } from "../errors/notices.js";
import { javascriptEnd } from "./javascript-end.js";
import { scanSql } from "./scan-sql.js";
import { sqlxError } from "./sqlx-error.js";

/**
 * @typedef {object} Block
 * @property {string} header with the opening brace, as it is written
 * @property {string} [code] JavaScript
 * @property {string[]} [statements] SQL as it stands in a JavaScript template literal
 */

/** What begins a block, wherever it stands in SQL. */
export const blockHeader =
  /(?:(?:config|js|incremental_where|pre_operations|post_operations)|input "[\w-]+"(?:,\s*"[\w-]+")*) \{/y;
const words = new Set(
  "config js incremental_where pre_operations post_operations input".split(" "),
);

/**
 * Takes the text of a SQLX file and its path, and returns the JavaScript that core makes of it.
 * Throws an error whose stack begins with `<path>:<line>` for a file that cannot be read.
 * @param {import("../core/load-core.js").Core["compiler"]} compiler core's own
 * @param {string} text
 * @param {string} file
 * @returns {string}
 */
export function compileSqlx(compiler, text, file) {
  /** @type {string[]} */
  const parts = [];
  const word = (/** @type {string} */ part) =>
    part === "" ? "" : `__sqlx_${parts.push(part) - 1}__`;
  const joined = (/** @type {string[]} */ statements) => {
    // A separator ends its line, so the next statement begins with a line break.
    const texts = statements.map((statement) => {
      const lineBreak = /^(?:\r\n|\r|\n)/.exec(statement)?.[0] ?? "";
      return lineBreak + word(statement.slice(lineBreak.length));
    });
    return texts.join("---");
  };
  const { blocks, statements, doubled } = withPlace(file, text, () => scanSqlx(text));
  const names = [...doubled].join(", ");
  // Dataform's own rule silently loses the statements of the first block.
  notice(
    `blocks of ${file}`,
    names === ""
      ? undefined
      : `${path.relative(process.cwd(), file)}: there is more than one block ${names}; the last one counts, as in Dataform. Put the others into it`,
  );
  const skeleton = blocks.map(
    ({ header, code, statements = [] }) =>
      `${header}${code === undefined ? joined(statements) : word(code)}}`,
  );
  const compiled = compiler(skeleton.join("") + joined(statements), file);
  return compiled.replace(/__sqlx_(\d+)__/g, (_, index) => parts[index] ?? "");
}

/**
 * @param {string} text
 * @returns {{ blocks: Block[], statements: string[], doubled: Set<string> }}
 */
function scanSqlx(text) {
  /** @type {Set<string>} */
  const doubled = new Set();
  /** @type {Block[]} */
  const blocks = [];
  const takeBlock = (/** @type {string} */ name, /** @type {number} */ at) => {
    if (!words.has(name)) return undefined;
    blockHeader.lastIndex = at;
    const opening = blockHeader.exec(text)?.[0];
    if (opening === undefined) return undefined;
    if (name !== "js" && blocks.some((block) => block.header === opening)) {
      doubled.add(opening.slice(0, -2));
    }
    const start = at + opening.length;
    const isCode = name === "config" || name === "js";
    const end = isCode ? takeCode(opening, at) : takeStatements(opening, at);
    return start <= end ? end + 1 : start;
  };
  const takeCode = (/** @type {string} */ opening, /** @type {number} */ at) => {
    const start = at + opening.length;
    const end = javascriptEnd(text, start);
    if (end === -1) throw notClosed(opening, at);
    blocks.push({ header: opening, code: text.slice(start, end) });
    return end;
  };
  const takeStatements = (/** @type {string} */ opening, /** @type {number} */ at) => {
    const start = at + opening.length;
    const { statements, end } = scanSql(text, start, { isBlock: true, takeBlock: () => undefined });
    if (end === text.length) throw notClosed(opening, at);
    blocks.push({ header: opening, statements });
    return end;
  };
  const { statements } = scanSql(text, 0, { isBlock: false, takeBlock });
  return { blocks, statements, doubled };
}

/**
 * @param {string} opening
 * @param {number} at
 */
function notClosed(opening, at) {
  return sqlxError(`The block ${opening.slice(0, -2)} is not closed`, at);
}

/**
 * @template T
 * @param {string} file
 * @param {string} text
 * @param {() => T} read
 * @returns {T}
 */
function withPlace(file, text, read) {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof Error && "at" in error)) throw error;
    const line = text.slice(0, Number(error.at)).split("\n").length;
    error.stack = `${file}:${line}\n${error.message}`;
    throw error;
  }
}
