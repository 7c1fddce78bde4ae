import { ofExtension, relationOf, userSchemas } from "./user-objects.ts";

const ofTable = `exists (
  select from pg_depend as d
  where d.classid = 'pg_class'::regclass and d.objid = c.oid and c.relkind = 'S' and d.deptype in ('i', 'a')
    and d.refobjsubid > 0)`;

/** Objects with rights or another owner: what, kind (null where the owner is that of a table), name, owner, rights. */
const owned = `
  select case when c.relkind = 'S' then 'sequence' else 'table' end as what,
    case when c.relkind = 'v' then 'view' when c.relkind = 'm' then 'materialized view'
      when c.relkind <> 'S' then 'table' when not ${ofTable} then 'sequence' end as kind,
    format('%I.%I', n.nspname, c.relname) as name, c.relowner as owner, c.relacl as rights, '' as columns
  from pg_class as c inner join (${userSchemas}) as n on n.oid = c.relnamespace
  where c.relkind in ('r', 'p', 'v', 'm', 'S') and c.relpersistence <> 't'
    and not ${ofExtension("pg_class", "c.oid")}
  union all
  select 'table', null, format('%I.%I', n.nspname, c.relname), c.relowner, a.attacl,
    format(' (%I)', a.attname)
  from pg_attribute as a ${relationOf("a.attrelid")} where a.attacl is not null and a.attnum > 0
  union all
  select 'schema', 'schema', quote_ident(n.nspname), s.nspowner, s.nspacl, ''
  from (${userSchemas}) as n inner join pg_namespace as s on s.oid = n.oid
  union all
  select 'routine', 'routine', p.oid::regprocedure::text, p.proowner, p.proacl, ''
  from pg_proc as p inner join (${userSchemas}) as n on n.oid = p.pronamespace
  where not ${ofExtension("pg_proc", "p.oid")} and p.prokind <> 'a'
  union all
  select 'type', 'type', t.oid::regtype::text, t.typowner, t.typacl, ''
  from pg_type as t inner join (${userSchemas}) as n on n.oid = t.typnamespace
  left join pg_class as c on c.oid = t.typrelid
  where (t.typtype in ('e', 'd') or c.relkind = 'c') and not ${ofExtension("pg_type", "t.oid")}
  union all
  select 'statistics', 'statistics', format('%I.%I', sn.nspname, s.stxname), s.stxowner, null, ''
  from pg_statistic_ext as s ${relationOf("s.stxrelid")}
  inner join pg_namespace as sn on sn.oid = s.stxnamespace`;

const database = `
  select 'database' as what, 'database' as kind, quote_ident(datname) as name, datdba as owner, datacl as rights,
    '' as columns
  from pg_database where datname = current_database()`;

const rightsOf = (objects: string) => `
  select role, statement from (
  select null as role, format('revoke all%s on %s %s from public', columns, what, name) as statement from (${objects}) as o
  where rights is not null and columns = ''
  union all
  select r.rolname, format('grant %s%s on %s %s to %s%s', lower(x.privilege_type), columns, what, name,
    coalesce(quote_ident(r.rolname), 'public'),
    case when x.is_grantable then ' with grant option' else '' end)
  from (${objects}) as o
  cross join lateral aclexplode(o.rights) as x
  left join pg_roles as r on r.oid = x.grantee
  where x.grantee <> o.owner and coalesce(r.rolname, '') <> 'pg_database_owner'
    and (x.grantee = 0 or r.oid is not null)) as rights
  order by statement like 'revoke%' desc, statement`;

/** The rights of others: the role that gets one (null for everybody), and the statement. */
export const rightsQuery = rightsOf(owned);

/** Those to the database itself, by its name. */
export const databaseRightsQuery = rightsOf(database);

/** An entry of pg_db_role_setting as `name = value`; each name of a list stands in quotes. */
const assigned = `
  format('%I = %s', split_part(o, '=', 1), case
    when split_part(o, '=', 1) in (
      'search_path', 'temp_tablespaces', 'local_preload_libraries', 'session_preload_libraries')
    then (
      select string_agg(quote_literal(case when m[1] like '"%' then
        replace(substr(m[1], 2, length(m[1]) - 2), '""', '"') else m[1] end), ', ' order by place)
      from regexp_matches(substr(o, strpos(o, '=') + 1), '"(?:[^"]|"")*"|[^", ]+', 'g') with ordinality as f (m, place))
    else quote_literal(substr(o, strpos(o, '=') + 1)) end)`;

/** Roles of the whole server with their passwords, memberships and settings; for superusers. */
export const rolesQuery = `
  select format('create role %I with %s %s %s %s %s %s %s connection limit %s%s%s', rolname,
    case when rolsuper then 'superuser' else 'nosuperuser' end,
    case when rolinherit then 'inherit' else 'noinherit' end,
    case when rolcreaterole then 'createrole' else 'nocreaterole' end,
    case when rolcreatedb then 'createdb' else 'nocreatedb' end,
    case when rolcanlogin then 'login' else 'nologin' end,
    case when rolreplication then 'replication' else 'noreplication' end,
    case when rolbypassrls then 'bypassrls' else 'nobypassrls' end,
    rolconnlimit, format(' password %L', rolpassword), ' valid until ' || quote_literal(rolvaliduntil))
  from pg_authid where rolname !~ '^pg_' and oid <> 10
  union all
  select format('alter role %I password %L', rolname, rolpassword) from pg_authid
  where oid = 10 and rolpassword is not null
  union all
  select format('grant %I to %I%s', role, member, ' with ' || string_agg(option, ', ' order by option))
  from (
    select r.rolname as role, m.rolname as member, case
      when o.key <> 'admin_option' then replace(o.key, '_option', ' ') || bool_or(o.value::bool)
      when bool_or(o.value::bool) then 'admin option' end as option
    from pg_auth_members as a
    inner join pg_roles as r on r.oid = a.roleid
    inner join pg_roles as m on m.oid = a.member
    cross join lateral jsonb_each_text(to_jsonb(a)) as o
    where o.key like '%_option'
    group by r.rolname, m.rolname, o.key) as memberships
  group by role, member
  union all
  select format('alter role %s set ', coalesce(quote_ident(r.rolname), 'all')) || ${assigned}
  from pg_db_role_setting as s left join pg_roles as r on r.oid = s.setrole
  cross join lateral unnest(s.setconfig) as o where s.setdatabase = 0`;

/**
 * The settings of this database, which may have another name where it is restored: the role that has one
 * there (null for everybody), and the statement.
 */
export const settingsQuery = `
  select r.rolname, format('do %L', format('begin execute pg_catalog.format(%L, pg_catalog.current_database()); end',
    coalesce('alter role ' || replace(quote_ident(r.rolname), '%', '%%') || ' in database', 'alter database')
      || ' %I set ' || replace(${assigned}, '%', '%%')))
  from pg_db_role_setting as s
  inner join pg_database as d on d.oid = s.setdatabase
  left join pg_roles as r on r.oid = s.setrole
  cross join lateral unnest(s.setconfig) as o
  where d.datname = current_database() and (s.setrole = 0 or r.oid is not null)
  order by 1 nulls first, 2`;

/** Who owns the objects of a database and itself, for superusers. */
export const ownersQuery = `
  select format('alter %s %s owner to %I', kind, name, r.rolname)
  from (${owned} union all ${database}) as o inner join pg_roles as r on r.oid = o.owner
  where kind is not null and o.owner <> 10 and r.rolname !~ '^pg_'`;
