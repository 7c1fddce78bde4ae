import { attribute, column, columnsOf, named, type Part } from "./part.ts";

const role = "case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end";
const option = "case when a.is_grantable then ' with grant option' else '' end";

/** The owner, and who may do what. */
export const ownerAndGrants: Part[] = [
  {
    what: "'the owner'",
    phase: "build",
    statement: "format('alter table %s owner to %I', onto, pg_get_userbyid(relowner))",
    kind: "null",
    from: "where pg_get_userbyid(relowner) <> current_user",
  },
  {
    what: "'grants'",
    phase: "build",
    statement: `format('revoke %s on %s from %I', d.privilege_type, onto, pg_get_userbyid(relowner))`,
    kind: "null",
    from: `join aclexplode(acldefault('r', c.relowner)) as d on c.relacl is not null
      where not exists (select from aclexplode(c.relacl) as a
        where a.grantee = c.relowner and a.privilege_type = d.privilege_type)`,
  },
  {
    what: "'grants'",
    phase: "build",
    statement: `format('grant %s on %s to %s%s', a.privilege_type, onto, ${role}, ${option})`,
    kind: "null",
    from: ", aclexplode(c.relacl) as a where a.grantee <> c.relowner",
  },
  {
    what: "'grants on columns'",
    phase: "build",
    statement: `format('grant %s (%I) on %s to %s%s', a.privilege_type, t.attname, onto, ${role}, ${option})`,
    columns: column,
    kind: "null",
    mayGo: "true",
    from: `${attribute}, aclexplode(t.attacl) as a`,
  },
];

/** Sequences that go when their column goes. */
export const sequences: Part[] = [
  {
    what: "format('sequence %s', s.oid::regclass)",
    phase: "handover",
    statement: "format('alter sequence %s owned by %s.%I', s.oid::regclass, onto, t.attname)",
    columns: column,
    from: `join pg_depend as d on d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid
        and d.classid = 'pg_class'::regclass and d.deptype = 'a'
      join pg_class as s on s.oid = d.objid and s.relkind = 'S'
      join pg_attribute as t on t.attrelid = c.oid and t.attnum = d.refobjsubid`,
  },
];

/** Row level security and its policies. */
export const rowSecurity: Part[] = [
  {
    what: "'row level security'",
    phase: "finish",
    statement: "format('alter table %s enable row level security', self)",
    from: "where c.relrowsecurity",
  },
  {
    what: "'row level security'",
    phase: "finish",
    statement: "format('alter table %s force row level security', self)",
    from: "where c.relforcerowsecurity",
  },
  {
    what: named("policy", "p.polname"),
    phase: "finish",
    statement: `format('create policy %I on %s as %s for %s to %s', p.polname, self,
      case when p.polpermissive then 'permissive' else 'restrictive' end,
      case p.polcmd when 'r' then 'select' when 'a' then 'insert' when 'w' then 'update' when 'd' then 'delete' else 'all' end,
      (select string_agg(case r when 0 then 'public' else quote_ident(pg_get_userbyid(r)) end, ', ') from unnest(p.polroles) as r))
      || coalesce(' using (' || pg_get_expr(p.polqual, p.polrelid) || ')', '')
      || coalesce(' with check (' || pg_get_expr(p.polwithcheck, p.polrelid) || ')', '')`,
    columns: columnsOf("pg_policy", "p.oid"),
    from: "join pg_policy as p on p.polrelid = c.oid",
  },
];
