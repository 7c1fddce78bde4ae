/**
 * @typedef {import("../../compiled-graph.ts").CompilationError} CompilationError
 * @typedef {(line: string) => boolean} LineTest
 */

/**
 * Takes an error that came without a line and the text of its file; returns the 1-based line that
 * holds what the message is about, or undefined.
 * @param {CompilationError} error
 * @param {string} source
 * @returns {number | undefined}
 */
export function guessLine(error, source) {
  const yamlLine = /YAMLException: .* \((\d+):\d+\)$/m.exec(error.message)?.[1];
  if (yamlLine !== undefined) return Number(yamlLine);
  const lines = source.split("\n");
  const found = lineTests(error).map((test) => lines.findIndex(test));
  const index = found.find((candidate) => candidate !== -1);
  return index === undefined ? undefined : index + 1;
}

/**
 * What the line may look like, the surest first.
 * @param {CompilationError} error
 * @returns {LineTest[]}
 */
function lineTests({ message, actionTarget }) {
  const property = /^Unexpected (?:property|empty value for) "([^"]+)"/.exec(message)?.[1];
  if (property !== undefined) return [isKey(property)];
  const unknown = /^(\S+) is not defined$/.exec(message)?.[1];
  if (unknown !== undefined) return [(line) => line.split(/[^\w$]+/).includes(unknown)];
  const missing = /^Cannot find "(?:.*\/)?([^"/]+)"/.exec(message)?.[1];
  if (missing !== undefined) return [(line) => line.includes(missing)];
  if (message.startsWith("Semi-colons")) return [(line) => line.trimEnd().endsWith(";")];
  const block = misplacedBlock(message);
  if (block !== undefined) return [(line) => line.trimStart().startsWith(block)];
  const type = /^Unrecognized (?:action|table) type: (.+)/.exec(message)?.[1];
  if (type !== undefined) return [isQuoted(type)];
  const own = actionTarget?.name;
  const tests = namesIn(message)
    .filter((name) => name !== own)
    .map(isQuoted);
  return own === undefined ? tests : [...tests, isQuoted(own)];
}

/**
 * The beginning of the line that core does not accept in an action of this type.
 * @param {string} message
 */
function misplacedBlock(message) {
  if (!message.startsWith("Actions may only")) return undefined;
  if (message.includes("more than one SQL statement")) return "---";
  return /pre_operations|post_operations|incremental_where|input|protected/.exec(message)?.[0];
}

/**
 * Names of actions in a message of core, which writes them as JSON of a target or plainly.
 * @param {string} message
 */
function namesIn(message) {
  const inJson = [...message.matchAll(/"name":("(?:[^"\\]|\\.)*")/g)];
  const names = inJson.map(([, name = '""']) => String(JSON.parse(name)));
  const plain = /(?:depends on "|Ambiguous Action name: |Could not resolve ")([^"{.]+)/.exec(
    message,
  );
  return plain?.[1] === undefined ? names : [...names, plain[1]];
}

/**
 * @param {string} name
 * @returns {LineTest}
 */
function isQuoted(name) {
  return (line) => ['"', "'", "`"].some((quote) => line.includes(quote + name + quote));
}

/**
 * @param {string} property
 * @returns {LineTest}
 */
function isKey(property) {
  const pattern = new RegExp(`(^|[\\s{,"'])${property.replace(/\W/g, "\\$&")}["']?\\s*:`);
  return (line) => pattern.test(line);
}
