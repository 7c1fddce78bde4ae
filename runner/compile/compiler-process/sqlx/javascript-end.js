// Finds the brace that ends a piece of JavaScript in a SQLX file, skipping strings, comments,
// regular expressions and template literals, which may contain braces.

const token =
  /\s+|\/\/.*|'(?:\\[\s\S]|[^'\\\n\r])*'|"(?:\\[\s\S]|[^"\\\n\r])*"|[\w$\u0080-\uffff]+|[\s\S]/y;
const regularExpression = /\/(?:\\.|\[(?:\\.|[^\]\\\n\r])*\]|[^/\\[\n\r])+\//y;
const templatePart = /(?:\\[\s\S]|\$(?!\{)|[^\\$`])*/y;
const wordsBeforeValue = new Set(
  "return typeof case in of delete void throw new do else instanceof yield await".split(" "),
);

/**
 * Takes a text and the place behind an opening brace; returns the place of the brace that closes
 * it, or -1 when there is none.
 * @param {string} text
 * @param {number} start
 * @returns {number}
 */
export function javascriptEnd(text, start) {
  let depth = 0;
  let previous = "";
  for (let at = start; at < text.length; ) {
    const found = tokenAt(text, at);
    if (found === undefined) return -1;
    at += found.length;
    if (/^(?:\s|\/[/*])/.test(found)) continue;
    if (found === "{") depth++;
    if (found === "}" && depth-- === 0) return at - 1;
    at = endOfBegun(text, at, found, previous);
    if (at < 0) return -1;
    previous = found;
  }
  return -1;
}

/**
 * The place behind what a token begins: a template literal (-1 when it is not closed), a regular
 * expression, or nothing more than itself.
 * @param {string} text
 * @param {number} at the place behind the token
 * @param {string} found the token
 * @param {string} previous the token before it, whitespace and comments left out
 */
function endOfBegun(text, at, found, previous) {
  if (found === "`") return templateEnd(text, at);
  if (found !== "/") return at;
  return regularExpressionEnd(text, at - 1, previous) ?? at;
}

/**
 * The token that stands here, or undefined for a comment that is not closed.
 * @param {string} text
 * @param {number} at
 */
function tokenAt(text, at) {
  if (!text.startsWith("/*", at)) return matchAt(token, text, at);
  const close = text.indexOf("*/", at + 2);
  return close === -1 ? undefined : text.slice(at, close + 2);
}

/**
 * The place behind the regular expression whose slash stands here, or undefined when it divides.
 * @param {string} text
 * @param {number} at
 * @param {string} previous the token before it, whitespace and comments left out
 * @returns {number | undefined}
 */
export function regularExpressionEnd(text, at, previous) {
  const { length } = mayBeginValue(previous) ? matchAt(regularExpression, text, at) : "";
  return length === 0 ? undefined : at + length;
}

/**
 * The place behind the backtick that closes a template literal, or -1.
 * @param {string} text
 * @param {number} start
 */
function templateEnd(text, start) {
  for (let at = start; at < text.length; ) {
    at += matchAt(templatePart, text, at).length;
    if (text[at] === "`") return at + 1;
    const end = javascriptEnd(text, at + 2);
    if (end === -1) return -1;
    at = end + 1;
  }
  return -1;
}

/**
 * Whether a slash behind this token begins a regular expression rather than divides.
 * @param {string} previous
 */
function mayBeginValue(previous) {
  return /^[^\w$\u0080-\uffff)\]'"`]?$/.test(previous) || wordsBeforeValue.has(previous);
}

/**
 * @param {RegExp} pattern a sticky one
 * @param {string} text
 * @param {number} at
 */
function matchAt(pattern, text, at) {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0] ?? "";
}
