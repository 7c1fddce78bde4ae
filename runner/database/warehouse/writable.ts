import { RunnerError } from "../../errors.ts";
import type { Database } from "../database.ts";

/** Throws CONNECTION_FAILED when the server takes no changes: a standby, or set to read only. */
export async function assertWritable(database: Database): Promise<void> {
  const { rows } = await database.session(({ own }) =>
    own.query(`
    select pg_is_in_recovery(), current_setting('default_transaction_read_only'), source
    from pg_settings where name = 'default_transaction_read_only'`),
  );
  const [isStandby, readOnly, source = ""] = rows[0] ?? [];
  if (isStandby !== "t" && readOnly !== "on") return;
  const server = `${database.description} (from ${database.source})`;
  if (isStandby === "t") {
    throw new RunnerError("CONNECTION_FAILED", `${server} is a standby: it can only be read`, {
      hint: `let ${database.source} lead to the primary server`,
    });
  }
  throw new RunnerError(
    "CONNECTION_FAILED",
    `${server} can only be read: default_transaction_read_only is on (set by: ${source})`,
    { hint: "set it to off for the database or for the role that connects, or use another server" },
  );
}
