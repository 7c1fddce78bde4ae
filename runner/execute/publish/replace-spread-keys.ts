import { quoteIdentifier } from "../../names/identifiers.ts";
import type { Follow, KeyedTask } from "../../plan/publish-task.ts";
import { keyOf } from "../increments/followers.ts";
import { ownOf } from "../increments/key-columns.ts";
import { logRows } from "../increments/spread-log.ts";
import type { Publication } from "../publication.ts";
import type { NewRows } from "../stage/new-rows.ts";
import { changedRows, replaceByKey, type SpreadPlace } from "./spread-difference.ts";

/**
 * Replaces the rows of changed keys in a table that Citus spreads, and returns how many changed. Without a
 * unique key all rows of these keys are replaced: positions of rows mean nothing on another node.
 */
export async function replaceSpreadKeys(
  { session, target, task, distribution }: Publication<KeyedTask>,
  { columns }: NewRows,
  { table, stage, names, compared, changing }: Omit<SpreadPlace, "key" | "columns" | "among">,
  follows: readonly Follow[],
): Promise<number> {
  const isChanged = (alias: string) => {
    const ways = follows.map(({ changedName, columns: key }) => {
      const own = keyOf(alias, ownOf(key)).join(", ");
      const sources = keyOf(
        "changed",
        key.map(({ source }) => source),
      ).join(", ");
      return `(${own}) in (select ${sources} from pg_temp.${quoteIdentifier(changedName)} as changed)`;
    });
    return `(${ways.join(" or ")})`;
  };
  // With NULL in a key of the row, or among the changed ones, the condition may be NULL.
  await session.query(`delete from ${stage} as s where ${isChanged("s")} is not true`);
  const { uniqueKey: key } = task;
  const place: SpreadPlace = {
    ...{ table, stage, key, columns, names, compared, among: isChanged("t") },
    // Citus lets no update set the column of distribution, not even to the value that it has.
    changing: changing.filter((name) => name !== quoteIdentifier(distribution?.column ?? "")),
  };
  if (key.length > 0) {
    await logRows(session, target, changedRows(place));
    return replaceByKey(session, place);
  }
  const old = `select t.* from ${table} as t where ${isChanged("t")}`;
  await logRows(session, target, [old, `table ${stage}`]);
  const deleted = await session.authored(`delete from ${table} as t where ${isChanged("t")}`);
  const list = names.join(", ");
  const inserted = await session.authored(
    `insert into ${table} (${list}) overriding system value select ${list} from ${stage}`,
  );
  return Math.max(deleted.rowCount ?? 0, inserted.rowCount ?? 0);
}
