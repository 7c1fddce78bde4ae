import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { temporaryLabel, temporaryName } from "../../names/temporary-name.ts";
import type { Follow, KeyedTask } from "../../plan/publish-task.ts";
import { refersToItself } from "../../relation/inbound-keys.ts";
import type { Target } from "../../target.ts";
import { keyOf } from "../increments/followers.ts";
import {
  isIncomplete,
  ownOf,
  refuseKeylessRows,
  refuseLoneRows,
  requireColumns,
} from "../increments/key-columns.ts";
import { offerInstead } from "../increments/offered-keys.ts";
import type { Publication } from "../publication.ts";
import type { NewRows } from "../stage/new-rows.ts";
import { analyzeSample } from "../stage/stage.ts";
import { differenceByKey, differenceByRows } from "./keyed-difference.ts";
import { refuseDoubledKeys, writeNewRows } from "./publish-incremental.ts";
import { replaceSpreadKeys } from "./replace-spread-keys.ts";
import {
  type IndexedColumns,
  indexedColumns,
  isSame,
  type Search,
  storedRows,
} from "./stored-rows.ts";
import { writeDifference } from "./write-difference.ts";

/**
 * Replaces the rows of the changed keys in an incremental table: rows that the query no longer gives
 * are deleted, rows that differ bit by bit are updated, new ones are inserted. Rows of other keys are
 * left alone, whatever the query gives. Returns the number of rows that changed.
 */
export function publishKeyed(publication: Publication<KeyedTask>): Promise<number> {
  const { session, target, task } = publication;
  const everyKey = async () => {
    for (const follow of task.follows) await offerInstead(session, target, follow);
  };
  const write = async (rows: NewRows) => {
    const { follows, together, stamps = [], uniqueKey } = task;
    const isStamp = (name: string) => stamps.some(({ column }) => column === name);
    const stays = (name: string) => stamps.some((each) => each.column === name && each.onlyNew);
    const { stage, columns } = rows;
    requireColumns(target, [...follows.map((each) => ownOf(each.columns)), together], columns);
    await refuseKeylessRows(session, target, follows, stage.name);
    await refuseLoneRows(session, target, together, stage.name);
    if (uniqueKey.length > 0) await refuseDoubledKeys(session, target, uniqueKey, rows);
    const place: Place = {
      table: qualifiedName(target),
      stage: stage.name,
      difference: temporaryName("keyed_difference"),
      names: columns.map(({ name }) => quoteIdentifier(name)),
      compared: columns.flatMap(({ name }) => (isStamp(name) ? [] : quoteIdentifier(name))),
      changing: columns
        .filter(({ name, isAlwaysIdentity }) => !isAlwaysIdentity && !stays(name))
        .map(({ name }) => quoteIdentifier(name)),
      equals: new Map(columns.map(({ name, equals }) => [name, equals])),
      // On Citus a lateral join by an index would be refused.
      indexed: publication.distribution
        ? new Map()
        : await indexedColumns(session, target, stage.rowCount),
    };
    const replaced =
      together.length > 0 ? await groupsOf(session, place, follows, together) : follows;
    if (publication.distribution) return replaceSpreadKeys(publication, rows, place, replaced);
    await leaveOthersAlone(session, place, replaced);
    const oldRows = await findDifference(session, place, replaced, uniqueKey);
    const count = await applyDifference(session, target, place, oldRows);
    await session.query(`drop table ${place.difference}`);
    return count;
  };
  return writeNewRows(publication, write, everyKey);
}

/**
 * Returns the rows that belong together with those of changed keys, as a key of their own: the values
 * of the `together` columns in the new and the stored rows of changed keys. Beside it the followed keys, when stored rows
 * have NULL in these columns, as an earlier version of the runner allowed: no value finds them.
 */
async function groupsOf(
  session: Session,
  place: Place,
  follows: readonly Follow[],
  together: readonly string[],
): Promise<readonly Follow[]> {
  const changedName = temporaryLabel("together");
  const parts = follows.flatMap((follow) => {
    const search = changedKey(follow, place);
    return [
      `select ${keyOf("s", together).join(", ")} from ${place.stage} as s join ${search.by} on ${isSame(search)}`,
      storedRows(place.table, place.indexed, search, together.map(quoteIdentifier)),
    ];
  });
  const name = quoteIdentifier(changedName);
  await session.query(`create temp table ${name} on commit drop as ${parts.join(" union ")}`);
  analyzeSample(session, `pg_temp.${name}`, together);
  const own = together.map((column) => ({ source: column, own: column }));
  const group = { target: { schema: "pg_temp", name: changedName }, columns: own, changedName };
  const { rows } = await session.query(
    `select exists (select from pg_temp.${name} as g where ${isIncomplete("g", together)})`,
  );
  return rows[0]?.[0] === "t" ? [...follows, group] : [group];
}

/**
 * Deletes the rows of other keys from the stage, so that they are neither published nor checked.
 */
async function leaveOthersAlone(
  session: Session,
  place: Place,
  follows: readonly Follow[],
): Promise<void> {
  const isChanged = follows.map((follow) => {
    const search = changedKey(follow, place);
    return `not exists (select from ${search.by} where ${isSame(search)})`;
  });
  await session.query(`delete from ${place.stage} as s where ${isChanged.join(" and ")}`);
}

/** The relations of a keyed publication and the columns that are written, all as SQL. */
interface Place {
  table: string;
  stage: string;
  difference: string;
  names: string[];
  /** The columns of `names` whose values are compared. */
  compared: string[];
  /** The columns of `names` that an update may set. */
  changing: string[];
  /** The `=` of each column's type, by the column's name. */
  equals: ReadonlyMap<string, string>;
  indexed: IndexedColumns;
}

/** The search for rows with a changed key. */
function changedKey({ changedName, columns }: Follow, { equals }: Place): Search {
  return {
    by: `pg_temp.${quoteIdentifier(changedName)} as changed`,
    pairs: columns.map(({ own, source }) => ({
      own,
      equals: equals.get(own) ?? "",
      source: `changed.${quoteIdentifier(source)}`,
    })),
  };
}

/** The search for rows with the unique key of a new row. */
function newKey(key: readonly string[], { stage, equals }: Place): Search {
  const pairs = key.map((own) => ({
    own,
    equals: equals.get(own) ?? "",
    source: `n.${quoteIdentifier(own)}`,
  }));
  return { by: `${stage} as n`, pairs };
}

/**
 * Stores, in a temporary table, the positions of the stored rows of changed keys, of the new row that each becomes, and
 * whether these differ bit by bit; returns their number.
 */
async function findDifference(
  session: Session,
  place: Place,
  follows: readonly Follow[],
  key: readonly string[],
): Promise<number> {
  const { table, indexed, stage, difference, compared, equals } = place;
  // One search for each followed table, so that each can use an index.
  const ways = follows.map((follow) => changedKey(follow, place));
  // A row that had another followed key before is the same row when it has the same unique key. It had
  // no other when the unique key includes the followed one.
  const isFound = follows.every(({ columns }) =>
    ownOf(columns).every((name) => key.includes(name)),
  );
  if (key.length > 0 && !isFound) ways.push(newKey(key, place));
  const found = ways.map((way) => storedRows(table, indexed, way, compared, true));
  const sameKey = key
    .map((name) => [quoteIdentifier(name), equals.get(name)])
    .map(([name, same]) => `o.${name} ${same} n.${name}`)
    .join(" and ");
  const { rowCount } = await session.query(`
    create temp table ${difference} on commit drop as
    with old_rows as materialized (
      select distinct on (dataform_part, dataform_old) * from (${found.join(" union all ")}) as found
    )
    ${key.length > 0 ? differenceByKey(stage, compared, sameKey) : differenceByRows(stage, compared)}`);
  return rowCount ?? 0;
}

/** Most rows of a day are new: without stored rows of their keys nothing is looked for. */
async function applyDifference(
  session: Session,
  target: Target,
  place: Place,
  oldRows: number,
): Promise<number> {
  const { table, stage, difference, names, changing } = place;
  const add = `insert into ${table} (${names.join(", ")}) overriding system value
    select ${names.map((name) => `n.${name}`).join(", ")} from ${stage} as n`;
  if (oldRows === 0) return (await session.authored(add)).rowCount ?? 0;
  const { rows } = await session.query(`
    analyze ${difference};
    select count(*) filter (where dataform_new is not null and dataform_differs),
      ${refersToItself(`to_regclass(${quoteLiteral(table)})::oid`)}
    from ${difference}`);
  const [differing, isOwn] = rows[0] ?? [];
  const equals = "operator(pg_catalog.=)";
  const isOld = `t.tableoid ${equals} d.dataform_part and t.ctid ${equals} d.dataform_old`;
  const sets = changing.map((name) => `${name} = n.${name}`).join(", ");
  const change = `update ${table} as t set ${sets}
    from ${difference} as d join ${stage} as n on n.ctid ${equals} d.dataform_new
    where ${isOld} and d.dataform_differs`;
  const statements = {
    remove: `delete from ${table} as t using ${difference} as d where ${isOld} and d.dataform_new is null`,
    change: changing.length > 0 ? change : undefined,
    add: `${add} where not exists (select from ${difference} as d where d.dataform_new ${equals} n.ctid)`,
  };
  const facts = { differing: Number(differing), refersToItself: isOwn === "t" };
  return writeDifference(session, target, statements, facts);
}
