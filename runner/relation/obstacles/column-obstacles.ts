import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import { isOurs } from "../../names/our-marks.ts";
import { type Target, targetName } from "../../target.ts";

/**
 * Throws an ActionFailure when the columns of a table that exists cannot be changed to those of its
 * query, because of what PostgreSQL does not change with them. Asked by the plan and the run alike: an
 * empty copy of the table has nothing of it. With a removed column PostgreSQL drops indexes, constraints and statistics without
 * a word; one of another type keeps them.
 */
export async function refuseColumnObstacles(
  session: Session,
  target: Target,
  columns: { added: readonly string[]; removed?: readonly string[]; retyped?: readonly string[] },
): Promise<void> {
  const { added, removed = [], retyped = [] } = columns;
  const changed = [...removed, ...retyped];
  if (changed.length + added.length === 0) return;
  const { rows } = await session.query(`
    with t as (
      select * from pg_class where oid = to_regclass(${quoteLiteral(qualifiedName(target))})
    ),
    changed as (
      select a.attname, a.attnum, a.attinhcount, t.oid, a.attname in (${namesIn(removed)}) as is_removed
      from t join pg_attribute as a on a.attrelid = t.oid
      where a.attname in (${namesIn(changed)})
    )
    select format('it is a typed table of %s', reloftype::regtype) from t where reloftype <> 0
    union all
    select 'it is a partition of another table' from t where relispartition
    union all
    select format('the column "%s" is inherited', attname) from changed where attinhcount > 0
    union all
    select distinct format('the column "%s" is used by the %s', c.attname,
      pg_describe_object(d.classid, d.objid, d.objsubid))
    from changed as c
    join pg_depend as d on d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid = c.attnum
    where d.deptype in ('n', 'a') and (
      d.classid in ('pg_policy'::regclass, 'pg_trigger'::regclass, 'pg_publication_rel'::regclass, 'pg_proc'::regclass)
      or d.classid = 'pg_attrdef'::regclass and exists (
        select from pg_attrdef as e where e.oid = d.objid and e.adnum <> c.attnum)
      or c.is_removed and ${isOfOthers})`);
  if (rows.length === 0) return;
  throw new ActionFailure({
    message: `the columns of ${targetName(target)} cannot be changed to those of its query: ${rows.flat().join(", ")}`,
    hint: "drop the named object and make it again in post_operations, or do not change the columns of the query",
  });
}

function namesIn(columns: readonly string[]): string {
  return `select jsonb_array_elements_text(${quoteLiteral(JSON.stringify(columns))}::jsonb)`;
}

// NOT NULL of a column goes with it. Objects that a run has made go when they are no longer declared.
const isOfOthers = `(
        d.classid = 'pg_statistic_ext'::regclass
        or d.classid = 'pg_class'::regclass and exists (
          select from pg_class as x where x.oid = d.objid and x.relkind in ('i', 'I')
            and not ${isOurs("x.relname", "x.oid", "pg_class")})
        or d.classid = 'pg_constraint'::regclass and exists (
          select from pg_constraint as k where k.oid = d.objid and k.contype <> 'n'
            and not ${isOurs("k.conname", "k.oid", "pg_constraint")}))`;
