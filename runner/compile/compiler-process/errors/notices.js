// What the compiler has to say of a project that is no error, kept by a key so that a file that is read
// twice tells it once. This process compiles one project and ends.

/** @type {Map<string, string>} */
const notices = new Map();

/**
 * Takes a key and the text of a notice; undefined withdraws the notice.
 * @param {string} key
 * @param {string | undefined} text
 */
export function notice(key, text) {
  if (text === undefined) notices.delete(key);
  else notices.set(key, text);
}

/** @returns {string[]} */
export function takeNotices() {
  return [...notices.values()];
}

/**
 * A file, and how many others are meant.
 * @param {string[]} files
 */
export function firstOf([first = "", ...others]) {
  return others.length === 0 ? first : `${first} and ${others.length} more`;
}
