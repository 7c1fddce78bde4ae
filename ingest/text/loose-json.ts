/**
 * Parses JSON, also as Python writes it: NaN and infinity, which JSON does not know, are read as null. Throws the
 * `SyntaxError` of `JSON.parse` for anything else.
 */
export function parseLooseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!/NaN|Infinity/.test(text)) throw error;
    try {
      return JSON.parse(text.replace(oddNumber, (part) => (part.startsWith('"') ? part : "null")));
    } catch {
      throw error;
    }
  }
}

// a text, which is left as it is, or a number of those
const oddNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\b(?:NaN|Infinity)\b/gs;
