/**
 * The first line of an error, 300 characters at most. Values of rows stand in quotes or brackets in
 * PostgreSQL's messages: unless samples were asked for, they are left out.
 */
export function safeMessage(message: string | null, withSamples: boolean): string | null {
  const line = message?.split("\n")[0]?.slice(0, 300) ?? null;
  if (line === null || withSamples) return line;
  return line.replaceAll(/"[^"]*"?/g, '"…"').replaceAll(/\([^)]*\)?/g, "(…)");
}
