// The error for SQL in a SQLX file, with its place.

/**
 * An error in a SQLX file, with its place in the text.
 * @param {string} message
 * @param {number} at
 */
export function sqlxError(message, at) {
  return Object.assign(new Error(message), { at });
}

/**
 * Throws for `pre_operations { select 1 --- select 2 }`: what looks like a separator is a comment, and
 * the brace is in it.
 * @param {string} text
 * @param {number} start of the block
 * @param {number} at where the comment begins
 * @param {number} end
 */
export function refuseSwallowedBrace(text, start, at, end) {
  const comment = text.slice(at, end).trimEnd();
  if (!comment.endsWith("}") || text.slice(start, at).includes("\n")) return;
  if (comment.split("}").length <= comment.split("{").length) return;
  const hint = "write --- and the brace on lines of their own";
  throw sqlxError(`The closing brace of this block is inside a comment, ${comment}: ${hint}`, at);
}

/**
 * The error for a brace that SQL does not know; names the block that may be meant.
 * @param {string} text
 * @param {number} at
 */
export function strayBrace(text, at) {
  const before = /([A-Za-z_]+)\s*$/.exec(text.slice(Math.max(0, at - 100), at))?.[1] ?? "";
  const name = blockNames.find((known) => plain(known) === plain(before));
  if (text[at] === "{" && name !== undefined) {
    return sqlxError(`The block ${name} begins with "${name} {": one blank, small letters`, at);
  }
  const meant = text[at] === "{" ? `: JavaScript in SQL is written \${…}` : "";
  return sqlxError(`SQL knows no ${text[at]} outside of quotes${meant}`, at);
}

const blockNames = ["config", "js", "incremental_where", "pre_operations", "post_operations"];

/** @param {string} name */
function plain(name) {
  return name.toLowerCase().replaceAll("_", "").replace(/s$/, "");
}

/**
 * The error for a backslash before a quote behind `${…}`.
 * @param {number} at
 */
export function unsureEscape(at) {
  return sqlxError(
    "Whether this backslash escapes the quote depends on the expression before it: put both into one expression",
    at,
  );
}
