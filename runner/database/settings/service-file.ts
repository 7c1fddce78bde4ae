import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RunnerError } from "../../errors.ts";
import { textOf } from "../../text-file.ts";
import type { Parameter } from "./parameter.ts";
import { type Environment, homeOf, variable } from "./server-address.ts";

/**
 * Reads the parameters of a service from `PGSERVICEFILE` or `~/.pg_service.conf`, else from
 * `pg_service.conf` in `PGSYSCONFDIR`. Throws USAGE when no file has it.
 */
export function readService(service: Parameter, env: Environment): Map<string, Parameter> {
  const files = serviceFiles(env).filter((path) => existsSync(path));
  for (const path of files) {
    const found = parseService(readText(path), service.value, path);
    if (found !== undefined) return found;
  }
  const name = JSON.stringify(service.value);
  throw new RunnerError("USAGE", `${service.source} names the service ${name}, which no file has`, {
    hint: `looked for [${service.value}] in ${serviceFiles(env).join(" and ")}`,
  });
}

function readText(path: string): string {
  try {
    return textOf(readFileSync(path), path);
  } catch (cause) {
    if (cause instanceof RunnerError) throw cause;
    throw new RunnerError("USAGE", `${path} cannot be read: ${(cause as Error).message}`, {
      cause,
    });
  }
}

function serviceFiles(env: Environment): string[] {
  const own = variable(env, "PGSERVICEFILE") ?? join(homeOf(env), ".pg_service.conf");
  const folder = variable(env, "PGSYSCONFDIR");
  return folder === undefined ? [own] : [own, join(folder, "pg_service.conf")];
}

/** The first section of that name; undefined when there is none. */
function parseService(text: string, name: string, path: string) {
  const lines = text.split("\n").map((line) => line.trim());
  const start = lines.indexOf(`[${name}]`);
  if (start === -1) return undefined;
  const found = new Map<string, Parameter>();
  for (const [index, line] of lines.entries()) {
    if (index <= start || line === "" || line.startsWith("#")) continue;
    if (line.startsWith("[")) break;
    const at = line.indexOf("=");
    const source = `${path}:${index + 1}`;
    // The line is not repeated: it may hold a password.
    if (at < 1) throw new RunnerError("USAGE", `${source} is not of the form name=value`);
    found.set(line.slice(0, at).trim(), { value: line.slice(at + 1).trim(), source });
  }
  return found;
}
