import type { Session } from "../../database/database.ts";
import { inTurn } from "../../database/in-turn.ts";
import { setSavepoint, undoSavepoint } from "../../database/savepoint.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import { ownSchema } from "../../names/our-marks.ts";
import type { Target } from "../../target.ts";
import { queryWithin } from "../stage/query-within.ts";
import { keepTemporarySchema, needsTemporarySchema } from "../stage/temporary-schema.ts";
import { definitionMark, rowsMark } from "./relation-marks.ts";
import { mayMeanNow, repeatableFunctions, repeatableNodes, repeatableTypes } from "./repeatable.ts";

/** A relation that a query reads, be it through views, and its state before the query was run. */
export interface ReadRelation {
  oid: string;
  name: string;
  definition: string;
  /** Null for a relation without rows of its own. */
  rows: string | null;
}

/**
 * The relations that a query reads, and whether it reads the one that it is for, which is not among them; or why it can
 * give another result on the same rows.
 */
export type WhatItReads = { reads: ReadRelation[]; readsItself: boolean } | { never: string };

/** A query, and the relations that it reads in ways that its text does not show. */
export interface AskedQuery {
  statement: string;
  also: readonly Target[];
  /** The relation that the query is for; its rows are not followed. */
  target: Target;
  /** Whether it may read that relation itself, as incremental tables do. */
  mayReadItself: boolean;
  /** The author's search path, as SQL of type oid[]. */
  path: string;
}

const view = "pg_temp.dataform_reads";

/**
 * Lets PostgreSQL parse a query as a view and reads from it which relations and functions it uses. In a transaction
 * that changes nothing yet: what it makes is undone.
 */
export async function whatItReads(session: Session, asked: AskedQuery): Promise<WhatItReads> {
  const { statement, also, path, target, mayReadItself } = asked;
  if (mayMeanNow(statement)) return { never: "its text may name the current time" };
  const names = JSON.stringify(also.map(qualifiedName));
  const values = [qualifiedName(target), mayReadItself ? "true" : "false", names];
  const needing = session.catalogue(`select ${needsTemporarySchema}`, []);
  session.later(setSavepoint);
  const made = queryWithin(session, `create view ${view} as\n`, statement);
  const reading = session.catalogue(readingQuery(path), values);
  try {
    const [needs, , { rows }] = await inTurn(needing, made, reading);
    session.later(undoSavepoint);
    // The next ones on this connection are spared of it.
    if (needs.rows[0]?.[0] === "t") keepTemporarySchema(session);
    const [never, reads, readsItself] = rows[0] ?? [];
    if (never) return { never };
    return { reads: JSON.parse(reads ?? "[]") as ReadRelation[], readsItself: readsItself === "t" };
  } catch (error) {
    if (!session.lost.aborted) await session.query(undoSavepoint).catch(() => undefined);
    if (!(error instanceof ActionFailure) || error.error.connectionLost) throw error;
    return { never: `PostgreSQL does not say what it reads: ${error.message}` };
  }
}

/** The relations of some names with their partitions, and below views all that these read, as they are now. */
export async function readNow(
  session: Session,
  { also, target, path }: Pick<AskedQuery, "also" | "target" | "path">,
): Promise<ReadRelation[]> {
  const values = [qualifiedName(target), "true", JSON.stringify(also.map(qualifiedName))];
  const { rows } = await session.catalogue(readingQuery(path), values);
  return JSON.parse(rows[0]?.[1] ?? "[]") as ReadRelation[];
}

const ownSchemas = `'${ownSchema}', 'run_history', 'information_schema'`;

const listed = (names: readonly string[]) => names.map(quoteLiteral).join(", ");

// The relations of a query stand in its tree as `:relid 1234`, functions as `:funcid`, and so on; words of the author
// have a backslash before each bracket and blank in them. Built-in functions are in no catalogue of dependencies.
// It is kept prepared, as planning it takes longer than all else: what differs are its values. How many relations there are
// is told by an array, since PostgreSQL takes a recursion for a thousand rows and would read the whole catalogue for them.
function readingQuery(path: string): string {
  const [itself, root] = ["(select itself from asked)", "(select root from asked)"];
  const found = "unnest((select oids from seen)) as found (oid)";
  return `
    with recursive
    asked as materialized (
      select to_regclass($1)::oid as itself, to_regclass('${view}')::oid as root
    ),
    found (oid) as (
      select ${root}
      union
      select to_regclass(name)::oid from json_array_elements_text($3::json) as name
      union
      select next.oid
      from found
      cross join lateral (
        select k.oid, k.relkind
        from pg_class as k
        where k.oid = found.oid and (k.oid = ${root} or k.relpersistence <> 't')
          and k.oid is distinct from ${itself}
        offset 0
      ) as k
      cross join lateral (
        select (regexp_matches(r.ev_action::text, ':relid (\\d+)', 'g'))[1]::oid
        from pg_rewrite as r
        where r.ev_class = k.oid and k.relkind = 'v'
        union all
        select i.inhrelid from pg_inherits as i where i.inhparent = k.oid
      ) as next (oid)
      where next.oid <> 0
    ),
    seen as materialized (select array_agg(oid) as oids from found),
    trees as materialized (
      select r.ev_action::text as tree
      from ${found}
      join pg_class as k on k.oid = found.oid and k.relkind = 'v' and (k.oid = ${root} or k.relpersistence <> 't')
      join pg_rewrite as r on r.ev_class = k.oid
    ),
    called as (
      select distinct m[1]::oid as oid
      from trees, regexp_matches(tree, ':(?:funcid|opfuncid|aggfnoid|winfnoid) (\\d+)', 'g') as m
    ),
    typed as (
      select distinct m[1]::oid as oid
      from trees, regexp_matches(tree, ':(?:var|const|result|funcresult|opresult|agg|win|param)type (\\d+)', 'g') as m
    ),
    parsed as (
      select distinct m[1]::oid as oid
      from trees, regexp_matches(tree, ':resulttype (\\d+) :resultcollid \\d+ :coerceformat', 'g') as m
    ),
    reasons (place, reason) as (
      select 0, 'it reads itself' from ${found} where not $2::boolean and found.oid = ${itself}
      union all
      select 1, 'it reads ' || found.oid::regclass || ', which ' || case
        when found.oid < 16384 then 'belongs to the catalogue'
        when n.nspname in (${ownSchemas}) then 'is written by every run or by PostgreSQL'
        when k.relkind = 'f' then 'is a foreign table'
        when k.relkind = 'S' then 'is a sequence'
        when a.amname <> 'heap' then 'is stored by ' || a.amname || ', whose rows are not counted'
        when k.relrowsecurity then 'has row level security'
        else 'is of a kind that is not followed' end
      from ${found}
      left join pg_class as k on k.oid = found.oid
      left join pg_am as a on a.oid = k.relam
      left join pg_namespace as n on n.oid = k.relnamespace
      where found.oid is not null and (
        found.oid < 16384 or n.nspname in (${ownSchemas})
        or k.relrowsecurity or a.amname <> 'heap' or k.relkind not in ('r', 'p', 'v', 'm'))
      union all
      select 2, 'it calls ' || case when p.pronamespace = 'pg_catalog'::regnamespace then p.proname::text
        else p.oid::regprocedure::text end || ', which is ' || case
        when p.prokind = 'a' then 'an aggregate of users'
        when p.provolatile = 's' then 'stable' when p.provolatile = 'v' then 'volatile' else 'not known' end
      from called
      left join pg_proc as p on p.oid = called.oid
      where p.oid is null
        or (p.oid >= 16384 and p.prokind = 'a')
        or not (p.provolatile = 'i' or (p.provolatile = 's' and p.oid < 16384
          and p.pronamespace = 'pg_catalog'::regnamespace and p.proname in (${listed(repeatableFunctions)})))
      union all
      select distinct 3, 'it uses ' || lower(m[1])
      from trees, regexp_matches(tree, '\\{([A-Z_]+)', 'g') as m
      where m[1] not in (${listed(repeatableNodes)})
      union all
      select 4, 'it uses the type ' || typed.oid::regtype
      from typed
      join pg_type as t on t.oid = typed.oid
      join pg_type as e on e.oid = coalesce(nullif(case when t.typcategory = 'A' then t.typelem end, 0), t.oid)
      join pg_proc as i on i.oid = e.typinput
      join pg_proc as o on o.oid = e.typoutput
      where e.typname = 'timetz' or (e.typtype in ('b', 'd', 'r', 'm') and e.typcategory <> 'A'
        and not (i.provolatile = 'i' and o.provolatile = 'i')
        and not (e.oid < 16384 and e.typname in (${listed(repeatableTypes)}))
        and not (e.typtype in ('r', 'm')))
        or e.typtype = 'd'
      union all
      select 5, 'it casts text to ' || parsed.oid::regtype || ', and such a text may mean now'
      from parsed
      join pg_type as t on t.oid = parsed.oid
      join pg_proc as i on i.oid = t.typinput
      where i.provolatile <> 'i' and t.typtype <> 'e' and t.typname not in ('interval', 'money')
      union all
      select 5, 'it casts in a way that is not known' where
        (select count(*) from trees, regexp_matches(tree, '\\{COERCEVIAIO', 'g'))
        <> (select count(*) from trees, regexp_matches(tree, ':resulttype (\\d+) :resultcollid \\d+ :coerceformat', 'g'))
    )
    select
      (select reason from reasons order by place, reason limit 1),
      (select jsonb_agg(jsonb_build_object('oid', c.oid::text, 'name', concat_ws('.', n.nspname, c.relname),
          'definition', ${definitionMark(path)}, 'rows', ${rowsMark}) order by c.oid)
        from ${found}
        join pg_class as c on c.oid = found.oid and c.relpersistence <> 't' and c.oid is distinct from ${itself}
        join pg_namespace as n on n.oid = c.relnamespace),
      exists (select from ${found} where found.oid = ${itself})`;
}
