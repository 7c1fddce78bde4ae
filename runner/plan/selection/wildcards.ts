/**
 * Whether a file (relative to the project, with `/`) is meant by a path: `*` stands for anything but
 * `/`, `**` for anything. A folder, with or without its last slash, means the files below it.
 */
export function pathMatcher(path: string): (fileName: string) => boolean {
  const wildcards = { "**": ".*", "*": "[^/]*" };
  const bare = path.replace(/\/+$/, "");
  const file = wildcardExpression(bare, wildcards);
  const folder = wildcardExpression(`${bare}/**`, wildcards);
  const isFolder = path.endsWith("/");
  return (fileName) => (!isFolder && file.test(fileName)) || folder.test(fileName);
}

/** A pattern as a regular expression for the whole text; `wildcards` says what `*` and `**` mean. */
export function wildcardExpression(pattern: string, wildcards: Record<string, string>): RegExp {
  const source = pattern.replace(
    /\*\*?|[.+?^${}()|[\]\\]/g,
    (sign) => wildcards[sign] ?? (sign === "**" ? ".*" : `\\${sign}`),
  );
  return new RegExp(`^${source}$`, "s");
}
