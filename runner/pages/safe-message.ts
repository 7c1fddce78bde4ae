/**
 * The first line of an error, 300 characters at most. Values of rows stand in quotes or brackets in
 * messages of PostgreSQL and of a run: unless samples were asked for, they are left out.
 */
export function safeMessage(message: string | null, withSamples: boolean): string | null {
  const line = message?.split("\n")[0]?.slice(0, 300) ?? null;
  if (line === null || withSamples) return line;
  // A value may hold quotes itself, so that all is left out up to the last one; in what is left of a
  // longer message the end of the value may be missing. Servers in other languages have other quotes.
  const quoted = line === message ? /["«»„“「].*["«»“”」]|["«»„“「].*/ : /["«»„“「].*/;
  return withoutBrackets(line.replace(quoted, '"…"'));
}

/** Leaves out what stands in brackets, also within others and in those that are not closed. */
function withoutBrackets(text: string): string {
  const inner = text.replaceAll(/\([^()]*\)/g, "\0");
  if (inner !== text) return withoutBrackets(inner);
  return text.replace(/\(.*/, "\0").replaceAll("\0", "(…)");
}
