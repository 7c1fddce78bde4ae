// Reads SQL in a SQLX file by PostgreSQL's own rules of quotes and comments, because the lexer of
// @dataform/core follows BigQuery's and so finds other ends of texts, statements and blocks
// (docs/upstream/dataform-core.md, "SQLX").
import { javascriptEnd } from "./javascript-end.js";
import { refuseSwallowedBrace, sqlxError, strayBrace, unsureEscape } from "./sqlx-error.js";

/**
 * @typedef {object} ScannedSql
 * @property {string[]} statements each as it stands in a JavaScript template literal
 * @property {number} end where the closing brace of a block stands, or the end of the text
 *
 * @typedef {(word: string, at: number) => number | undefined} TakeBlock returns where the block ends
 */

const separator = /[^\S\r\n]*---[^\S\r\n]*(?=[\r\n]|$)/y;
const lineComment = /--[^\r\n]*/y;
const word = /[A-Za-z_\u0080-\uffff](?:[\w\u0080-\uffff]|\$(?!\{))*/y;
const dollarQuote = /\$(?:[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$/y;
// What means nothing here, in one go; blanks and line breaks apart, since blanks may begin a separator.
const nothing = /[^\S\r\n]+|[\r\n]+|\d[\w.\u0080-\uffff]*|[\s\S]/y;

/**
 * Takes a text and where its SQL begins, and reads to the end of the text or, inside a block, to the
 * brace that closes it. Throws an error with the place (`at`) when a quote, a comment, a block or
 * `${` is not closed, and where Dataform and PostgreSQL would read the text differently.
 * @param {string} text
 * @param {number} start
 * @param {{ isBlock: boolean, takeBlock: TakeBlock }} context
 * @returns {ScannedSql}
 */
export function scanSql(text, start, { isBlock, takeBlock }) {
  const statements = [""];
  let kept = start;
  let interpolationEnd = -1;
  // Where a dollar quote closes, found once for all that its body holds.
  let known = { tag: "", close: -1 };

  const keep = (/** @type {number} */ end, asTemplate = escapeText) => {
    statements[statements.length - 1] += asTemplate(text.slice(kept, end));
    kept = end;
  };

  for (let at = start; at < text.length; ) {
    if (isBlock && text[at] === "}") {
      keep(at);
      return { statements, end: at };
    }
    at = next(at);
  }
  keep(text.length);
  return { statements, end: text.length };

  /** @param {number} at */
  function next(at) {
    switch (text[at]) {
      case "'":
        return quoted(at, "'", false);
      case '"':
        return quoted(at, '"', false);
      case "`":
        return bigQueryName(at);
      case "$":
        return dollar(at);
      case "/":
        return text.startsWith("/*", at) ? comment(at, blockCommentEnd(text, at)) : at + 1;
      case "{":
      case "}":
        throw strayBrace(text, at);
      default:
        return separated(at) ?? worded(at) ?? at + matchAt(nothing, text, at).length;
    }
  }

  /**
   * A name in backticks is of BigQuery: an apostrophe in it begins no text. PostgreSQL says what is
   * wrong with it when it runs.
   * @param {number} at
   */
  function bigQueryName(at) {
    const close = text.indexOf("`", at + 1);
    const isName = close !== -1 && !text.slice(at, close).includes("\n");
    return isName ? quoted(at, "`", false, false) : at + 1;
  }

  /** @param {number} at */
  function separated(at) {
    if (!/[\s-]/.test(text[at] ?? "")) return undefined;
    const found = matchAt(separator, text, at);
    if (found === "") {
      const end = at + matchAt(lineComment, text, at).length;
      if (isBlock) refuseSwallowedBrace(text, start, at, end);
      return end === at ? undefined : comment(at, end);
    }
    keep(at);
    statements.push("");
    kept = at + found.length;
    return kept;
  }

  /** @param {number} at */
  function worded(at) {
    const found = matchAt(word, text, at);
    if (found === "") return undefined;
    const end = at + found.length;
    if (/^e$/i.test(found) && text[end] === "'") {
      return quoted(end, "'", true, at === interpolationEnd);
    }
    const blockEnd = takeBlock(found, at);
    if (blockEnd === undefined) return end;
    keep(at);
    kept = blockEnd;
    return blockEnd;
  }

  /**
   * @param {number} at
   * @param {number} end
   */
  function comment(at, end) {
    keep(at);
    keep(end, escapeComment);
    return end;
  }

  /**
   * @param {number} at
   * @param {string} quote
   * @param {boolean} hasEscapes
   * @param {boolean} isUnsure whether what comes from `${…}` decides if a backslash escapes
   */
  function quoted(at, quote, hasEscapes, isUnsure = at === interpolationEnd) {
    let end = at + 1;
    while (end < text.length && (text[end] !== quote || text[end + 1] === quote)) {
      end = nextInQuotes(end, quote, hasEscapes, isUnsure);
    }
    if (end >= text.length) throw sqlxError(`The quote ${quote} is not closed`, at);
    return end + 1;
  }

  /**
   * @param {number} at
   * @param {string} quote
   * @param {boolean} hasEscapes
   * @param {boolean} isUnsure
   */
  function nextInQuotes(at, quote, hasEscapes, isUnsure) {
    if (text[at] === quote) return at + 2;
    if (text.startsWith("${", at)) return interpolation(at);
    if (text[at] !== "\\") return at + 1;
    if (isUnsure && quote === "'" && text[at + 1] === quote) throw unsureEscape(at);
    return at + (hasEscapes ? 2 : 1);
  }

  /** @param {number} at */
  function dollar(at) {
    if (text[at + 1] === "{") return interpolation(at);
    const tag = matchAt(dollarQuote, text, at);
    if (tag === "") return at + 1;
    refuseBraceBehind(tag, at);
    const start = at + tag.length;
    for (let end = start; end < text.length; ) {
      if (text.startsWith(tag, end)) {
        refuseBraceBehind(tag, end);
        return end + tag.length;
      }
      end = nextInBody(end, tag);
    }
    throw sqlxError(`The dollar quote ${tag} is not closed`, at);
  }

  /**
   * In a body, too, Dataform replaces `${…}` outside of comments; nothing else has a meaning.
   * @param {number} at
   * @param {string} tag
   */
  function nextInBody(at, tag) {
    if (text.startsWith("${", at)) return interpolation(at);
    const isComment = text.startsWith("--", at) || text.startsWith("/*", at);
    if (!isComment) return text[at] === "'" ? textInBody(at, tag) : at + 1;
    const close = closeOf(tag, at);
    const end = text.startsWith("--", at)
      ? at + matchAt(lineComment, text, at).length
      : blockCommentEnd(text, at, text.length);
    return comment(at, close === -1 ? end : Math.min(end, close));
  }

  /**
   * @param {string} tag
   * @param {number} at
   */
  function closeOf(tag, at) {
    if (known.tag !== tag || known.close < at) {
      const close = text.indexOf(tag, at);
      known = { tag, close: close === -1 ? Number.POSITIVE_INFINITY : close };
    }
    return known.close === Number.POSITIVE_INFINITY ? -1 : known.close;
  }

  /**
   * A text inside a body, in which `--` begins no comment. An apostrophe that is not followed by
   * another before the body ends is just an apostrophe.
   * @param {number} at
   * @param {string} tag
   */
  function textInBody(at, tag) {
    const close = closeOf(tag, at);
    const quote = text.indexOf("'", at + 1);
    if (quote === -1 || (close !== -1 && quote > close)) return at + 1;
    for (let end = at + 1; end < quote; end++) {
      if (text.startsWith("${", end)) return interpolation(end);
    }
    return quote + 1;
  }

  /** @param {number} at */
  function interpolation(at) {
    const end = javascriptEnd(text, at + 2);
    if (end === -1) throw sqlxError("This ${ is not closed", at);
    keep(at);
    keep(end + 1, (code) => code);
    interpolationEnd = end + 1;
    return interpolationEnd;
  }

  /**
   * @param {string} tag
   * @param {number} at
   */
  function refuseBraceBehind(tag, at) {
    if (text[at + tag.length] !== "{") return;
    throw sqlxError(
      `${tag}{ may be a dollar quote and a brace, or a dollar sign and \${…}: write a blank or a line break behind the dollar quote`,
      at,
    );
  }
}

/**
 * The place behind a block comment; comments nest.
 * @param {string} text
 * @param {number} at
 * @param {number} [missing] the answer when it is not closed; without it, that is an error
 */
function blockCommentEnd(text, at, missing) {
  const mark = /\/\*|\*\//g;
  mark.lastIndex = at;
  let depth = 0;
  for (let found = mark.exec(text); found !== null; found = mark.exec(text)) {
    depth += found[0] === "/*" ? 1 : -1;
    if (depth === 0) return mark.lastIndex;
  }
  if (missing !== undefined) return missing;
  throw sqlxError("The comment /* is not closed", at);
}

/** @param {string} sql */
function escapeText(sql) {
  return /[\\`]/.test(sql) ? sql.replace(/[\\`]/g, "\\$&") : sql;
}

/**
 * In a comment `${` is text.
 * @param {string} sql
 */
function escapeComment(sql) {
  return escapeText(sql).replaceAll("${", "\\${");
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
