import { userInfo } from "node:os";
import { RunnerError } from "../../errors.ts";
import { homeFolder } from "../../own-files.ts";
import type { TlsSetting } from "./tls-mode.ts";

/** A server and how to log in to it. `password` undefined means: none was given. */
export interface ServerAddress {
  host: string;
  port: number;
  user: string;
  password: string | undefined;
  database: string;
  tls: TlsSetting;
  /** Milliseconds to wait for a connection. */
  connectTimeoutMillis: number;
  /** libpq's `options`, passed on as they are. */
  options?: string | undefined;
  /** Why no password was found where one may stand, for messages. */
  passwordNote?: string;
}

/** Environment variables by name, as in `process.env`. */
export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * The variables of a file of the project, to be read without those of the user's environment; of that
 * only the home folder counts, and variables that it sets to nothing.
 */
export function projectEnvironment(file: Environment, env: Environment): Environment {
  const kept = Object.entries(file).filter(([name]) => env[name] !== "");
  const given = { ...Object.fromEntries(kept), HOME: env.HOME };
  ofProjects.add(given);
  return given;
}

/** Whether variables come from a file of the project, which may not be the user's own. */
export function isOfProject(env: Environment): boolean {
  return ofProjects.has(env);
}

const ofProjects = new WeakSet<Environment>();

/** How long a connection may take when no setting says otherwise. */
export const defaultConnectTimeoutMillis = 10_000;

/** The address for people: `postgres://user@host:port/database`, never with a password. */
export function describeAddress(address: ServerAddress): string {
  const user = encodeURIComponent(address.user);
  const database = encodeURIComponent(address.database);
  if (address.host.startsWith("/")) {
    const port = address.port === 5432 ? "" : `&port=${address.port}`;
    return `postgres://${user}@/${database}?host=${address.host}${port}`;
  }
  const host = address.host.includes(":") ? `[${address.host}]` : address.host;
  return `postgres://${user}@${host}:${address.port}/${database}`;
}

/** The variable's value, or undefined when it is unset or empty. */
export function variable(env: Environment, name: string): string | undefined {
  const value = env[name];
  return value === undefined || value === "" ? undefined : value;
}

/** The folder of the user's own files of libpq; that of a user without a home is `/`, as in a container. */
export function homeOf(env: Environment): string {
  return variable(env, "HOME") ?? homeFolder() ?? "/";
}

/** The user to log in as when no setting names one: `PGUSER`, else the operating system's. Throws USAGE where it knows none. */
export function defaultUser(env: Environment): string {
  return variable(env, "PGUSER") ?? systemUser();
}

function systemUser(): string {
  try {
    return userInfo().username;
  } catch (cause) {
    throw new RunnerError(
      "USAGE",
      `no setting names the user of the database, and user id ${process.geteuid?.()} has no name here`,
      { hint: "set PGUSER, or write the user into the URL", cause },
    );
  }
}

/** Seconds as text, as in `connect_timeout`, in milliseconds; the default when there are none. */
export function timeoutMillis(seconds: string | undefined): number {
  const value = Number(seconds ?? "");
  // A timer that is told to wait longer than it can waits a millisecond.
  const most = Math.min(value * 1000, 2 ** 31 - 1);
  return Number.isFinite(value) && value > 0 ? most : defaultConnectTimeoutMillis;
}
