import { relationOf } from "./user-objects.ts";

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
