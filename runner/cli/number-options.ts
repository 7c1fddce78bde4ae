import { RunnerError } from "../errors.ts";

/** The value of `--action-retry-limit`; throws USAGE unless it is a whole number from 0 to 100. */
export function retryLimit(limit: number | undefined): number | undefined {
  if (limit === undefined) return limit;
  if (Number.isInteger(limit) && limit >= 0 && limit <= 100) return limit;
  throw new RunnerError(
    "USAGE",
    `--action-retry-limit: ${limit} is not a whole number from 0 to 100`,
  );
}

/** The value of `--threads`; throws USAGE unless it is a whole number from 1 to 100. */
export function threadCount(threads: number): number {
  if (Number.isInteger(threads) && threads >= 1 && threads <= 100) return threads;
  throw new RunnerError("USAGE", `--threads: ${threads} is not a whole number from 1 to 100`);
}

/** The value of `--limit`; throws USAGE unless it is a whole number from 1 to a million. */
export function rowLimit(limit: number): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= 1_000_000) return limit;
  throw new RunnerError("USAGE", `--limit: ${limit} is not a whole number from 1 to 1000000`);
}
