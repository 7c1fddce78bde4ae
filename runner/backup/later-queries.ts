import { columnSettings, indexSettings } from "./settings-queries.ts";
import { firstOfUsers, isWhole, ofExtension, relationOf, userSchemas } from "./user-objects.ts";

const constraint = `
  format('%I.%I add constraint %I %s', n.nspname, c.relname, k.conname, pg_get_constraintdef(k.oid))
  from pg_constraint as k ${relationOf("k.conrelid")}`;

/** These are made for a table with its partitions. */
const checks = (which: string) => `
  select 'alter table ' || ${constraint}
  where (${which}) and k.coninhcount = 0 and k.conparentid = 0
  order by c.relkind <> 'p', 1`;

/** What comes after the rows, in its order: a view may group by a key. */
export const keyQueries = [
  `select format('alter sequence %I.%I owned by %I.%I.%I', n.nspname, c.relname, tn.nspname, t.relname, a.attname)
    from pg_depend as d ${relationOf("d.objid")}
    inner join pg_class as t on t.oid = d.refobjid
    inner join pg_namespace as tn on tn.oid = t.relnamespace
    inner join pg_attribute as a on a.attrelid = t.oid and a.attnum = d.refobjsubid
    where d.classid = 'pg_class'::regclass and c.relkind = 'S' and d.deptype = 'a' and d.refobjsubid > 0 order by 1`,
  // In each partition by itself, as indexes are: so they keep their names.
  `select 'alter table only ' || ${constraint} where k.contype in ('p', 'u', 'x') order by k.contype <> 'p', 1`,
];

/** What comes after the keys and the objects that need them, in its order. */
export const laterQueries = [
  columnSettings("'v', 'm'"),
  `select format('alter table %I.%I of %s', n.nspname, c.relname, c.reloftype::regtype)
    from pg_class as r ${relationOf("r.oid")} where c.reloftype <> 0 order by 1`,
  // `create domain` takes no `not valid`.
  `select format('alter domain %s add constraint %I %s', k.contypid::regtype, k.conname, pg_get_constraintdef(k.oid))
    from pg_constraint as k
    inner join pg_type as t on t.oid = k.contypid
    inner join (${userSchemas}) as n on n.oid = t.typnamespace and not ${ofExtension("pg_type", "t.oid")}
    where k.contype = 'c' and not k.convalidated order by 1`,
  // With the `not null` that old rows may break.
  checks("k.contype = 'c' or k.contype = 'n' and not k.convalidated"),
  `select pg_get_indexdef(i.indexrelid)
    from pg_index as i ${relationOf("i.indrelid")}
    where not exists (select from pg_constraint as k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x'))
      and ${isWhole}
    order by 1`,
  `select format('alter index %I.%I attach partition %I.%I', pn.nspname, p.relname, n.nspname, x.relname)
    from pg_inherits as h
    inner join pg_index as i on i.indexrelid = h.inhrelid ${relationOf("i.indrelid")}
    inner join pg_class as x on x.oid = h.inhrelid
    inner join pg_class as p on p.oid = h.inhparent
    inner join pg_namespace as pn on pn.oid = p.relnamespace
    where ${isWhole} order by 1`,
  ...indexSettings,
  // They may refer to a unique index.
  checks("k.contype = 'f'"),
  `select pg_get_statisticsobjdef(s.oid) from pg_statistic_ext as s ${relationOf("s.stxrelid")} order by 1`,
  `select format('alter statistics %I.%I set statistics %s', sn.nspname, s.stxname, s.stxstattarget)
    from pg_statistic_ext as s ${relationOf("s.stxrelid")}
    inner join pg_namespace as sn on sn.oid = s.stxnamespace where s.stxstattarget <> -1 order by 1`,
  `select pg_get_triggerdef(t.oid)
    from pg_trigger as t ${relationOf("t.tgrelid")}
    where not t.tgisinternal and t.tgparentid = 0 order by 1`,
  // In each partition by itself.
  `select format('alter table only %I.%I %s trigger %I', n.nspname, c.relname,
      case t.tgenabled when 'D' then 'disable' when 'A' then 'enable always' else 'enable replica' end, t.tgname)
    from pg_trigger as t ${relationOf("t.tgrelid")} where not t.tgisinternal and t.tgenabled <> 'O' order by 1`,
  `select format('alter table %I.%I %s row level security', n.nspname, c.relname, w.word)
    from pg_class as r ${relationOf("r.oid")}
    cross join lateral (
      select 'enable' where r.relrowsecurity union all select 'force' where r.relforcerowsecurity) as w (word) order by 1`,
  `select format('create policy %I on %I.%I as %s for %s to %s%s%s', policyname, schemaname, tablename, permissive, cmd,
      (select string_agg(case role when 'public' then 'public' else quote_ident(role) end, ', ')
        from unnest(roles) as role),
      ' using (' || qual || ')', ' with check (' || with_check || ')')
    from pg_policies where schemaname in (select nspname from (${userSchemas}) as n) order by 1`,
  `select format('comment on %s %s is %L',
      case when o.type like '% column' then 'column' when o.type like '% constraint' then 'constraint'
        when o.type = 'composite type' then 'type' when o.type = 'statistics object' then 'statistics' else o.type end,
      coalesce((
        select format('%I on domain %s', k.conname, k.contypid::regtype) from pg_constraint as k
        where d.classoid = 'pg_constraint'::regclass and k.oid = d.objoid and k.contypid <> 0), o.identity),
      d.description)
    from pg_description as d
    cross join lateral pg_identify_object(d.classoid, d.objoid, d.objsubid) as o
    cross join lateral pg_identify_object_as_address(d.classoid, d.objoid, d.objsubid) as a
    where (d.objoid >= ${firstOfUsers} or d.classoid = 'pg_namespace'::regclass)
      and coalesce(o.schema, quote_ident(a.object_names[1])) in (select quote_ident(nspname) from (${userSchemas}) as n)
      and d.description <> 'standard public schema' and d.classoid <> 'pg_extension'::regclass
      and not exists (select from pg_depend as e
        where e.classid = d.classoid and e.objid = d.objoid and e.deptype = 'e')
      and not exists (select from pg_index as i inner join pg_class as c on c.oid = i.indrelid
        where d.classoid = 'pg_class'::regclass and i.indexrelid = d.objoid and not ${isWhole})
    order by 1`,
];

/** Materialized views are filled last, in the order in which they read each other. */
export const refreshQuery = `
  select 'c' || c.oid, format('refresh materialized view %I.%I', n.nspname, c.relname)
  from pg_class as c inner join (${userSchemas}) as n on n.oid = c.relnamespace
  where c.relkind = 'm' and c.relispopulated`;
