import { existsSync, readFileSync, realpathSync } from "node:fs";
import { join, resolve } from "node:path";
import { parseEnv } from "node:util";
import { RunnerError } from "../../errors.ts";
import { linkOutOf } from "../../own-files.ts";
import { textOf } from "../../text-file.ts";
import { parseConnectionUrl } from "./connection-url.ts";
import { readCredentialsFile } from "./credentials-file.ts";
import { choosingVariable, readPgVariables } from "./pg-variables.ts";
import {
  describeAddress,
  type Environment,
  homeOf,
  projectEnvironment,
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
 * Chooses the database: `--credentials`, then `DATABASE_URL` or the `PG*` variables of the
 * environment, then those of the project's `.env`, then its `.df-credentials.json`, else the embedded
 * server. One origin gives all: a file of the project never sends the user's password elsewhere. An
 * empty variable counts as unset, in `.env` too. Throws USAGE on a setting that cannot be read, and on a file
 * of the project that is a link out of it.
 */
export function chooseConnection(input: ConnectionInput): ConnectionSetting {
  const { env, projectDir } = input;
  if (input.credentials !== undefined) {
    const path = pathOfCredentials(input.credentials, projectDir);
    return server("--credentials", readCredentialsFile(path, input.credentials, env));
  }
  const chosen = fromVariables(env);
  if (chosen) return chosen;
  const ofProject = projectEnvironment(readDotEnv(projectDir), env);
  return fromVariables(ofProject) ?? fromProjectFolder(projectDir, ofProject);
}

/** As in Dataform, a path goes from the project; one that is not there may go from the current folder. */
function pathOfCredentials(given: string, projectDir: string): string {
  const path = given.replace(/^~(?=\/)/, homeOf(process.env));
  const [fromProject, fromHere] = [resolve(projectDir, path), resolve(path)];
  if (!existsSync(fromHere)) return fromProject;
  if (!existsSync(fromProject)) return fromHere;
  if (realpathSync(fromProject) === realpathSync(fromHere)) return fromHere;
  throw new RunnerError("USAGE", `--credentials may mean ${fromProject} or ${fromHere}`, {
    hint: "name the one that is meant by its whole path",
  });
}

function fromVariables(env: Environment): ConnectionSetting | undefined {
  const url = variable(env, "DATABASE_URL");
  if (url !== undefined) {
    return server("DATABASE_URL", parseConnectionUrl(url, "DATABASE_URL", env));
  }
  const pgVariable = choosingVariable(env);
  return pgVariable === undefined ? undefined : server(pgVariable, readPgVariables(env));
}

function fromProjectFolder(projectDir: string, env: Environment): ConnectionSetting {
  const path = join(projectDir, credentialsFileName);
  if (existsSync(path)) {
    refuseLinkOut(projectDir, credentialsFileName, "name that one: --credentials FILE");
    const alone = projectEnvironment({}, env);
    return server(credentialsFileName, readCredentialsFile(path, credentialsFileName, alone));
  }
  return { kind: "embedded", source: "embedded", folder: join(resolve(projectDir), ".dataform") };
}

function server(source: string, address: ServerAddress): ConnectionSetting {
  return { kind: "server", source, address, description: describeAddress(address) };
}

function readDotEnv(projectDir: string): Environment {
  const path = join(projectDir, ".env");
  refuseLinkOut(projectDir, ".env", "set its variables in the environment: set -a; . FILE; set +a");
  try {
    return parseEnv(textOf(readFileSync(path), path)) as Environment;
  } catch (error) {
    if (error instanceof RunnerError) throw error;
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return {};
    throw new RunnerError("USAGE", `${path} cannot be read`, { cause: error });
  }
}

/** The author of the project may have made the link, to the login of another project. */
function refuseLinkOut(projectDir: string, name: string, instead: string): void {
  if (linkOutOf(projectDir, name) === undefined) return;
  const path = join(projectDir, name);
  throw new RunnerError("USAGE", `${path} is a link that leads out of the project`, {
    hint: `no login is read through it: put the file itself there, or ${instead}`,
  });
}
