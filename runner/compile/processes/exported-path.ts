const conditions = ["require", "node", "node-addons", "default"];

/**
 * Takes `exports` or `imports` of a package.json and what is asked for (`.`, `./lib/x`, `#x`), and returns the
 * path or package that stands for it, as Node does for `require`; undefined when it has none.
 */
export function exportedPath(exported: unknown, asked: string): string | undefined {
  const map = isMap(exported) ? exported : { ".": exported };
  if (Object.hasOwn(map, asked) && !asked.includes("*")) return chosen(map[asked], "");
  const pattern = Object.keys(map)
    .filter((key) => fits(key, asked))
    .sort((one, other) => other.indexOf("*") - one.indexOf("*") || other.length - one.length)[0];
  if (pattern === undefined) return undefined;
  const start = pattern.indexOf("*");
  return chosen(map[pattern], asked.slice(start, asked.length - (pattern.length - start - 1)));
}

/** Whether the keys are paths, not conditions. */
function isMap(exported: unknown): exported is Record<string, unknown> {
  if (typeof exported !== "object" || exported === null || Array.isArray(exported)) return false;
  return Object.keys(exported).every((key) => /^[.#]/.test(key));
}

function fits(key: string, asked: string): boolean {
  const [before = "", after] = key.split("*");
  if (after === undefined || key.split("*").length > 2) return false;
  return asked.length >= key.length && asked.startsWith(before) && asked.endsWith(after);
}

/** `matched` takes the place of each `*`. */
function chosen(target: unknown, matched: string): string | undefined {
  if (typeof target === "string") return target.replaceAll("*", () => matched);
  if (typeof target !== "object" || target === null) return undefined;
  if (Array.isArray(target)) {
    return target.map((each) => chosen(each, matched)).find((each) => each !== undefined);
  }
  for (const [condition, each] of Object.entries(target)) {
    const path = conditions.includes(condition) ? chosen(each, matched) : undefined;
    if (path !== undefined) return path;
  }
  return undefined;
}
