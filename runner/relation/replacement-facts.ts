import type { Session } from "../database/database.ts";
import { ActionFailure, RunnerError } from "../errors.ts";
import { qualifiedName } from "../names/identifiers.ts";
import type { Distribution } from "../plan/distribution/distribution.ts";
import { asksForForeign, type ReplacementFacts } from "../plan/publish/replacement-rule.ts";
import type { BuildTask } from "../plan/publish-task.ts";
import { type Target, targetName } from "../target.ts";
import { refersToItself } from "./inbound-keys.ts";
import { type Obstacle, readObstacles, refusal } from "./obstacles/obstacles.ts";
import { readForeign } from "./read-dependents.ts";
import type { Column } from "./relation.ts";

/** Columns that tell the rows of a table apart. */
interface TableKey {
  columns: string[];
  /** Whether foreign keys of other tables refer to them. */
  isReferenced: boolean;
  /** Whether PostgreSQL guarantees that they are unique. */
  isUnique: boolean;
}

/** What the rule of replacement has to know of a table, and what writing to it has to respect. */
export interface TableFacts extends ReplacementFacts {
  /** All keys, the best one first; `key` is one of them. */
  keys: TableKey[];
  /** Whether PostgreSQL guarantees that values of `key` are unique. */
  isKeyUnique: boolean;
  /** Whether foreign keys of other tables refer to other columns than `key`. */
  isReferencedElsewhere: boolean;
  /** Identity columns that take no value in an update. */
  alwaysIdentity: string[];
  /** Why its rows cannot be replaced in place. */
  obstacles: Obstacle[];
}

/**
 * Reads the facts of a table that exists; `task` gives its setting and its key, `distribution` how Citus
 * spreads it.
 */
export async function readReplacementFacts(
  session: Session,
  target: Target,
  task: Pick<BuildTask, "replace" | "uniqueKey">,
  { distribution }: { distribution?: Distribution | undefined } = {},
): Promise<TableFacts> {
  const { uniqueKeys, ...found } = await readKnownFacts(session, target);
  const keys: TableKey[] = uniqueKeys.map((each) => ({ ...each, isUnique: true }));
  if (task.uniqueKey.length > 0) {
    keys.push({ columns: [...task.uniqueKey], isReferenced: false, isUnique: false });
  }
  const [key] = keys;
  const setting = task.replace ?? "auto";
  // Citus says itself what it refuses.
  const staysInPlace = (setting !== "swap" || found.isPartitioned) && !distribution;
  const writes = ["insert", "delete", ...(key ? ["update" as const] : [])] as const;
  const obstacles = staysInPlace ? await readObstacles(session, target, writes) : [];
  const why = obstacles.find(({ endsWithSwap }) => endsWithSwap)?.what;
  const facts: TableFacts = {
    ...found,
    setting,
    obstacles,
    ...(why && { cannotStay: why }),
    ...(distribution?.current?.isSame === false && {
      otherDistribution: distribution.current.words,
    }),
    keys,
    ...factsOfKey(key, keys, found),
  };
  if (!asksForForeign(facts)) return facts;
  return { ...facts, foreign: await readForeign(session, target) };
}

/** The same facts with the best key whose columns a query gives; without a key when there is none. */
export function withGivenKey(
  { key: _, ...facts }: TableFacts,
  columns: readonly Pick<Column, "name">[],
): TableFacts {
  const names = columns.map(({ name }) => name);
  const given = facts.keys.find((each) => each.columns.every((name) => names.includes(name)));
  return { ...facts, ...factsOfKey(given, facts.keys, facts) };
}

function factsOfKey(
  key: TableKey | undefined,
  keys: readonly TableKey[],
  { isReferenced }: Pick<TableFacts, "isReferenced">,
): Pick<TableFacts, "key" | "isKeyUnique" | "isReferencedElsewhere"> {
  const referenced = keys.filter((each) => each.isReferenced);
  return {
    isKeyUnique: key?.isUnique ?? false,
    isReferencedElsewhere: isReferenced && (referenced.length !== 1 || referenced[0] !== key),
    ...(key && { key: key.columns }),
  };
}

/** What the catalogue says of a table that exists. */
type KnownFacts = Pick<
  TableFacts,
  "bytes" | "isPartitioned" | "isReferenced" | "refersToItself" | "alwaysIdentity"
> & {
  uniqueKeys: Omit<TableKey, "isUnique">[];
};

async function readKnownFacts(session: Session, target: Target): Promise<KnownFacts> {
  const { rows } = await session.catalogue(factsQuery, [qualifiedName(target)]);
  const json = rows[0]?.[0];
  if (typeof json !== "string") throw new RunnerError("INTERNAL", `${targetName(target)} is gone`);
  return JSON.parse(json);
}

/** Throws when the rows of a table cannot be replaced where they are. */
export function refuseInPlace(target: Target, { obstacles }: TableFacts): void {
  if (obstacles.length === 0) return;
  throw refusal(target, "replaced in place", obstacles, '; or set postgres: { replace: "swap" }');
}

/**
 * Throws for a table to which other tables refer, when its rows could only be deleted and written anew: that would delete
 * rows of those tables, or set their columns to NULL, where their foreign keys say so.
 */
export function refuseRewrite(target: Target, { isReferenced, keys }: TableFacts): void {
  if (!isReferenced) return;
  const referenced = keys.filter((each) => each.isReferenced);
  const names = referenced.map(({ columns }) => `(${columns.join(", ")})`).join(" and ");
  throw new ActionFailure({
    message: `other tables refer to ${targetName(target)}, and no key tells which stored row each of its new rows is: to write all of them anew could delete rows of those tables, or their references`,
    hint: `make a unique index on columns of the query that are not null, or name them in uniqueKey if it is an incremental table${names && `, or let the query give ${names}, to which they refer`}; or drop their foreign keys`,
  });
}

// The best key is the first that exists of: one to which other tables refer, the primary key, the
// narrowest unique index without NULLs.
const factsQuery = `
    select jsonb_build_object(
      'bytes', case when c.relkind <> 'p' then pg_table_size(c.oid)
        else (select coalesce(sum(pg_table_size(relid)), 0) from pg_partition_tree(c.oid)) end,
      'refersToItself', ${refersToItself("c.oid")},
      'isPartitioned', c.relkind = 'p',
      'isReferenced', exists (
        with parts as (select c.oid as relid union all select relid from pg_partition_tree(c.oid))
        select from pg_constraint as k
        where k.contype = 'f' and k.confrelid in (select relid from parts)
          and k.conrelid not in (select relid from parts)),
      'uniqueKeys', (
        select coalesce(jsonb_agg(
          jsonb_build_object('columns', u.columns, 'isReferenced', u.is_referenced)
          order by u.is_referenced desc, u.indisprimary desc, u.indnkeyatts, u.indexrelid), '[]')
        from (
          select i.indexrelid, i.indisprimary, i.indnkeyatts, r.is_referenced,
            (select jsonb_agg(a.attname order by n)
              from unnest(i.indkey::smallint[]) with ordinality as u (attnum, n)
              join pg_attribute as a on a.attrelid = c.oid and a.attnum = u.attnum
              where n <= i.indnkeyatts) as columns
          from pg_index as i
          cross join lateral (select exists (select from pg_constraint as k
            where k.contype = 'f' and k.confrelid = c.oid and k.conrelid <> c.oid and k.conindid = i.indexrelid)) as r (is_referenced)
          where i.indrelid = c.oid and i.indisunique and i.indisvalid
            and i.indpred is null and i.indexprs is null
            and (r.is_referenced or i.indisprimary or not exists (
              select from unnest(i.indkey::smallint[]) with ordinality as u (attnum, n)
              join pg_attribute as a on a.attrelid = c.oid and a.attnum = u.attnum
              where n <= i.indnkeyatts and not a.attnotnull))
        ) as u
      ),
      'alwaysIdentity', (select coalesce(jsonb_agg(a.attname), '[]') from pg_attribute as a
        where a.attrelid = c.oid and a.attidentity = 'a' and not a.attisdropped)
    )::text
    from pg_class as c where c.oid = to_regclass($1)`;
