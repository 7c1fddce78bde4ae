import type { Session } from "../database/database.ts";
import { RunnerError } from "../errors.ts";
import { qualifiedName } from "../names/identifiers.ts";
import type { Distribution } from "../plan/distribution/distribution.ts";
import { asksForForeign, type ReplacementFacts } from "../plan/publish/replacement-rule.ts";
import type { BuildTask } from "../plan/publish-task.ts";
import { type Target, targetName } from "../target.ts";
import { type Obstacle, readObstacles, refusal } from "./obstacles/obstacles.ts";
import { readForeign } from "./read-dependents.ts";

/** What the rule of replacement has to know of a table, and what writing to it has to respect. */
export interface TableFacts extends ReplacementFacts {
  /** Whether PostgreSQL guarantees that keys are unique. */
  isKeyUnique: boolean;
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
  const { uniqueKey, ...found } = await readKnownFacts(session, target);
  const given = task.uniqueKey.length > 0 ? task.uniqueKey : undefined;
  const key: string[] | undefined = uniqueKey ?? given;
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
    isKeyUnique: uniqueKey !== null,
    ...(key && { key }),
  };
  if (!asksForForeign(facts)) return facts;
  return { ...facts, foreign: await readForeign(session, target) };
}

/** What the catalogue says of a table that exists. */
type KnownFacts = Pick<
  TableFacts,
  "bytes" | "isPartitioned" | "isReferenced" | "alwaysIdentity"
> & {
  uniqueKey: string[] | null;
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

// The key is the first that exists of: the key to which other tables refer, the primary key, the
// narrowest unique index without NULLs.
const factsQuery = `
    select jsonb_build_object(
      'bytes', case when c.relkind <> 'p' then pg_table_size(c.oid)
        else (select coalesce(sum(pg_table_size(relid)), 0) from pg_partition_tree(c.oid)) end,
      'isPartitioned', c.relkind = 'p',
      'isReferenced', exists (select from pg_constraint as k
        where k.contype = 'f' and k.conrelid <> k.confrelid and k.confrelid = c.oid),
      'uniqueKey', (
        select (select jsonb_agg(a.attname order by n)
          from unnest(i.indkey::smallint[]) with ordinality as u (attnum, n)
          join pg_attribute as a on a.attrelid = c.oid and a.attnum = u.attnum
          where n <= i.indnkeyatts)
        from pg_index as i
        cross join lateral (select exists (select from pg_constraint as k
          where k.contype = 'f' and k.confrelid = c.oid and k.conrelid <> c.oid and k.conindid = i.indexrelid)) as r (is_referenced)
        where i.indrelid = c.oid and i.indisunique and i.indisvalid
          and i.indpred is null and i.indexprs is null
          and (r.is_referenced or i.indisprimary or not exists (
            select from unnest(i.indkey::smallint[]) with ordinality as u (attnum, n)
            join pg_attribute as a on a.attrelid = c.oid and a.attnum = u.attnum
            where n <= i.indnkeyatts and not a.attnotnull))
        order by r.is_referenced desc, i.indisprimary desc, i.indnkeyatts, i.indexrelid limit 1
      ),
      'alwaysIdentity', (select coalesce(jsonb_agg(a.attname), '[]') from pg_attribute as a
        where a.attrelid = c.oid and a.attidentity = 'a' and not a.attisdropped)
    )::text
    from pg_class as c where c.oid = to_regclass($1)`;
