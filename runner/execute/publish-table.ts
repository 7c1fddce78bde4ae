import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifiers.ts";
import type { PublishTask } from "../plan/execution-graph.ts";
import type { Target } from "../target.ts";
import { type RebuiltLater, withoutDependents } from "./dependents.ts";
import { queryWithin } from "./query-within.ts";
import { type Column, readRelation } from "./relation.ts";
import { withStage } from "./stage.ts";

/** Builds a table that does not exist yet; gives its number of rows. */
export async function createTable(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
): Promise<number> {
  const create = () =>
    queryWithin(session, `create table ${qualifiedName(target)} as\n`, task.statement);
  if (!task.dropFirst) return (await create()).rowCount ?? 0;
  let rowCount = 0;
  const rebuild = async () => {
    rowCount = (await create()).rowCount ?? 0;
  };
  await withoutDependents(session, target, task.dropFirst, rebuild, rebuiltLater);
  return rowCount;
}

/**
 * Gives an existing table new rows; gives their number. With the same columns the table stays what
 * it is (its indexes, constraints, grants, policies and triggers too): readers keep their snapshot
 * and see the old rows until the commit. With other columns it is made anew.
 */
export async function replaceTable(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
): Promise<number> {
  const table = qualifiedName(target);
  return withStage(session, task.statement, async (stage) => {
    const current = await readRelation(session, target);
    if (!current || !haveSameColumns(current.columns, stage.columns)) {
      let rowCount = 0;
      const rebuild = async () => {
        const created = await session.query(`create table ${table} as table ${stage.name}`);
        rowCount = created.rowCount ?? 0;
      };
      if (current) await withoutDependents(session, target, "table", rebuild, rebuiltLater);
      else await rebuild();
      return rowCount;
    }
    const columns = stage.columns.map(({ name }) => quoteIdentifier(name)).join(", ");
    await session.query(`lock table ${table} in share row exclusive mode`);
    await session.query(`delete from ${table}`);
    const inserted = await session.query(
      `insert into ${table} (${columns}) select ${columns} from ${stage.name}`,
    );
    return inserted.rowCount ?? 0;
  });
}

function haveSameColumns(current: readonly Column[], wanted: readonly Column[]): boolean {
  const shape = (columns: readonly Column[]) =>
    JSON.stringify(columns.map(({ name, type }) => [name, type]));
  return shape(current) === shape(wanted);
}
