import type { Session } from "../database/database.ts";
import { qualifiedName } from "../database/identifiers.ts";
import type { AssertionTask } from "../plan/execution-graph.ts";
import type { Target } from "../target.ts";
import type { RebuiltLater } from "./dependents.ts";
import { replaceView } from "./publish-view.ts";
import type { AssertionOutcome } from "./run-result.ts";

const sampleSize = 5;

/**
 * Keeps the assertion's query as a view in the assertion schema, as Dataform does, and counts its
 * rows; when there are any, up to 5 are read as a sample.
 */
export async function checkAssertion(
  session: Session,
  target: Target,
  task: AssertionTask,
  rebuiltLater: RebuiltLater,
): Promise<AssertionOutcome> {
  await replaceView(session, target, task, rebuiltLater);
  const view = qualifiedName(target);
  const counted = await session.query(`select count(*) from ${view}`);
  const failingRows = Number(counted.rows[0]?.[0] ?? 0);
  const sample = failingRows > 0 ? await readSample(session, view) : [];
  return { rule: task.rule, ...(task.checks && { checks: task.checks }), failingRows, sample };
}

async function readSample(session: Session, view: string): Promise<Record<string, unknown>[]> {
  const { columns, rows } = await session.query(`select * from ${view} limit ${sampleSize}`);
  return rows.map((row) =>
    Object.fromEntries(columns.map((column, index) => [column.name, row[index] ?? null])),
  );
}
