/**
 * A pattern with `*` (anything but `/`), `**` (anything), `?` (one character) and `{a,b*}` as a regular
 * expression that fits whole texts. Case is no matter when `ignoreCase` is set.
 */
export function globPattern(glob: string, ignoreCase = false): RegExp {
  return new RegExp(`^${sourceOf(glob)}$`, ignoreCase ? "isu" : "su");
}

function sourceOf(glob: string): string {
  return glob.replace(
    /\*\*\/|\*\*|\*|\?|\{[^{}]*\}|[^*?{]+|\{/g,
    (part) => wildcards[part] ?? alternatives(part) ?? literal(part),
  );
}

/** Whether a path holds a character that `globPattern` gives a meaning to. */
export function isGlob(path: string): boolean {
  return /[*?{]/.test(path);
}

const wildcards: Record<string, string> = {
  "**/": "(?:.*/)?",
  "**": ".*",
  "*": "[^/]*",
  "?": "[^/]",
};

function alternatives(part: string): string | undefined {
  if (!part.startsWith("{") || !part.endsWith("}")) return undefined;
  return `(?:${part.slice(1, -1).split(",").map(sourceOf).join("|")})`;
}

function literal(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&");
}
