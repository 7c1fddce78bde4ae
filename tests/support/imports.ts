import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";

/** One import of a file: the path of another from the root, `node:…`, or the name of a package. */
export interface Import {
  to: string;
  isType: boolean;
}

/**
 * Reads what every `.ts` and `.js` file of some folders imports, by its path from the root. An import
 * below a `biome-ignore` of noRestrictedImports is left out.
 */
export function readImports(root: string, folders: readonly string[]): Map<string, Import[]> {
  const files = folders.flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true, encoding: "utf8" })
      .filter((file) => /\.(ts|js)$/.test(file))
      .map((file) => `${folder}/${file.replaceAll(path.sep, "/")}`),
  );
  return new Map(
    files.map((file) => [file, importsOf(file, readFileSync(path.join(root, file), "utf8"))]),
  );
}

const ignored = /\/\/ biome-ignore lint\/style\/noRestrictedImports.*\n.*/g;
const statement = /^(?:import|export)( type)?\b(?:([^"';]*?)from )?"([^"]+)";$/gm;
const expression = /^(.*)\bimport\("([^"]+)"\)/gm;

function importsOf(file: string, text: string): Import[] {
  const kept = text.replaceAll(ignored, "");
  const found = [
    ...[...kept.matchAll(statement)].map(([, type, names = "", id = ""]) => ({
      id,
      isType: type !== undefined || /^ \{(\s*type \w+( as \w+)?,?)+\s*\} $/.test(names),
    })),
    ...[...kept.matchAll(expression)].map(([, before = "", id = ""]) => ({
      id,
      isType: /^\s*\/?\*/.test(before) || before.includes("/** @"),
    })),
  ];
  return found.map(({ id, isType }) => ({ to: placeOf(id, file), isType }));
}

function placeOf(id: string, file: string): string {
  if (id.startsWith(".")) return path.posix.join(path.posix.dirname(file), id);
  if (id.startsWith("node:")) return id;
  return id.split("/", id.startsWith("@") ? 2 : 1).join("/");
}

/** Takes a graph; returns its circles, each as the nodes that lead to one another. */
export function circlesIn(graph: ReadonlyMap<string, readonly string[]>): string[][] {
  const reached = new Map([...graph.keys()].map((node) => [node, reachedFrom(node, graph)]));
  const circles = new Map<string, string[]>();
  for (const [node, all] of reached) {
    if (!all.has(node)) continue;
    const circle = [...all].filter((other) => reached.get(other)?.has(node)).sort();
    circles.set(circle.join(), circle);
  }
  return [...circles.values()];
}

/** The nodes that a path of at least one step leads to; a step from a node to itself is none. */
function reachedFrom(start: string, graph: ReadonlyMap<string, readonly string[]>): Set<string> {
  const reached = new Set<string>();
  const waiting = [start];
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    for (const next of graph.get(node) ?? []) {
      if (next === node || reached.has(next)) continue;
      reached.add(next);
      waiting.push(next);
    }
  }
  return reached;
}
