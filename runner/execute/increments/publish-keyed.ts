import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier } from "../../database/identifiers.ts";
import type { Follow, PublishTask } from "../../plan/execution-graph.ts";
import type { Target } from "../../target.ts";
import type { RebuiltLater } from "../dependents.ts";
import type { Gate } from "../gate.ts";
import { checkKey, writeNewRows } from "../publish-incremental.ts";
import { keyOf } from "./followers.ts";
import { ownOf, refuseKeylessRows, requireColumns } from "./key-columns.ts";

const fresh = 'pg_temp."dataform_keyed_rows"';
const difference = 'pg_temp."dataform_keyed_difference"';

/**
 * Gives an incremental table the rows of the keys that have changed: those that the query no longer
 * gives are deleted, those that differ bit by bit are updated, new ones are inserted. Rows of other
 * keys are left alone, whatever the query gives. Returns the number of rows that changed.
 */
export function publishKeyed(
  session: Session,
  target: Target,
  task: PublishTask,
  rebuiltLater: RebuiltLater,
  gate: Gate,
): Promise<number> {
  return writeNewRows(session, target, task, { rebuiltLater, gate }, async (rows) => {
    const { follows = [], uniqueKey } = task;
    const { stage, columns } = rows;
    requireColumns(target, follows, columns);
    await refuseKeylessRows(session, target, follows, stage.name);
    if (uniqueKey.length > 0) await checkKey(session, target, uniqueKey, rows);
    const names = columns.map(({ name }) => quoteIdentifier(name));
    await takeRows(session, target, { follows, names, stage: stage.name });
    await findDifference(session, target, { follows, names, uniqueKey });
    const count = await apply(session, target, names);
    await session.query(`drop table ${fresh}, ${difference}`);
    return count;
  });
}

/** Whether a row, by its alias, has a key that changed. */
function isChanged(follows: readonly Follow[], alias: string): string {
  const conditions = follows.map((follow) => {
    const own = keyOf(alias, ownOf(follow.columns));
    const sources = keyOf(
      "changed",
      follow.columns.map(({ source }) => source),
    );
    const same = own.map((column, index) => `${column} = ${sources[index]}`).join(" and ");
    return `exists (select from pg_temp.${quoteIdentifier(follow.changedName)} as changed where ${same})`;
  });
  return `(${conditions.join(" or ")})`;
}

interface KeyedRows {
  follows: readonly Follow[];
  /** Columns that are written, as SQL. */
  names: readonly string[];
}

/** The rows of the changed keys, with the types of the table: a value is cast as by any insert. */
async function takeRows(
  session: Session,
  target: Target,
  { follows, names, stage }: KeyedRows & { stage: string },
): Promise<void> {
  const list = names.join(", ");
  await session.query(
    `create temp table "dataform_keyed_rows" on commit drop as select ${list} from ${qualifiedName(target)} with no data`,
  );
  await session.query(
    `insert into ${fresh} select ${list} from ${stage} as s where ${isChanged(follows, "s")}`,
  );
  await session.query(`analyze ${fresh}`);
}

async function findDifference(
  session: Session,
  target: Target,
  { follows, names, uniqueKey }: KeyedRows & { uniqueKey: readonly string[] },
): Promise<void> {
  const stored = (condition: string) =>
    `select tableoid as part, ctid as old, ${names.join(", ")} from ${qualifiedName(target)} as stored where ${condition}`;
  const key = uniqueKey.map(quoteIdentifier);
  // A row that another key had before is the same row when its unique key says so.
  const sameKey = `exists (select from ${fresh} as f where ${key.map((name) => `f.${name} = stored.${name}`).join(" and ")})`;
  const sides = `
    stored_rows as (
      ${stored(isChanged(follows, "stored"))}
      ${key.length > 0 ? `union ${stored(sameKey)}` : ""}
    )`;
  const query = key.length > 0 ? byUniqueKey(names, key) : byWholeRows(names);
  await session.query(
    `create temp table "dataform_keyed_difference" on commit drop as with ${sides} ${query}`,
  );
  await session.query(`analyze ${difference}`);
}

function byUniqueKey(names: readonly string[], key: readonly string[]): string {
  const row = (alias: string) =>
    `row(${names.map((name) => `${alias}.${name}`).join(", ")})::record`;
  return `
    select t.part, t.old, f.ctid as new
    from stored_rows as t
    full join ${fresh} as f on ${key.map((name) => `t.${name} = f.${name}`).join(" and ")}
    where t.old is null or f.ctid is null or ${row("t")} *<> ${row("f")}`;
}

// Equal rows are told apart by a number, so that each has at most one partner.
function byWholeRows(names: readonly string[]): string {
  const numbered = (alias: string) => {
    const text = `row(${names.map((name) => `${alias}.${name}`).join(", ")})::text collate "C"`;
    return `${text} as content, row_number() over (partition by ${text}) as number`;
  };
  return `
    select t.part, t.old, f.new
    from (select t.part, t.old, ${numbered("t")} from stored_rows as t) as t
    full join (select f.ctid as new, ${numbered("f")} from ${fresh} as f) as f using (content, number)
    where t.old is null or f.new is null`;
}

async function apply(session: Session, target: Target, names: readonly string[]): Promise<number> {
  const table = qualifiedName(target);
  const isOld = "t.tableoid = d.part and t.ctid = d.old";
  const sets = names.map((name) => `${name} = f.${name}`).join(", ");
  const deleted = await session.query(
    `delete from ${table} as t using ${difference} as d where ${isOld} and d.new is null`,
  );
  const updated = await session.query(
    `update ${table} as t set ${sets}
    from ${difference} as d join ${fresh} as f on f.ctid = d.new where ${isOld}`,
  );
  const inserted = await session.query(
    `insert into ${table} (${names.join(", ")})
    select ${names.map((name) => `f.${name}`).join(", ")}
    from ${fresh} as f join ${difference} as d on d.new = f.ctid where d.old is null`,
  );
  return [deleted, updated, inserted].reduce((sum, { rowCount }) => sum + (rowCount ?? 0), 0);
}
