import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../database/identifiers.ts";
import { RunnerError, SqlFailure } from "../errors.ts";
import type { PublishTask } from "../plan/execution-graph.ts";
import { type Target, targetName } from "../target.ts";
import { type Column, readRelation } from "./relation.ts";
import { adaptColumns } from "./schema-change.ts";
import { type Stage, withStage } from "./stage.ts";

/** Adds the query's rows to an incremental table without a unique key; gives their number. */
export function addRows(session: Session, target: Target, task: PublishTask): Promise<number> {
  return withNewRows(session, target, task, async (stage, columns) => {
    const names = columns.map(({ name }) => quoteIdentifier(name)).join(", ");
    const inserted = await session.query(
      `insert into ${qualifiedName(target)} (${names}) select ${names} from ${stage.name}`,
    );
    return inserted.rowCount ?? 0;
  });
}

/**
 * Updates the rows whose unique key is there already and adds the others; gives the number of rows
 * that changed. Equal rows are left alone. NULL is a key like any other.
 */
export function mergeRows(session: Session, target: Target, task: PublishTask): Promise<number> {
  return withNewRows(session, target, task, async (stage, columns) => {
    const nullable = await checkKey(session, target, task.uniqueKey, stage);
    const merge = mergeStatement(
      qualifiedName(target),
      stage.name,
      columns,
      task.uniqueKey,
      nullable,
    );
    return (await session.query(merge)).rowCount ?? 0;
  });
}

// The lock comes before the query reads the table: two writers that both see "not there yet" would
// both insert. Readers are not held up by it.
async function withNewRows(
  session: Session,
  target: Target,
  task: PublishTask,
  write: (stage: Stage, columns: Column[]) => Promise<number>,
): Promise<number> {
  await session.query(`lock table ${qualifiedName(target)} in share row exclusive mode`);
  return withStage(session, task.statement, async (stage) => {
    const current = await readRelation(session, target);
    if (!current) throw new RunnerError("INTERNAL", `${targetName(target)} is gone`);
    const columns = await adaptColumns(session, target, task, current.columns, stage.columns);
    return write(stage, columns);
  });
}

/** Refuses keys that stand twice among the new rows; gives the key columns that hold NULLs. */
async function checkKey(
  session: Session,
  target: Target,
  key: readonly string[],
  stage: Stage,
): Promise<Set<string>> {
  const missing = key.find((name) => !stage.columns.some((column) => column.name === name));
  if (missing !== undefined) {
    throw new SqlFailure({
      message: `uniqueKey names the column "${missing}", which the query of ${targetName(target)} does not give`,
      hint: `its columns are ${stage.columns.map(({ name }) => name).join(", ")}`,
    });
  }
  const names = key.map(quoteIdentifier);
  const doubled = await session.query(
    `select ${names.join(", ")}, count(*) from ${stage.name}
    group by ${names.join(", ")} having count(*) > 1 order by count(*) desc limit 3`,
  );
  if (doubled.rows.length > 0) {
    const keys = doubled.rows.map(
      (row) => `(${row.slice(0, -1).map(String).join(", ")}) ${row.at(-1)} times`,
    );
    throw new SqlFailure({
      message: `the new rows of ${targetName(target)} are not unique by (${key.join(", ")}): ${keys.join("; ")}`,
      hint: "make the query give one row for each key, or widen uniqueKey",
    });
  }
  const nulls = await session.query(
    `select ${names.map((name) => `coalesce(bool_or(${name} is null), false)`).join(", ")} from ${stage.name}`,
  );
  return new Set(key.filter((_, index) => nulls.rows[0]?.[index] === "t"));
}

function mergeStatement(
  table: string,
  stage: string,
  columns: readonly Column[],
  key: readonly string[],
  nullable: ReadonlySet<string>,
): string {
  const matches = key.map((column) => {
    const name = quoteIdentifier(column);
    // `is not distinct from` cannot use an index or a hash: only where it is needed.
    const nulls = nullable.has(column) ? ` or (t.${name} is null and s.${name} is null)` : "";
    return `(t.${name} = s.${name}${nulls})`;
  });
  const names = columns.map(({ name }) => quoteIdentifier(name));
  const values = columns.filter(({ name }) => !key.includes(name));
  const differs = values.map(({ name, isComparable }) => {
    const [column, cast] = [quoteIdentifier(name), isComparable ? "" : "::text"];
    return `t.${column}${cast} is distinct from s.${column}${cast}`;
  });
  const assignments = values.map(
    ({ name }) => `${quoteIdentifier(name)} = s.${quoteIdentifier(name)}`,
  );
  const update =
    values.length === 0
      ? ""
      : `\nwhen matched and (${differs.join(" or ")}) then update set ${assignments.join(", ")}`;
  return `merge into ${table} as t using ${stage} as s on ${matches.join(" and ")}${update}
when not matched then insert (${names.join(", ")}) values (${names.map((name) => `s.${name}`).join(", ")})`;
}
