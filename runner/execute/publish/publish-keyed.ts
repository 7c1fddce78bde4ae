import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { temporaryLabel, temporaryName } from "../../names/temporary-name.ts";
import type { Follow, KeyedTask } from "../../plan/publish-task.ts";
import type { Target } from "../../target.ts";
import { keyOf } from "../increments/followers.ts";
import { ownOf, refuseKeylessRows, requireColumns } from "../increments/key-columns.ts";
import type { Publication } from "../publication.ts";
import { differenceByKey, differenceByRows } from "./keyed-difference.ts";
import { checkKey, writeNewRows } from "./publish-incremental.ts";
import { replaceSpreadKeys } from "./replace-spread-keys.ts";

/**
 * Replaces the rows of the changed keys in an incremental table: rows that the query no longer gives
 * are deleted, rows that differ bit by bit are updated, new ones are inserted. Rows of other keys are
 * left alone, whatever the query gives. Returns the number of rows that changed.
 */
export function publishKeyed(publication: Publication<KeyedTask>): Promise<number> {
  const { session, target, task } = publication;
  return writeNewRows(publication, async (rows) => {
    const { follows, together, stamps = [], uniqueKey } = task;
    const isStamp = (name: string) => stamps.some(({ column }) => column === name);
    const stays = (name: string) => stamps.some((each) => each.column === name && each.onlyNew);
    const { stage, columns } = rows;
    requireColumns(target, [...follows.map((each) => ownOf(each.columns)), together], columns);
    await refuseKeylessRows(session, target, follows, stage.name);
    if (uniqueKey.length > 0) await checkKey(session, target, uniqueKey, rows);
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
        ? new Set()
        : await indexedColumns(session, target, stage.rowCount),
    };
    const group =
      together.length > 0 ? await groupOf(session, place, follows, together) : undefined;
    if (group) await refuseKeylessRows(session, target, [group], stage.name);
    const replaced = group ? [group] : follows;
    if (publication.distribution) return replaceSpreadKeys(publication, rows, place, replaced);
    await leaveOthersAlone(session, place, replaced);
    await findDifference(session, place, replaced, uniqueKey);
    const count = await applyDifference(session, place);
    await session.query(`drop table ${place.difference}`);
    return count;
  });
}

/**
 * Returns the rows that belong together with those of changed keys, as a key of their own: the values
 * of the `together` columns in the new and the stored rows of changed keys.
 */
async function groupOf(
  session: Session,
  place: Place,
  follows: readonly Follow[],
  together: readonly string[],
): Promise<Follow> {
  const changedName = temporaryLabel("together");
  const columns = keyOf("s", together).join(", ");
  const parts = follows.flatMap((follow) => {
    const search = changedKey(follow, place);
    return [
      `select ${columns} from ${place.stage} as s join ${search.by} on ${search.isSame}`,
      storedRows(place, search, columns),
    ];
  });
  const name = quoteIdentifier(changedName);
  await session.query(`create temp table ${name} on commit drop as ${parts.join(" union ")}`);
  await session.query(`analyze pg_temp.${name}`);
  const own = together.map((column) => ({ source: column, own: column }));
  return { target: { schema: "pg_temp", name: changedName }, columns: own, changedName };
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
    const { by, isSame } = changedKey(follow, place);
    return `not exists (select from ${by} where ${isSame})`;
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
  /** The first columns of the table's indexes. */
  indexed: ReadonlySet<string>;
}

/** How stored rows `s` are found: the relation of the keys, and the condition. */
interface Search {
  by: string;
  isSame: string;
  /** The columns of the table in the condition. */
  own: readonly string[];
}

/**
 * The query of stored rows. With an index each row is looked up by it (`offset 0`), whatever
 * PostgreSQL's estimate says: in a growing table it soon costs more to read all rows than to look up
 * some keys.
 */
function storedRows(place: Place, { by, isSame, own }: Search, columns: string): string {
  const { table, indexed } = place;
  if (!own.some((name) => indexed.has(name))) {
    return `select ${columns} from ${table} as s join ${by} on ${isSame}`;
  }
  return `select found.* from ${by} cross join lateral (
    select ${columns} from ${table} as s where ${isSame} offset 0
  ) as found`;
}

/**
 * Returns no columns when the new rows are more than a tenth of the table: then it is read once.
 */
async function indexedColumns(
  session: Session,
  target: Target,
  newRows: number,
): Promise<Set<string>> {
  const table = `to_regclass(${quoteLiteral(qualifiedName(target))})`;
  const { rows } = await session.query(`
    select distinct attname::text
    from pg_catalog.pg_index
    join pg_catalog.pg_attribute on attrelid = indrelid and attnum = indkey[0]
    where indrelid = ${table} and indisvalid and indpred is null
      and ${newRows * 10} < (
        select sum(greatest(reltuples, 0))
        from pg_catalog.pg_class
        where oid = ${table}
          or oid in (select relid from pg_catalog.pg_partition_tree(${table}))
      )`);
  return new Set(rows.map(([name]) => name ?? ""));
}

/** The search for rows `s` with a changed key: the relation of the keys and the condition. */
function changedKey({ changedName, columns }: Follow, { equals }: Place): Search {
  const own = keyOf("s", ownOf(columns));
  const sources = keyOf(
    "changed",
    columns.map(({ source }) => source),
  );
  return {
    by: `pg_temp.${quoteIdentifier(changedName)} as changed`,
    own: ownOf(columns),
    isSame: columns
      .map(({ own: name }, index) => `${own[index]} ${equals.get(name)} ${sources[index]}`)
      .join(" and "),
  };
}

/**
 * Stores, in a temporary table, the positions of the stored and new rows of changed keys that differ
 * bit by bit.
 */
async function findDifference(
  session: Session,
  place: Place,
  follows: readonly Follow[],
  key: readonly string[],
): Promise<void> {
  const { stage, difference, compared, equals } = place;
  const sameKey = (one: string, other: string) =>
    key
      .map((name) => [quoteIdentifier(name), equals.get(name)])
      .map(([name, same]) => `${one}.${name} ${same} ${other}.${name}`)
      .join(" and ");
  // One search for each followed table, so that each can use an index.
  const ways = follows.map((follow) => changedKey(follow, place));
  // A row that had another followed key before is the same row when it has the same unique key. It had
  // no other when the unique key includes the followed one.
  const isFound = follows.every(({ columns }) =>
    ownOf(columns).every((name) => key.includes(name)),
  );
  if (key.length > 0 && !isFound) {
    ways.push({ by: `${stage} as n`, isSame: sameKey("n", "s"), own: key });
  }
  const columns = [
    "s.tableoid as dataform_part",
    "s.ctid as dataform_old",
    ...compared.map((name) => `s.${name}`),
  ];
  const found = ways.map((way) => storedRows(place, way, columns.join(", ")));
  await session.query(`
    create temp table ${difference} on commit drop as
    with old_rows as materialized (
      select distinct on (dataform_part, dataform_old) * from (${found.join(" union all ")}) as found
    )
    ${key.length > 0 ? differenceByKey(stage, compared, sameKey("o", "n")) : differenceByRows(stage, compared)}`);
  await session.query(`analyze ${difference}`);
}

async function applyDifference(session: Session, place: Place): Promise<number> {
  const { table, stage, difference, names, changing } = place;
  const equals = "operator(pg_catalog.=)";
  const isOld = `t.tableoid ${equals} d.dataform_part and t.ctid ${equals} d.dataform_old`;
  const sets = changing.map((name) => `${name} = n.${name}`).join(", ");
  const statements = [
    `delete from ${table} as t using ${difference} as d where ${isOld} and d.dataform_old is not null and d.dataform_new is null`,
    `update ${table} as t set ${sets}
    from ${difference} as d join ${stage} as n on n.ctid ${equals} d.dataform_new
    where ${isOld} and d.dataform_old is not null`,
    `insert into ${table} (${names.join(", ")}) overriding system value
    select ${names.map((name) => `n.${name}`).join(", ")}
    from ${stage} as n join ${difference} as d on d.dataform_new ${equals} n.ctid where d.dataform_old is null`,
  ];
  let count = 0;
  for (const statement of statements) count += (await session.authored(statement)).rowCount ?? 0;
  return count;
}
