import path from "node:path";
import { readProjectFile } from "../../read-project-file.ts";
import type { CompilationError } from "../compiled-graph.ts";

/**
 * Takes the errors of a project and returns them without those that another one explains: an action
 * that is missing because the file that defines it cannot be read, and a name that is unknown
 * because its file in `includes/` cannot.
 */
export function withoutConsequences(
  errors: readonly CompilationError[],
  projectDir: string,
): CompilationError[] {
  const causes = errors.filter(({ message }) => nameOf(message) === undefined);
  const broken = new Set(causes.flatMap(({ fileName }) => fileName ?? []));
  const definers = definersIn(broken, projectDir);
  const kept = errors.filter((error) => {
    const name = nameOf(error.message);
    return name === undefined || !definers.some((defines) => defines(name));
  });
  return kept.length === 0 ? [...errors] : kept;
}

/** For each broken file, whether it would define a name. */
function definersIn(broken: ReadonlySet<string>, projectDir: string) {
  return [...broken].map((file) => {
    const own = path.basename(file).replace(/\.(?:sqlx|js)$/, "");
    const text = file.startsWith("definitions/") ? readText(projectDir, file) : "";
    const names = new Set([...text.matchAll(definition)].map(([, , name]) => name));
    return (name: string) => name === own || names.has(name);
  });
}

// `publish("orders", …)` of the JavaScript API and `name: "orders"` of a config.
const definition = /\b(?:name\s*:|(?:publish|operate|assert)\s*\()\s*(["'`])([^"'`\n]+)\1/g;

function readText(projectDir: string, file: string): string {
  const read = readProjectFile(projectDir, file);
  return "bytes" in read ? read.bytes.toString("utf8") : "";
}

/** The name that an error says is missing, without its schema; undefined for every other error. */
function nameOf(message: string): string | undefined {
  const missing = missingName(message);
  if (missing !== undefined) return missing.slice(missing.lastIndexOf(".") + 1);
  // A pattern that may go back over all of it runs out of stack in a message of megabytes.
  const name = message.endsWith(notDefined) ? message.slice(0, -notDefined.length) : "";
  return name === "" || /\s/.test(name) ? undefined : name;
}

const notDefined = " is not defined";

/** Core writes a missing relation as a plain name or as the JSON of a target. */
export function missingName(message: string): string | undefined {
  const unresolved = "Could not resolve ";
  const written = message.startsWith(unresolved)
    ? message.slice(unresolved.length)
    : /^Missing dependency detected: .* depends on "(.*)" which does not exist$/s.exec(
        message,
      )?.[1];
  if (written === undefined) return undefined;
  try {
    const target = JSON.parse(written) as string | { schema?: string; name: string };
    if (typeof target === "string") return target;
    return target.schema ? `${target.schema}.${target.name}` : target.name;
  } catch {
    return written;
  }
}
