// Core turns a SQLX file into JavaScript by copying its blocks, line by line, between lines of its
// own. So a line is found again by its text, and among equal lines by the lines around it.

const farEnough = 60;
const beforeBlock = /^\s*(\.\.\.(?=\{)|return \[?`|`,`)/;
const afterBlock = /(`\];|`,`|`;)\s*$/;

/** @typedef {{ text: string, startsBlock: boolean }} CopiedLine */

/**
 * Takes the JavaScript that a SQLX file became, that file's text and a 1-based line of the
 * JavaScript; returns the 1-based line of the SQLX file, or undefined for a line of the frame.
 * @param {string} compiled
 * @param {string} source
 * @param {number} compiledLine
 * @returns {number | undefined}
 */
export function sqlxLine(compiled, source, compiledLine) {
  const copies = compiled.split("\n").map(withoutFrame);
  const originals = source.split("\n").map((line) => line.trim());
  const start = compiledLine - 1;
  const scores = originals.map((original, index) => {
    const own = likeness(copies[start], original);
    const around = (/** @type {1 | -1} */ step) => agreement(copies, originals, start, index, step);
    return own === 0 ? 0 : own + around(-1) + around(1);
  });
  const best = Math.max(0, ...scores);
  // A line with only a brace identifies nothing unless a neighbouring line matches.
  const enough = /\w/.test(copies[start]?.text ?? "") ? 0 : exact;
  return best > enough ? scores.indexOf(best) + 1 : undefined;
}

/**
 * How well the lines agree that come next in one direction, up to the first that does not.
 * @param {CopiedLine[]} copies
 * @param {string[]} originals
 * @param {number} copyIndex
 * @param {number} originalIndex
 * @param {1 | -1} step
 */
function agreement(copies, originals, copyIndex, originalIndex, step) {
  let sum = 0;
  for (let distance = 1; distance <= farEnough; distance++) {
    const index = originalIndex + distance * step;
    const score = likeness(copies[copyIndex + distance * step], originals[index]);
    if (score === 0) break;
    sum += score;
  }
  return sum;
}

const exact = 8;
const partial = 2;
const blank = 1;

/**
 * The first line of a block is copied without `config`, `js {` and the like; other lines are copied
 * whole, except a closing brace.
 * @param {CopiedLine | undefined} copy
 * @param {string | undefined} original
 */
function likeness(copy, original) {
  if (copy === undefined || original === undefined) return 0;
  if (copy.text === "") return original === "" ? blank : 0;
  if (copy.text === original) return copy.startsBlock ? partial : exact;
  if (copy.text.length < 3 || !original.includes(copy.text)) return 0;
  return copy.startsBlock ? exact : partial;
}

/**
 * The line as it was written: without what core put before and after it, and its escapes.
 * @param {string} line
 * @returns {CopiedLine}
 */
function withoutFrame(line) {
  const text = line
    .replace(beforeBlock, "")
    .replace(afterBlock, "")
    .replace(/\\([`\\]|\$\{)/g, "$1")
    .trim();
  return { text, startsBlock: beforeBlock.test(line) };
}
