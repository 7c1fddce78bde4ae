import { randomBytes } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:net";
import { RunnerError } from "../../errors.ts";
import { isPlainFile, replaceOwnFile } from "../../own-files.ts";
import type { EmbeddedPaths } from "./embedded-paths.ts";

/** The port that the server is kept on, or undefined where it has none. */
export function keptPort({ keep }: EmbeddedPaths): number | undefined {
  const text = existsSync(keep) ? readFileSync(keep, "utf8").trim() : "";
  return /^\d+$/.test(text) ? Number(text) : undefined;
}

/**
 * The password for TCP connections: the given one, else the stored one, else a new one, which `isNew`
 * says: it is shown once. It is stored for its owner alone.
 */
export function passwordFor({ password: path }: EmbeddedPaths, given: string | undefined) {
  if (given === undefined && isSecret(path)) {
    return { password: readFileSync(path, "utf8").trim(), isNew: false };
  }
  const password = given ?? randomBytes(18).toString("base64url");
  replaceOwnFile(path, `${password}\n`);
  return { password, isNew: given === undefined };
}

/** What others can read is no password: the author of the project may have written it. */
function isSecret(path: string): boolean {
  return isPlainFile(path) && (statSync(path).mode & 0o077) === 0;
}

/** Throws CONNECTION_FAILED when another program uses the port of 127.0.0.1. */
export async function requireFreePort(port: number): Promise<void> {
  const server = createServer();
  const outcome = await new Promise<NodeJS.ErrnoException | undefined>((resolve) => {
    server.once("error", resolve);
    server.listen(port, "127.0.0.1", () => resolve(undefined));
  });
  if (outcome === undefined) return void (await new Promise((resolve) => server.close(resolve)));
  throw new RunnerError("CONNECTION_FAILED", `port ${port} of 127.0.0.1: ${wordsOf(outcome)}`, {
    hint: `take another one: dataform db start --port ${port === 65_535 ? 5433 : port + 1}`,
    cause: outcome,
  });
}

function wordsOf({ code, message }: NodeJS.ErrnoException): string {
  return code === "EADDRINUSE" ? "something else listens there" : message;
}
