import { ActionFailure, type SqlError, SqlFailure } from "../../errors.ts";
import { isCancelled, isLockTimeout } from "../failures/timeouts.ts";
import type { Blocker } from "./lock-blockers.ts";

/** The error of a statement that could not get its lock, with who was in the way and the next step. */
export function blame(error: SqlError, blockers: readonly Blocker[]): SqlError {
  const named = blockers.slice(0, most);
  const [first] = named;
  if (first === undefined) return error;
  const more = blockers.length - named.length;
  const others = more > 0 ? [`and ${more} more`] : [];
  const isSure = first.holds === undefined;
  return {
    ...error,
    message: `${error.message}; ${named.map(nameOf).join(", ")} ${isSure ? verb(blockers) : "may be in the way"}`,
    detail: [error.detail ?? [], ...named.map(describe), ...others].flat().join("\n"),
    hint: nextStep(named, isSure),
    blockedBy: blockers.map(({ processId }) => processId),
  };
}

/** The failure of a statement that waited when its time was over, with who it waited for. */
export function withBlockers(error: unknown, blockers: readonly Blocker[]): unknown {
  if (blockers.length === 0 || !(error instanceof SqlFailure) || !isTimeout(error.error)) {
    return error;
  }
  return error.with(blame(error.error, blockers));
}

/**
 * Whether a statement failed because it did not get a lock, and the blocking session is not known
 * yet.
 */
export function lacksBlockers(error: unknown): error is ActionFailure {
  return (
    error instanceof ActionFailure &&
    isLockTimeout(error.error) &&
    error.error.blockedBy === undefined
  );
}

const most = 3;

function isTimeout(error: SqlError): boolean {
  return isLockTimeout(error) || isCancelled(error);
}

/** Takes a blocker and returns `process 4711 (user, application)`. */
export function nameOf({ processId, user, applicationName }: Blocker): string {
  if (processId === 0) return "a prepared transaction";
  return `process ${processId} (${[user, applicationName].filter(Boolean).join(", ")})`;
}

function verb({ length }: readonly Blocker[]): string {
  return length === 1 ? "is in the way" : "are in the way";
}

function describe(blocker: Blocker): string {
  const { processId, user, applicationName, address, since, state, lastQuery, holds } = blocker;
  if (processId === 0) return "a prepared transaction: see pg_prepared_xacts";
  const parts = [
    `user ${user}`,
    applicationName && `application ${applicationName}`,
    address && `from ${address}`,
    holds && `holds ${holds}`,
    since && `transaction open since ${since}`,
    state,
    lastQuery && `last query: ${lastQuery}`,
  ];
  return `process ${processId}: ${parts.filter(Boolean).join(", ")}`;
}

function nextStep(blockers: readonly Blocker[], isSure: boolean): string {
  const calls = blockers.map(({ processId }) =>
    processId === 0 ? "rollback prepared '…'" : `select pg_terminate_backend(${processId})`,
  );
  const begin = isSure ? "run again when it has ended" : "if it is in the way, wait for its end";
  return `${begin}, or end it with: ${calls.join("; ")}`;
}
