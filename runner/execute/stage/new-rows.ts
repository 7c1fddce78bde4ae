import { ActionFailure, RunnerError } from "../../errors.ts";
import { qualifiedName } from "../../names/identifiers.ts";
import type { ChangeTask } from "../../plan/publish-task.ts";
import { adaptColumns, addsColumns } from "../../relation/adapt-columns.ts";
import { requireSameColumn } from "../../relation/distribution.ts";
import { refuseObstacles } from "../../relation/obstacles/obstacles.ts";
import { type Column, readRelation } from "../../relation/relation.ts";
import { requireColumns, requireEquality, requireStored } from "../../relation/row-identity.ts";
import { type Target, targetName } from "../../target.ts";
import type { Publication } from "../publication.ts";
import { assignedStage } from "./assigned-stage.ts";
import { type Stage, withStage } from "./stage.ts";

/** The new rows of an incremental table, fitted to its columns. */
export interface NewRows {
  /** The rows, with the types that their columns have in the table. */
  stage: Stage;
  /** The columns to write. */
  columns: Column[];
}

/**
 * Runs the query of an incremental table into a stage, adapts the table's columns and passes the rows
 * to `write`. The table is locked before the query reads it: two writers that both see "not there yet"
 * would both insert. The lock does not block readers. `widen`: makes the query give all rows of the table; it is called,
 * and the query run again, when rows that are not among the new ones get a column.
 */
export async function withNewRows<T>(
  publication: Publication<ChangeTask>,
  write: (rows: NewRows) => Promise<T>,
  widen?: () => Promise<void>,
): Promise<T> {
  const { session, target, task } = publication;
  await session.query(`lock table ${qualifiedName(target)} in share row exclusive mode`);
  await refuseObstacles(session, target, task, publication.distribution !== undefined);
  const fill = (isWhole: boolean) =>
    withStage(publication, (stage) => fitRows(publication, stage, write, isWhole));
  const fitted = await fill(widen === undefined);
  if (fitted) return fitted.result;
  await widen?.();
  return (await fill(true))?.result as T;
}

/**
 * Fits the new rows to the table and passes them to `write`. Returns undefined, with nothing done, when rows that are not
 * among them would get a column whose values no query has computed.
 */
async function fitRows<T>(
  publication: Publication<ChangeTask>,
  stage: Stage,
  write: (rows: NewRows) => Promise<T>,
  isWhole: boolean,
): Promise<{ result: T } | undefined> {
  const { session, target, task } = publication;
  const current = await readRelation(session, target);
  if (!current) throw new RunnerError("INTERNAL", `${targetName(target)} is gone`);
  requireColumns(target, task, stage.columns);
  const sides = { current: current.columns, wanted: stage.columns };
  if (publication.distribution) {
    requireSameColumn(target, publication.distribution, current.columns, stage.columns);
  }
  if (!isWhole && addsColumns(task, sides)) return undefined;
  const written = await adaptColumns(publication, task, sides);
  refuseNothing(target, written, stage);
  const table = (await readRelation(session, target))?.columns ?? [];
  requireStored(target, task, table);
  const assigned = await assignedStage(publication, stage, written, table);
  await requireEquality(session, target, task, assigned);
  const names = new Set(written.map(({ name }) => name));
  const columns = assigned.columns.filter(({ name }) => names.has(name));
  const result = await write({ stage: assigned, columns });
  if (publication.distribution && assigned !== stage) {
    await session.query(`drop table ${assigned.name}`);
  }
  return { result };
}

function refuseNothing(target: Target, written: readonly Column[], { columns }: Stage): void {
  if (written.length > 0) return;
  throw new ActionFailure({
    message: `${targetName(target)} has no column of its query (onSchemaChange is IGNORE)`,
    hint: `the query gives ${columns.map(({ name }) => name).join(", ")}: set another onSchemaChange, or run once with --full-refresh`,
  });
}
