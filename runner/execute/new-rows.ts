import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifiers.ts";
import { RunnerError } from "../errors.ts";
import type { PublishTask } from "../plan/execution-graph.ts";
import { type Target, targetName } from "../target.ts";
import type { RebuiltLater } from "./dependents.ts";
import { type Column, readRelation } from "./relation.ts";
import { adaptColumns } from "./schema-change.ts";
import { type Stage, withStage } from "./stage.ts";

/** What the query of an incremental table gave, and how it fits the table. */
export interface NewRows {
  stage: Stage;
  /** The columns to write, as the stage has them. */
  columns: Column[];
  /** The stage as SQL for FROM, with the types that the columns have in the table. */
  source: string;
}

/**
 * Runs the query of an incremental table into a stage, brings the table's columns in line and hands
 * both to `write`. The lock comes before the query reads the table: two writers that both see "not
 * there yet" would both insert. Readers are not held up by it.
 */
export async function withNewRows<T>(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
  write: (rows: NewRows) => Promise<T>,
): Promise<T> {
  await session.query(`lock table ${qualifiedName(target)} in share row exclusive mode`);
  return withStage(session, task.statement, async (stage) => {
    const current = await readRelation(session, target);
    if (!current) throw new RunnerError("INTERNAL", `${targetName(target)} is gone`);
    const sides = { current: current.columns, wanted: stage.columns };
    const columns = await adaptColumns(session, target, task, sides, rebuiltLater);
    const adapted = await readRelation(session, target);
    return write({ stage, columns, source: typedStage(stage, columns, adapted?.columns ?? []) });
  });
}

function typedStage(stage: Stage, columns: readonly Column[], table: readonly Column[]): string {
  const types = new Map(table.map(({ name, type }) => [name, type]));
  const casts = columns.map(({ name, type }) => {
    const [column, wanted] = [quoteIdentifier(name), types.get(name) ?? type];
    return wanted === type ? column : `${column}::${wanted} as ${column}`;
  });
  return `(select ${casts.join(", ")} from ${stage.name})`;
}
