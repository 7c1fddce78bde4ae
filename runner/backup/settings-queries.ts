import { isWhole, relationOf } from "./user-objects.ts";

/** How the columns of relations of these kinds are kept and counted, and what the columns of views default to. */
export const columnSettings = (kinds: string) => `
  select format('alter table only %I.%I alter column %I %s', n.nspname, c.relname, a.attname, s.setting)
  from pg_attribute as a ${relationOf("a.attrelid")}
  inner join pg_type as t on t.oid = a.atttypid
  left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum and c.relkind = 'v'
  cross join lateral (values
    (case when a.attstattarget <> -1 then 'set statistics ' || a.attstattarget end),
    (case when a.attstorage <> t.typstorage then 'set storage ' || case a.attstorage
      when 'p' then 'plain' when 'e' then 'external' when 'm' then 'main' else 'extended' end end),
    (case a.attcompression when 'p' then 'set compression pglz' when 'l' then 'set compression lz4' end),
    (format('set (%s)', (
      select string_agg(format('%I=%L', option_name, option_value), ', ') from pg_options_to_table(a.attoptions)))),
    ('set default ' || pg_get_expr(d.adbin, d.adrelid))) as s (setting)
  where c.relkind in (${kinds}) and a.attnum > 0 and not a.attisdropped and s.setting <> 'set ()'
  order by 1`;

const ofIndex = `
  from pg_index as i ${relationOf("i.indrelid")}
  inner join pg_class as x on x.oid = i.indexrelid and ${isWhole}`;

/** What is set for indexes, and by them for tables, when they are there. */
export const indexSettings = [
  `select format('alter index %I.%I set (%s)', n.nspname, x.relname, (
      select string_agg(format('%I=%L', option_name, option_value), ', ') from pg_options_to_table(x.reloptions)))
    ${ofIndex} where x.reloptions is not null and x.relkind = 'i'
      and exists (select from pg_constraint as k where k.conindid = x.oid and k.contype in ('p', 'u', 'x')) order by 1`,
  `select format('alter index %I.%I alter column %s set statistics %s', n.nspname, x.relname, a.attnum, a.attstattarget)
    ${ofIndex} inner join pg_attribute as a on a.attrelid = x.oid where a.attstattarget <> -1 order by 1`,
  `select format('alter table %I.%I cluster on %I', n.nspname, c.relname, x.relname)
    ${ofIndex} where i.indisclustered order by 1`,
  `select format('alter table %I.%I replica identity %s', n.nspname, c.relname, case c.relreplident
      when 'f' then 'full' else coalesce('using index ' || quote_ident(x.relname), 'nothing') end)
    from pg_class as r ${relationOf("r.oid")}
    left join pg_index as i on i.indrelid = c.oid and i.indisreplident and c.relreplident = 'i'
    left join pg_class as x on x.oid = i.indexrelid
    where c.relreplident in ('f', 'i', 'n') and c.relkind in ('r', 'p') order by 1`,
];
