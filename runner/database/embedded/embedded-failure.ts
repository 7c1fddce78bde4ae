import { existsSync } from "node:fs";
import { RunnerError } from "../../errors.ts";
import { noBinaries } from "./binaries.ts";

/** The error of an embedded server that did not start, with the last lines of its output. */
export function embeddedFailure(what: string, output: string, cause?: unknown): RunnerError {
  const tail = output.trim().split("\n").slice(-5).join("\n");
  return new RunnerError("CONNECTION_FAILED", tail === "" ? what : `${what}:\n${tail}`, {
    hint: hintFor(output),
    cause,
  });
}

/** The error of a folder that the embedded server needs and cannot write. */
export function folderFailure(folder: string, error: unknown): RunnerError {
  const { code = "", message } = error as NodeJS.ErrnoException;
  return new RunnerError(
    "CONNECTION_FAILED",
    `the embedded server cannot write to ${folder}: ${message}`,
    { hint: hintFor(`${code} ${message}`), cause: error },
  );
}

/** The error of a program that the operating system did not run. */
export function spawnFailure(program: string, error: unknown): RunnerError {
  const { code, message } = error as NodeJS.ErrnoException;
  // A program that exists and is "not found" lacks its loader.
  if (code === "ENOENT" && existsSync(program)) {
    return noBinaries("the embedded PostgreSQL needs glibc, which this system does not have");
  }
  return embeddedFailure(`${program} cannot be run`, message, error);
}

function hintFor(output: string): string {
  if (/No space left|ENOSPC|Disk quota|EDQUOT/i.test(output)) {
    return "free some disk space, or set DATABASE_URL to a server elsewhere";
  }
  if (/Permission denied|Read-only file system|EACCES|EROFS|EPERM/i.test(output)) {
    return "make the project folder writable, or set DATABASE_URL to a server of your own";
  }
  if (/Address already in use/i.test(output)) {
    return "the port is in use: choose another one (dataform db start --port), or close it (dataform db stop)";
  }
  return "see the log, or set DATABASE_URL to a PostgreSQL server of your own";
}
