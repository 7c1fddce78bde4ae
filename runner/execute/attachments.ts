import type { Session } from "../database/database.ts";
import { qualifiedName, quoteLiteral } from "../database/identifiers.ts";
import { SqlFailure } from "../errors.ts";
import { type Target, targetName } from "../target.ts";
import { readRelation } from "./relation.ts";

/** Something that others hung on a relation, as the statement that puts it back. */
export interface Attachment {
  statement: string;
  /** What it needs of the relation's columns, of which some may be gone. */
  columns: string[];
  /** Set when it fits one kind of relation only. */
  kind: string | null;
}

/**
 * The owner, grants (also on columns) and comments of a relation, and the indexes of a materialized
 * view, which are lost when it is dropped. The statements put them on `onto`. Throws when it has
 * triggers or policies: these cannot be put back in general.
 */
export async function readAttachments(
  session: Session,
  target: Target,
  onto: Target = target,
): Promise<Attachment[]> {
  const name = quoteLiteral(qualifiedName(target));
  const foreign = await session.query(`
    select 'trigger ' || quote_ident(tgname) from pg_trigger
    where tgrelid = to_regclass(${name}) and not tgisinternal and tgparentid = 0
    union all
    select 'policy ' || quote_ident(polname) from pg_policy where polrelid = to_regclass(${name})`);
  if (foreign.rows.length > 0) {
    throw new SqlFailure({
      message: `${targetName(target)} has to be made anew and would lose ${foreign.rows.flat().join(", ")}`,
      hint: "drop them first, and create them in post_operations",
    });
  }
  const { rows } = await session.query(attachmentsQuery(name, quoteLiteral(qualifiedName(onto))));
  return rows.map(([statement, columns, kind = null]) => ({
    statement: statement ?? "",
    columns: JSON.parse(columns ?? "[]") as string[],
    kind,
  }));
}

/** Puts back what still fits the relation as it is now. */
export async function putBackAttachments(
  session: Session,
  target: Target,
  attachments: readonly Attachment[],
): Promise<void> {
  if (attachments.length === 0) return;
  const relation = await readRelation(session, target);
  const columns = new Set(relation?.columns.map(({ name }) => name));
  const fitting = attachments.filter(
    ({ columns: needed, kind }) =>
      needed.every((column) => columns.has(column)) && (kind === null || kind === relation?.kind),
  );
  if (fitting.length > 0)
    await session.query(fitting.map(({ statement }) => statement).join(";\n"));
}

// `alter table … owner` works for views too; the owner comes only when it is not ourselves.
function attachmentsQuery(name: string, onto: string): string {
  const role =
    "case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end";
  const option = "case when a.is_grantable then ' with grant option' else '' end";
  return `
    with relation as (
      select *, case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind
      from pg_class where oid = to_regclass(${name})
    )
    select format('alter table %s owner to %I', ${onto}, pg_get_userbyid(relowner)), null::jsonb, null
    from relation where pg_get_userbyid(relowner) <> current_user
    union all
    select format('grant %s on %s to %s%s', a.privilege_type, ${onto}, ${role}, ${option}), null, null
    from relation as c, aclexplode(c.relacl) as a where a.grantee <> c.relowner
    union all
    select format('grant %s (%I) on %s to %s%s', a.privilege_type, t.attname, ${onto}, ${role}, ${option}),
      jsonb_build_array(t.attname), null
    from relation as c
    join pg_attribute as t on t.attrelid = c.oid and not t.attisdropped,
      aclexplode(t.attacl) as a
    union all
    select format('comment on %s %s is %L', c.kind, ${onto}, d.description), null, c.kind
    from relation as c
    join pg_description as d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = 0
    union all
    select format('comment on column %s.%I is %L', ${onto}, t.attname, d.description),
      jsonb_build_array(t.attname), c.kind
    from relation as c
    join pg_description as d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass
    join pg_attribute as t on t.attrelid = c.oid and t.attnum = d.objsubid and d.objsubid > 0
    union all
    select pg_get_indexdef(i.indexrelid) || coalesce(
        format('; comment on index %s is %L', i.indexrelid::regclass, obj_description(i.indexrelid)), ''),
      (select coalesce(jsonb_agg(distinct t.attname), '[]') from pg_depend as d
        join pg_attribute as t on t.attrelid = d.refobjid and t.attnum = d.refobjsubid
        where d.classid = 'pg_class'::regclass and d.objid = i.indexrelid
          and d.refclassid = 'pg_class'::regclass and d.refobjid = c.oid and d.refobjsubid > 0),
      c.kind
    from relation as c
    join pg_index as i on i.indrelid = c.oid and i.indisvalid
    where c.relkind = 'm'`;
}
