import { firstOfUsers, userSchemas } from "./user-objects.ts";

/** Those that users have made in no schema: catalogue, oid. */
const outsideOfSchemas = [
  ...["pg_cast", "pg_language", "pg_am", "pg_transform", "pg_foreign_data_wrapper"],
  ...["pg_foreign_server", "pg_publication", "pg_event_trigger"],
]
  .map((name) => `select '${name}'::regclass, oid from ${name} where oid >= ${firstOfUsers}`)
  .join(" union all ");

/** What no dump of ours can hold, in words of PostgreSQL. */
export const refusedQuery = `
  with n as (${userSchemas}),
  found (classid, oid) as (
    select 'pg_class'::regclass, c.oid from pg_class as c
    where c.relnamespace in (select oid from n)
      and (c.relkind = 'f' or exists (
        select from pg_inherits where inhrelid = c.oid and not c.relispartition and c.relkind = 'r'))
    union all
    select 'pg_proc'::regclass, p.oid from pg_proc as p
    where p.pronamespace in (select oid from n) and p.prokind = 'a'
    union all
    select 'pg_type'::regclass, t.oid from pg_type as t
    where t.typnamespace in (select oid from n) and t.typtype in ('r', 'b', 'p')
      and not exists (select from pg_type as e where e.typarray = t.oid)
    union all
    select 'pg_rewrite'::regclass, r.oid from pg_rewrite as r
    inner join pg_class as c on c.oid = r.ev_class
    where c.relnamespace in (select oid from n) and r.rulename <> '_RETURN'
    union all
    select d.classid, d.objid from pg_depend as d
    where d.refclassid = 'pg_namespace'::regclass and d.refobjid in (select oid from n)
      and d.classid not in (
        'pg_class'::regclass, 'pg_proc'::regclass, 'pg_type'::regclass, 'pg_constraint'::regclass,
        'pg_statistic_ext'::regclass, 'pg_extension'::regclass, 'pg_default_acl'::regclass)
    union all ${outsideOfSchemas}
    union all select 'pg_user_mapping'::regclass, umid from pg_user_mappings
    union all select 'pg_subscription'::regclass, s.oid from pg_subscription as s
    inner join pg_database as d on d.oid = s.subdbid where d.datname = current_database()
    union all select 'pg_largeobject'::regclass, oid from pg_largeobject_metadata
    union all select 'pg_default_acl'::regclass, oid from pg_default_acl),
  named as (
    select pg_describe_object(classid, oid, 0) as name
    from found
    where not exists (
      select from pg_depend as e
      where e.classid = found.classid and e.objid = found.oid and e.deptype = 'e')
    union
    -- PostgreSQL gives the foreign keys of partitions their names.
    select 'comment on ' || pg_describe_object(d.classoid, d.objoid, 0)
    from pg_description as d inner join pg_constraint as k on k.oid = d.objoid
    where d.classoid = 'pg_constraint'::regclass and k.contype = 'f' and k.conparentid <> 0
    union
    -- The rows of a table follow one line that names it.
    select 'line break in a name of ' || pg_describe_object('pg_class'::regclass, c.oid, 0)
    from pg_class as c inner join n on n.oid = c.relnamespace
    where c.relkind = 'r' and (concat(n.nspname, c.relname) ~ '\\n' or exists (
      select from pg_attribute as a
      where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attname ~ '\\n'))
    union
    select 'security label of ' || pg_describe_object(classoid, objoid, objsubid) from pg_seclabel)
  select name from named order by 1`;
