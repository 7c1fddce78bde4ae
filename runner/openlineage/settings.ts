import { existsSync, readFileSync } from "node:fs";
import { basename, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { RunnerError } from "../errors.ts";
import { homeFolder } from "../own-files.ts";

/** Where lineage events go. */
export type LineageTransport =
  | { kind: "http"; url: URL; apiKey: string | undefined; patienceMillis: number | undefined }
  | { kind: "file"; path: string; append: boolean; projectDir: string };

/** Where the events of a project go, and the namespace of its jobs. */
export interface LineageSettings {
  transport: LineageTransport;
  namespace: string;
}

type Environment = Record<string, string | undefined>;

/**
 * Reads where lineage events go, by the conventions of OpenLineage's clients: the file that
 * `OPENLINEAGE_CONFIG` names or `~/.openlineage/openlineage.yml`, else `OPENLINEAGE_URL` with
 * `OPENLINEAGE_ENDPOINT`; the key is in `OPENLINEAGE_API_KEY` alone. An `openlineage.yml` of the project is
 * not read, because its author could have files of the user overwritten and the key sent elsewhere; `tell`
 * gets a line about it. Undefined when nothing is set or `OPENLINEAGE_DISABLED` is true. Throws USAGE for a
 * value that means nothing.
 */
export async function lineageSettings(
  projectDir: string,
  env: Environment,
  tell: (line: string) => void,
): Promise<LineageSettings | undefined> {
  if (env.OPENLINEAGE_DISABLED?.trim().toLowerCase() === "true") return undefined;
  const own = join(projectDir, "openlineage.yml");
  if (!env.OPENLINEAGE_CONFIG?.trim() && existsSync(own)) {
    tell(`${own} is not read: name it in OPENLINEAGE_CONFIG when you trust who wrote it`);
  }
  const transport = (await transportOfFile(projectDir, env)) ?? transportOfUrl(projectDir, env);
  const namespace = env.OPENLINEAGE_NAMESPACE?.trim() || basename(resolve(projectDir));
  return transport && { transport, namespace };
}

function transportOfUrl(projectDir: string, env: Environment): LineageTransport | undefined {
  const text = env.OPENLINEAGE_URL?.trim();
  if (!text) return undefined;
  const endpoint = env.OPENLINEAGE_ENDPOINT?.trim();
  return transportTo("OPENLINEAGE_URL", text, { projectDir, env, endpoint });
}

interface GivenTransport {
  projectDir: string;
  env: Environment;
  endpoint?: string | undefined;
  patienceMillis?: number | undefined;
}

function transportTo(source: string, text: string, given: GivenTransport): LineageTransport {
  const { projectDir } = given;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url?.protocol === "file:") {
    return { kind: "file", path: fileURLToPath(url), append: true, projectDir };
  }
  if (url === undefined || !/^https?:$/.test(url.protocol)) {
    throw usage(`${source} holds something that is no http, https or file URL`);
  }
  if (url.username || url.password) {
    throw usage(`${source} holds a user or a password; put the key into OPENLINEAGE_API_KEY`);
  }
  const endpoint = given.endpoint || "api/v1/lineage";
  url.pathname = `${url.pathname.replace(/\/$/, "")}/${endpoint.replace(/^\//, "")}`;
  const apiKey = given.env.OPENLINEAGE_API_KEY?.trim() || undefined;
  return { kind: "http", url, apiKey, patienceMillis: given.patienceMillis };
}

async function transportOfFile(
  projectDir: string,
  env: Environment,
): Promise<LineageTransport | undefined> {
  const named = env.OPENLINEAGE_CONFIG?.trim();
  if (named && !existsSync(named))
    throw usage(`OPENLINEAGE_CONFIG names ${named}, which is not there`);
  const ofUser = join(env.HOME ?? homeFolder() ?? "/", ".openlineage", "openlineage.yml");
  const file = named || ofUser;
  if (!existsSync(file)) return undefined;
  const transport = await readTransport(file);
  const endpoint = textIn(transport, "endpoint");
  switch (transport.type) {
    case "http": {
      const seconds = Number(transport.timeout ?? Number.NaN);
      const patienceMillis = seconds > 0 ? seconds * 1000 : undefined;
      const url = textIn(transport, "url") ?? "";
      const given = { projectDir, env, endpoint, patienceMillis };
      return transportTo(`${file}: transport.url`, url, given);
    }
    case "file": {
      const path = textIn(transport, "log_file_path");
      if (!path) throw usage(`${file}: transport.log_file_path is missing`);
      const append = transport.append !== false;
      return { kind: "file", path: resolve(projectDir, path), append, projectDir };
    }
    default:
      throw usage(`${file}: transport.type may be http or file`);
  }
}

async function readTransport(file: string): Promise<Record<string, unknown>> {
  // Seventy modules, which a run without such a file does not need.
  const { parse } = await import("yaml");
  let content: unknown;
  try {
    content = parse(readFileSync(file, "utf8"));
  } catch (error) {
    throw usage(`${file} cannot be read: ${error instanceof Error ? error.message : error}`);
  }
  const { transport } = (content ?? {}) as Record<string, unknown>;
  if (typeof transport !== "object" || transport === null) throw usage(`${file} has no transport`);
  if ("auth" in transport) {
    throw usage(`${file}: transport.auth would be a secret in a file; use OPENLINEAGE_API_KEY`);
  }
  return transport as Record<string, unknown>;
}

function textIn(from: Record<string, unknown>, key: string): string | undefined {
  return typeof from[key] === "string" ? from[key] : undefined;
}

function usage(message: string): RunnerError {
  return new RunnerError("USAGE", message, { hint: "see docs/openlineage.md" });
}
