import { readFileSync, type Stats, statSync } from "node:fs";
import { join } from "node:path";
import { RunnerError } from "../../errors.ts";
import { textOf } from "../../text-file.ts";
import { type Environment, homeOf, isOfProject, type ServerAddress } from "./server-address.ts";

/** Which login a password is looked for. */
export interface Login {
  host: string;
  port: number;
  database: string;
  user: string;
}

/**
 * The password that a setting gives, else that of the login in the password file of libpq: `path`,
 * else `~/.pgpass`. A file that others may read is not used, as in psql; `passwordNote` says so. For a
 * server that a file of the project names, a line has to name host and port: `*` would be any server.
 */
export function passwordFor(
  login: Login,
  given: string | undefined,
  path: string | undefined,
  env: Environment,
): Pick<ServerAddress, "password" | "passwordNote"> {
  if (given !== undefined) return { password: given };
  const { password, note } = findPassword(login, path, env);
  return { password, ...(note !== undefined && { passwordNote: note }) };
}

function findPassword(
  login: Login,
  path: string | undefined,
  env: Environment,
): { password?: string; note?: string } {
  const file = path ?? join(homeOf(env), ".pgpass");
  try {
    return passwordIn(file, login, { isNamed: path !== undefined, isStrict: isOfProject(env) });
  } catch (error) {
    if (error instanceof RunnerError) throw error;
    return { note: `${file} cannot be read: ${(error as Error).message}` };
  }
}

function passwordIn(
  file: string,
  login: Login,
  { isNamed, isStrict }: { isNamed: boolean; isStrict: boolean },
): { password?: string; note?: string } {
  const stats: Stats | undefined = statSync(file, { throwIfNoEntry: false });
  if (stats === undefined) return isNamed ? { note: `${file} does not exist` } : {};
  if (!stats.isFile()) return { note: `${file} is not a file` };
  if (process.platform !== "win32" && (stats.mode & 0o077) !== 0) {
    return { note: `${file} was not used, because others may read it: chmod 0600 ${file}` };
  }
  const text = textOf(readFileSync(file), file);
  const password = search(text, login, isStrict);
  if (password !== undefined) return { password };
  if (search(text, login, false) === undefined) {
    return { note: `${file} has no line for this login` };
  }
  return {
    note: `${file} was not used: for a server that a file of the project names, its line must name host and port`,
  };
}

function search(text: string, login: Login, isStrict: boolean): string | undefined {
  const host = login.host.startsWith("/") ? "localhost" : login.host;
  const wanted = [[host, login.host], [String(login.port)], [login.database], [login.user]];
  for (const line of text.split(/\r?\n/)) {
    if (line.startsWith("#")) continue;
    const fields = splitFields(line);
    const fits = wanted.every((values, index) => {
      const field = fields[index];
      const isAny = field === "*" && !(isStrict && index < 2);
      return isAny || (field !== undefined && values.includes(field));
    });
    if (fits && fields[4]) return fields[4];
  }
  return undefined;
}

/** Fields stand between colons; a backslash takes the next character as it is. */
function splitFields(line: string): string[] {
  const fields = [""];
  for (const [, escaped, plain = ""] of line.matchAll(/\\(.)|([\s\S])/g)) {
    if (plain === ":") fields.push("");
    else fields[fields.length - 1] += escaped ?? plain;
  }
  return fields;
}
