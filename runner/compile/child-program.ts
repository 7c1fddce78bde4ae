import { readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

/** The modules of a realm (docs/decisions/0016), by their absolute paths. */
export interface ChildProgram {
  entry: string;
  files: Map<string, Buffer>;
}

const folder = fileURLToPath(new URL("./sandbox/", import.meta.url));

/** The folder whose files stand for Node's modules in a realm. */
export const realmFolder = path.join(folder, "realm");

const read = new Map<string, Buffer>();

/** The text of the program around the realm. */
export function outerProgram(): string {
  return textOf(path.join(folder, "outer.js")).toString("utf8");
}

/** Takes the name of an entry beside this file; returns it with every module that it imports. */
export function childProgram(name: string): ChildProgram {
  const entry = fileURLToPath(new URL(`./${name}`, import.meta.url));
  const files = new Map<string, Buffer>();
  const wanted = [entry];
  for (let file = wanted.pop(); file !== undefined; file = wanted.pop()) {
    if (files.has(file)) continue;
    const text = textOf(file);
    files.set(file, text);
    const imports = text.toString("utf8").matchAll(/^(?:import|\} from)\b[^"\n]*"([^"]+)";$/gm);
    for (const [, id = ""] of imports) wanted.push(moduleFile(id, file));
  }
  return { entry, files };
}

function moduleFile(id: string, from: string): string {
  return id.startsWith("node:")
    ? path.join(realmFolder, `${id.slice("node:".length)}.js`)
    : path.resolve(path.dirname(from), id);
}

/** A file of this program, which does not change while it runs. */
export function textOf(file: string): Buffer {
  const known = read.get(file) ?? readFileSync(file);
  read.set(file, known);
  return known;
}
