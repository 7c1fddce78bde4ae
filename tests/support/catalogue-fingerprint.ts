import type { Database } from "../../runner/database/database.ts";

/**
 * Every object that others may have attached to the relations of a database, as sorted lines without
 * object ids: an object that was made again in the same way gives the same line. The types and the
 * order of the project's own columns are left out.
 */
export async function catalogueFingerprint(
  database: Database,
  schemas: readonly string[] = ["public", "shop"],
): Promise<string[]> {
  const { rows } = await database.query(fingerprintQuery, [JSON.stringify(schemas)]);
  return rows.map(([line]) => line ?? "");
}

const role = (oid: string) => `case ${oid} when 0 then 'public' else pg_get_userbyid(${oid}) end`;

const fingerprintQuery = `
  with wanted as (select oid, nspname from pg_namespace where nspname in (select json_array_elements_text($1))),
  relation as (
    select c.*, c.oid::regclass::text as name from pg_class as c
    where c.relnamespace in (select oid from wanted)
      and c.relkind in ('r', 'p', 'v', 'm', 'S')
  )
  select concat_ws(' | ', kind, name, line) from (
    select 'relation' as kind, name, concat_ws(' ', relkind, relpersistence, relrowsecurity, relforcerowsecurity,
      relreplident, pg_get_userbyid(relowner), (select string_agg(o, ',' order by o) from unnest(reloptions) as o),
      (select x.reloptions::text from pg_class as x where x.oid = relation.reltoastrelid),
      obj_description(oid, 'pg_class')) as line from relation
    union all
    select 'privilege', name, concat_ws(' ', a.privilege_type, ${role("a.grantee")}, a.is_grantable)
    from relation, aclexplode(coalesce(relacl, acldefault(case relkind when 'S' then 's' else 'r' end::"char", relowner))) as a
    union all
    select 'column', r.name, concat_ws(' ', t.attname, t.attnotnull, t.attstorage, t.attcompression, t.attidentity,
      t.attgenerated, coalesce(t.attstattarget, -1), t.attoptions::text, t.attacl::text, col_description(r.oid, t.attnum),
      pg_get_expr(d.adbin, d.adrelid), pg_get_serial_sequence(quote_ident(r.relnamespace::regnamespace::text) || '.' || quote_ident(r.relname), t.attname))
    from relation as r join pg_attribute as t on t.attrelid = r.oid and t.attnum > 0 and not t.attisdropped and t.attname <> 'more'
    left join pg_attrdef as d on d.adrelid = r.oid and d.adnum = t.attnum
    where r.relkind <> 'S'
    union all
    select 'constraint', r.name, concat_ws(' ', k.conname, pg_get_constraintdef(k.oid), k.convalidated, obj_description(k.oid, 'pg_constraint'))
    from relation as r join pg_constraint as k on k.conrelid = r.oid
    union all
    select 'index', r.name, concat_ws(' ', pg_get_indexdef(i.indexrelid), i.indisvalid, i.indisclustered, i.indisreplident,
      obj_description(i.indexrelid, 'pg_class'), (select string_agg(coalesce(attstattarget, -1)::text, ',' order by attnum)
        from pg_attribute where attrelid = i.indexrelid))
    from relation as r join pg_index as i on i.indrelid = r.oid
    union all
    select 'trigger', r.name, concat_ws(' ', pg_get_triggerdef(g.oid), g.tgenabled, obj_description(g.oid, 'pg_trigger'))
    from relation as r join pg_trigger as g on g.tgrelid = r.oid and not g.tgisinternal
    union all
    select 'rule', r.name, concat_ws(' ', pg_get_ruledef(w.oid), w.ev_enabled, obj_description(w.oid, 'pg_rewrite'))
    from relation as r join pg_rewrite as w on w.ev_class = r.oid and (w.rulename <> '_RETURN' or r.relname <> 'orders')
    union all
    select 'policy', r.name, concat_ws(' ', p.polname, p.polcmd, p.polpermissive,
      (select string_agg(${role("o")}, ',') from unnest(p.polroles) as o),
      pg_get_expr(p.polqual, p.polrelid), pg_get_expr(p.polwithcheck, p.polrelid), obj_description(p.oid, 'pg_policy'))
    from relation as r join pg_policy as p on p.polrelid = r.oid
    union all
    select 'statistics', r.name, concat_ws(' ', e.stxname, e.stxkind,
      (select string_agg(attname, ',' order by attname) from pg_attribute where attrelid = r.oid and attnum = any (e.stxkeys)), coalesce(e.stxstattarget, -1),
      pg_get_userbyid(e.stxowner), obj_description(e.oid, 'pg_statistic_ext'))
    from relation as r join pg_statistic_ext as e on e.stxrelid = r.oid
    union all
    select 'publication', p.tablename, concat_ws(' ', p.pubname,
      (select string_agg(a, ',' order by a) from unnest(p.attnames) as a where a <> 'more'), p.rowfilter)
    from pg_publication_tables as p where p.schemaname in (select nspname from wanted)
    union all
    select 'inheritance', i.inhrelid::regclass::text, i.inhparent::regclass::text from pg_inherits as i join relation as r on r.oid = i.inhrelid
    union all
    select 'function', p.oid::regprocedure::text, pg_get_functiondef(p.oid) from pg_proc as p where p.pronamespace in (select oid from wanted)
  ) as each
  order by 1`;
