import type { Session } from "../../database/database.ts";
import { RunnerError } from "../../errors.ts";
import { temporaryName } from "../../names/temporary-name.ts";
import { type Column, readRelationNamed } from "../../relation/relation.ts";
import { queryWithin } from "./query-within.ts";

/** The new rows of an action, in a table that only its own session can see. */
export interface Stage {
  /** Its name as SQL. */
  name: string;
  columns: Column[];
  rowCount: number;
}

/** Runs the query into a temporary table, which goes with the end of its transaction. */
export async function withStage<T>(
  session: Session,
  query: string,
  use: (stage: Stage) => Promise<T>,
): Promise<T> {
  const name = temporaryName("stage");
  const made = await queryWithin(session, `create temp table ${name} on commit drop as\n`, query);
  const relation = await readRelationNamed(session, name, `analyze ${name};`);
  if (!relation) throw new RunnerError("INTERNAL", "the stage is not in the catalogue");
  return use({ name, columns: relation.columns, rowCount: made.rowCount ?? 0 });
}
