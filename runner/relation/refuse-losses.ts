import type { Session } from "../database/database.ts";
import { ActionFailure } from "../errors.ts";
import { qualifiedName, quoteLiteral } from "../names/identifiers.ts";
import { type Target, targetName } from "../target.ts";

/**
 * Describes the objects that depend on relations and cannot be moved to their replacements:
 * functions and columns that use them as types, children, identity columns, security labels, and
 * dependencies of kinds that this runner does not know. Views are left out.
 */
export async function readLosses(session: Session, targets: readonly Target[]): Promise<string[]> {
  const names = targets.map((target) => `to_regclass(${quoteLiteral(qualifiedName(target))})::oid`);
  const { rows } = await session.query(lossesQuery(names));
  return rows.flatMap(([what]) => what ?? []);
}

/** Throws for what a relation would lose, with the next step; nothing has been changed by then. */
export function refuseLosses(target: Target, losses: readonly string[]): void {
  if (losses.length === 0) return;
  throw new ActionFailure({
    message: `${targetName(target)} has to be replaced and would lose ${losses.join(", ")}`,
    hint: "do not change its columns, or drop the named object first and make it again in post_operations",
  });
}

function lossesQuery(oids: readonly string[]): string {
  return `
    with gone as (
      select c.*, y.oid as row_type, y.typarray as array_type
      from pg_class as c left join pg_type as y on y.oid = c.reltype
      where c.oid = any (array[${oids.join(", ")}])
    ),
    family as (
      select oid from gone
      union
      select t.relid from gone as c, pg_partition_tree(c.oid) as t where c.relkind = 'p'
    ),
    dependent as (
      select distinct d.classid, d.objid, d.objsubid
      from gone as c
      join pg_depend as d on
        d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
        or d.refclassid = 'pg_type'::regclass and d.refobjid in (c.row_type, c.array_type)
      where d.deptype in ('n', 'a')
    )
    select pg_describe_object(classid, objid, objsubid) as what
    from dependent as d
    where not exists (
      select from gone as c
      where d.classid = 'pg_rewrite'::regclass
          and exists (select from pg_rewrite as r where r.oid = d.objid and r.ev_class = c.oid)
        or d.classid = 'pg_trigger'::regclass
          and exists (select from pg_trigger as t where t.oid = d.objid and t.tgrelid in (select oid from family))
        or d.classid = 'pg_policy'::regclass
          and exists (select from pg_policy as p where p.oid = d.objid and p.polrelid = c.oid)
        or d.classid = 'pg_constraint'::regclass
          and exists (select from pg_constraint as k where k.oid = d.objid and (k.conrelid in (select oid from family) or k.confrelid in (select oid from family)))
        or d.classid = 'pg_attrdef'::regclass
          and exists (select from pg_attrdef as e where e.oid = d.objid and e.adrelid = c.oid)
        or d.classid = 'pg_statistic_ext'::regclass
          and exists (select from pg_statistic_ext as e where e.oid = d.objid and e.stxrelid = c.oid)
        or d.classid = 'pg_publication_rel'::regclass
        or d.classid = 'pg_type'::regclass and d.objid in (c.row_type, c.array_type)
        or d.classid = 'pg_class'::regclass and (
          d.objid in (select oid from family)
          or exists (select from pg_index as i where i.indexrelid = d.objid and i.indrelid in (select oid from family))
          or exists (select from pg_class as s where s.oid = d.objid and s.relkind = 'S'))
    )
    union
    select format('identity column "%s" of %s', a.attname, c.oid::regclass)
    from gone as c join pg_attribute as a on a.attrelid = c.oid and a.attidentity <> '' and not a.attisdropped
    union
    select format('generated column "%s" of %s', a.attname, c.oid::regclass)
    from gone as c join pg_attribute as a on a.attrelid = c.oid and a.attgenerated <> '' and not a.attisdropped
    union
    select format('security label of %s', c.oid::regclass)
    from gone as c join pg_seclabel as l on l.classoid = 'pg_class'::regclass and l.objoid = c.oid
    union
    select format('the place of %s in %s', c.oid::regclass, i.inhparent::regclass)
    from gone as c join pg_inherits as i on i.inhrelid = c.oid
    union
    select format('%s as a typed table of %s', c.oid::regclass, c.reloftype::regtype)
    from gone as c where c.reloftype <> 0
    union
    select format('%s as a foreign table', c.oid::regclass) from gone as c where c.relkind = 'f'
    union
    select format('%s as a part of an extension', c.oid::regclass)
    from gone as c join pg_depend as d
      on d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e'
    union
    select format('the subscription of %s', c.oid::regclass)
    from gone as c join pg_subscription_rel as s on s.srrelid = c.oid
    order by what`;
}
