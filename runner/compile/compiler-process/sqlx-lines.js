// Core turns a SQLX file into JavaScript by copying its blocks, line by line, into a frame of its
// own, so a line is found again by its text; among equal lines, by the lines around it.

const farEnough = 60;

/**
 * Takes the JavaScript that a SQLX file became, that file's text and a 1-based line of the
 * JavaScript; returns the 1-based line of the SQLX file, or undefined for a line of the frame.
 * @param {string} compiled
 * @param {string} source
 * @param {number} compiledLine
 * @returns {number | undefined}
 */
export function sqlxLine(compiled, source, compiledLine) {
  const from = compiled.split("\n").map(withoutFrame);
  const to = source.split("\n").map((line) => line.trim());
  const start = compiledLine - 1;
  const scores = to.map((_, index) =>
    isSame(from[start], to[index])
      ? 1 + agreeing(from, to, start, index, -1) + agreeing(from, to, start, index, 1)
      : 0,
  );
  const best = Math.max(0, ...scores);
  // A brace alone on its line says nothing unless a neighbour agrees.
  return best > (/\w/.test(from[start] ?? "") ? 0 : 1) ? scores.indexOf(best) + 1 : undefined;
}

/**
 * How many lines on end agree, going from a pair of lines in one direction.
 * @param {string[]} from
 * @param {string[]} to
 * @param {number} fromIndex
 * @param {number} toIndex
 * @param {1 | -1} step
 */
function agreeing(from, to, fromIndex, toIndex, step) {
  let count = 0;
  while (
    count < farEnough &&
    isSame(from[fromIndex + (count + 1) * step], to[toIndex + (count + 1) * step])
  ) {
    count++;
  }
  return count;
}

/**
 * Equal, or the copy of the part of a line that stands after `config` or before the closing brace.
 * @param {string | undefined} copy
 * @param {string | undefined} original
 */
function isSame(copy, original) {
  if (copy === undefined || original === undefined) return false;
  return copy === original || (copy.length > 2 && original.includes(copy));
}

/**
 * The line as it was written: without what core put before and after it, and its escapes.
 * @param {string} line
 */
function withoutFrame(line) {
  return line
    .replace(/^\s*(\.\.\.(?=\{)|return \[?`|`,`)/, "")
    .replace(/(`\];|`,`|`;)\s*$/, "")
    .replace(/\\([`\\]|\$\{)/g, "$1")
    .trim();
}
