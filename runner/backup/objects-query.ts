import { ofExtension, userSchemas } from "./user-objects.ts";

const typeOf = "format_type(a.atttypid, a.atttypmod)";
const collationOf = (chosen: string, type: string) => `(
  select format(' collate %I.%I', cn.nspname, co.collname)
  from pg_collation as co
  inner join pg_namespace as cn on cn.oid = co.collnamespace
  inner join pg_type as ty on ty.oid = ${type}
  where co.oid = ${chosen} and co.oid <> ty.typcollation)`;

const sequenceOptions = `format(
  'increment %s minvalue %s maxvalue %s start %s cache %s%s',
  s.seqincrement, s.seqmin, s.seqmax, s.seqstart, s.seqcache,
  case when s.seqcycle then ' cycle' else ' no cycle' end)`;

// In a partition the identity is that of its table.
const identity = `(
  select format(
    ' generated %s as identity (sequence name %I.%I %s)',
    case a.attidentity when 'a' then 'always' else 'by default' end,
    sn.nspname, sc.relname, ${sequenceOptions})
  from pg_depend as d
  inner join pg_sequence as s on s.seqrelid = d.objid
  inner join pg_class as sc on sc.oid = d.objid
  inner join pg_namespace as sn on sn.oid = sc.relnamespace
  where d.classid = 'pg_class'::regclass and d.refobjid = a.attrelid
    and d.refobjsubid = a.attnum and d.deptype = 'i' and a.attidentity <> ''
    and not c.relispartition)`;

const columns = `(
  select string_agg(
    format('%I %s', a.attname, ${typeOf}) || coalesce(${collationOf("a.attcollation", "a.atttypid")}, '') || case
      when a.attgenerated <> '' then format(
        ' generated always as (%s) %s', pg_get_expr(ad.adbin, ad.adrelid),
        case a.attgenerated when 's' then 'stored' else 'virtual' end)
      when ad.oid is not null then ' default ' || pg_get_expr(ad.adbin, ad.adrelid)
      else coalesce(${identity}, '')
    end || case when a.attnotnull and c.relkind <> 'c' then coalesce((
      select case when k.convalidated then
        format(' constraint %I not null%s', k.conname, case when k.connoinherit then ' no inherit' else '' end)
        else '' end
      from pg_constraint as k
      where k.conrelid = c.oid and k.contype = 'n' and k.conkey = array[a.attnum]), ' not null')
      else '' end,
    ', ' order by a.attnum)
  from pg_attribute as a
  left join pg_attrdef as ad on ad.adrelid = a.attrelid and ad.adnum = a.attnum
  where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped)`;

const options = `coalesce(
  ' with (' || (
    select string_agg(format('%s%I=%L', o.place, o.option_name, o.option_value), ', ')
    from (
      select '' as place, own.* from pg_options_to_table(c.reloptions) as own
      union all
      select 'toast.', its.* from pg_class as x cross join lateral pg_options_to_table(x.reloptions) as its
      where x.oid = c.reltoastrelid) as o) || ')', '')`;

const name = "format('%I.%I', n.nspname, c.relname)";

// Newer versions refuse it for a table with partitions, where it means nothing.
const unlogged =
  "case when c.relpersistence = 'u' and c.relkind <> 'p' then 'unlogged ' else '' end";

const method = `coalesce((
  select format(' using %I', am.amname) from pg_am as am where am.oid = c.relam and am.amname <> 'heap'), '')`;

const relations = `
  select 'c' || c.oid as key, case c.relkind
    when 'c' then format('create type %s as (%s)', ${name}, coalesce(${columns}, ''))
    when 'S' then (
      select format('create %ssequence %s as %s ', ${unlogged}, ${name}, s.seqtypid::regtype) || ${sequenceOptions}
      from pg_sequence as s where s.seqrelid = c.oid)
    when 'v' then format('create view %s%s as %s', ${name}, ${options}, rtrim(pg_get_viewdef(c.oid), ';'))
    when 'm' then format(
      'create materialized view %s%s%s as %s with no data', ${name}, ${method}, ${options}, rtrim(pg_get_viewdef(c.oid), ';'))
    else format(
      'create %stable %s (%s)%s%s%s', ${unlogged}, ${name}, coalesce(${columns}, ''),
      case when c.relkind = 'p' then ' partition by ' || pg_get_partkeydef(c.oid) else '' end, ${method}, ${options})
  end as statement
  from pg_class as c
  inner join (${userSchemas}) as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'S', 'c') and c.relpersistence <> 't'
    and not ${ofExtension("pg_class", "c.oid")}
    and not exists (
      select from pg_depend as d
      where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'i' and c.relkind = 'S')`;

const routines = `
  select 'p' || p.oid, pg_get_functiondef(p.oid)
  from pg_proc as p
  inner join (${userSchemas}) as n on n.oid = p.pronamespace
  where p.prokind in ('f', 'p', 'w') and not ${ofExtension("pg_proc", "p.oid")}`;

const types = `
  select 't' || t.oid, case t.typtype
    when 'e' then format('create type %I.%I as enum (%s)', n.nspname, t.typname, (
      select string_agg(quote_literal(enumlabel), ', ' order by enumsortorder)
      from pg_enum where enumtypid = t.oid))
    else format('create domain %I.%I as %s', n.nspname, t.typname, format_type(t.typbasetype, t.typtypmod))
      || coalesce(${collationOf("t.typcollation", "t.typbasetype")}, '')
      || coalesce(' default ' || pg_get_expr(t.typdefaultbin, 0), '')
      || case when t.typnotnull then coalesce((
        select format(' constraint %I', conname) from pg_constraint where contypid = t.oid and contype = 'n'), '')
        || ' not null' else '' end
      || coalesce((
        select string_agg(format(' constraint %I %s', conname, pg_get_constraintdef(oid)), '' order by conname)
        from pg_constraint where contypid = t.oid and contype = 'c' and convalidated), '')
  end
  from pg_type as t
  inner join (${userSchemas}) as n on n.oid = t.typnamespace
  where t.typtype in ('e', 'd') and not ${ofExtension("pg_type", "t.oid")}`;

/** Objects that others build on, each with its statement: `key`, `statement`. Without search path. */
export const objectsQuery = `
  select key, statement from (${relations} union all ${routines} union all ${types}) as o (key, statement)
  order by left(key, 1), substr(key, 2)::bigint`;

/**
 * What each of them builds on: `key`, `parent`, which for a constraint of a table begins with `k`. The
 * default of a serial column is no such edge.
 */
export const dependenciesQuery = `
  with places as (
    select 'pg_class'::regclass as classid, oid as objid, 'c' || oid as key from pg_class
    union all select 'pg_proc'::regclass, oid, 'p' || oid from pg_proc
    union all select 'pg_attrdef'::regclass, oid, 'c' || adrelid from pg_attrdef
    union all select 'pg_rewrite'::regclass, oid, 'c' || ev_class from pg_rewrite
    union all select 'pg_constraint'::regclass, oid, case when contypid <> 0 then 't' || contypid else 'k' || oid end
    from pg_constraint
    union all
    select 'pg_type'::regclass, t.oid, case
      when coalesce(e.typrelid, t.typrelid) <> 0 then 'c' || coalesce(e.typrelid, t.typrelid)
      else 't' || coalesce(e.oid, t.oid) end
    from pg_type as t
    left join pg_type as e on e.oid = t.typelem and t.typcategory = 'A' and t.typtype = 'b')
  select distinct c.key, p.key
  from pg_depend as d
  inner join places as c on c.classid = d.classid and c.objid = d.objid
  inner join places as p on p.classid = d.refclassid and p.objid = d.refobjid
  where c.key <> p.key and d.deptype in ('n', 'a', 'i')
    and not (d.deptype in ('a', 'i') and exists (select from pg_sequence where 'c' || seqrelid = c.key))`;

/** Schemas and extensions, before everything else; an extension after those that it needs. */
export const firstQuery = `
  with recursive needs (oid, place) as (
    select oid, 1 from pg_extension
    union
    select d.objid, needs.place + 1
    from needs
    inner join pg_depend as d on d.refclassid = 'pg_extension'::regclass and d.refobjid = needs.oid
      and d.classid = 'pg_extension'::regclass)
  select statement from (
    select 0 as place, nspname as name, format('create schema if not exists %I', nspname) as statement
    from (${userSchemas}) as n where not ${ofExtension("pg_namespace", "n.oid")}
    union all
    select (select max(place) from needs where needs.oid = e.oid), e.extname,
      format('create extension if not exists %I with schema %I', e.extname, x.nspname)
    from pg_extension as e
    inner join pg_namespace as x on x.oid = e.extnamespace
    where e.extname <> 'plpgsql') as first
  order by place, name`;

/** Partitions are attached while they are empty. */
export const attachQuery = `
  with recursive tree as (
    select c.oid, 0 as depth from pg_class as c
    inner join (${userSchemas}) as n on n.oid = c.relnamespace
    where c.relkind = 'p' and not c.relispartition
    union all
    select i.inhrelid, tree.depth + 1 from tree inner join pg_inherits as i on i.inhparent = tree.oid)
  select format('alter table %I.%I attach partition %I.%I %s', pn.nspname, p.relname, n.nspname, c.relname,
    pg_get_expr(c.relpartbound, c.oid))
  from tree
  inner join pg_class as c on c.oid = tree.oid
  inner join pg_namespace as n on n.oid = c.relnamespace
  inner join pg_inherits as i on i.inhrelid = c.oid
  inner join pg_class as p on p.oid = i.inhparent
  inner join pg_namespace as pn on pn.oid = p.relnamespace
  order by tree.depth, 1`;

/**
 * The tables that hold rows themselves: name, the columns that a copy holds, and for a table of an
 * extension which of its rows are of the user: the others come with the extension. A column of transaction
 * ids is left out where its default gives the present one: the ids mean nothing in another cluster, so
 * the rows name the transaction that restores them.
 */
export const tablesQuery = `
  select format('%I.%I', n.nspname, c.relname), (
    select string_agg(quote_ident(a.attname), ', ' order by a.attnum)
    from pg_attribute as a
    left join pg_attrdef as d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
      and not (a.atttypid = 'xid8'::regtype and a.attnotnull
        and coalesce(pg_get_expr(d.adbin, d.adrelid), '') = 'pg_current_xact_id()')),
    e.extcondition[array_position(e.extconfig, c.oid)]
  from pg_class as c
  inner join (${userSchemas}) as n on n.oid = c.relnamespace
  left join pg_extension as e on c.oid = any (e.extconfig)
  where c.relkind = 'r' and c.relpersistence <> 't' and (e.oid is not null or not ${ofExtension("pg_class", "c.oid")})
  order by 1`;

/** Sequences, those of identity columns included, by name. */
export const sequencesQuery = `
  select format('%I.%I', n.nspname, c.relname)
  from pg_class as c inner join (${userSchemas}) as n on n.oid = c.relnamespace
  where c.relkind = 'S' order by 1`;

/**
 * The statement that brings the sequence of that name where it is. pg_sequences tells neither a start
 * that was set and not used, nor anything of a sequence that the role may not read: reading that one is
 * an error.
 */
export const positionQuery = (sequence: string) => `
  select format('select pg_catalog.setval(%L, %s, %L)', $1::text, last_value, is_called) from ${sequence}`;
