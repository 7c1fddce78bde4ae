import { existsSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { RunnerError } from "../errors.ts";
import { textOf } from "../text-file.ts";
import { parseConnectionUrl } from "./connection-url.ts";
import { readCredentialsFile } from "./credentials-file.ts";
import { choosingVariable, readPgVariables } from "./pg-variables.ts";
import {
  describeAddress,
  type Environment,
  type ServerAddress,
  variable,
} from "./server-address.ts";

/** The database that a project's settings choose. */
export type ConnectionSetting =
  | {
      kind: "server";
      /** The setting that chose it, as `Database.source` names it. */
      source: string;
      address: ServerAddress;
      /** `postgres://user@host:port/database`, without a password. */
      description: string;
    }
  | { kind: "embedded"; source: "embedded"; folder: string };

/** What the choice depends on; `credentials` is the path that `--credentials` gave. */
export interface ConnectionInput {
  projectDir: string;
  env: Environment;
  credentials?: string | undefined;
}

const credentialsFileName = ".df-credentials.json";

/**
 * Chooses the database: `--credentials`, `DATABASE_URL`, the `PG*` variables, the project's
 * `.df-credentials.json`, else the embedded server. A `.env` file of the project stands behind the
 * environment. An empty variable counts as unset. Throws USAGE on a setting that cannot be read.
 */
export function chooseConnection(input: ConnectionInput): ConnectionSetting {
  const env = { ...readDotEnv(input.projectDir), ...input.env };
  if (input.credentials !== undefined) {
    const path = resolve(input.credentials);
    return server("--credentials", readCredentialsFile(path, input.credentials, env));
  }
  const url = variable(env, "DATABASE_URL");
  if (url !== undefined) {
    return server("DATABASE_URL", parseConnectionUrl(url, "DATABASE_URL", env));
  }
  const pgVariable = choosingVariable(env);
  if (pgVariable !== undefined) return server(pgVariable, readPgVariables(env));
  return fromProjectFolder(input.projectDir, env);
}

function fromProjectFolder(projectDir: string, env: Environment): ConnectionSetting {
  const path = join(projectDir, credentialsFileName);
  if (existsSync(path)) {
    return server(credentialsFileName, readCredentialsFile(path, credentialsFileName, env));
  }
  return { kind: "embedded", source: "embedded", folder: join(resolve(projectDir), ".dataform") };
}

function server(source: string, address: ServerAddress): ConnectionSetting {
  return { kind: "server", source, address, description: describeAddress(address) };
}

function readDotEnv(projectDir: string): Environment {
  const path = join(projectDir, ".env");
  try {
    return parseEnv(textOf(readFileSync(path), path)) as Environment;
  } catch (error) {
    if (error instanceof RunnerError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return {};
    throw new RunnerError("USAGE", `${path} cannot be read`, { cause: error });
  }
}
