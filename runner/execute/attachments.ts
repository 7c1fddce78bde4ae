import type { Session } from "../database/database.ts";
import { qualifiedName, quoteLiteral } from "../database/identifiers.ts";
import { SqlFailure } from "../errors.ts";
import { type Target, targetName } from "../target.ts";
import { readRelation } from "./relation.ts";

/** Something that others hung on a relation, as the statement that puts it back. */
export interface Attachment {
  statement: string;
  /** Set when it belongs to a column that may be gone. */
  column: string | null;
  /** Set when it fits one kind of relation only. */
  kind: string | null;
}

/**
 * The owner, grants (also on columns) and comments of a relation, which are lost when it is dropped.
 * Throws when it has triggers or policies: these cannot be put back in general.
 */
export async function readAttachments(session: Session, target: Target): Promise<Attachment[]> {
  const name = quoteLiteral(qualifiedName(target));
  const foreign = await session.query(`
    select 'trigger ' || quote_ident(tgname) from pg_trigger
    where tgrelid = to_regclass(${name}) and not tgisinternal
    union all
    select 'policy ' || quote_ident(polname) from pg_policy where polrelid = to_regclass(${name})`);
  if (foreign.rows.length > 0) {
    throw new SqlFailure({
      message: `${targetName(target)} has to be made anew and would lose ${foreign.rows.flat().join(", ")}`,
      hint: "drop them first, and create them in post_operations",
    });
  }
  const { rows } = await session.query(attachmentsQuery(name));
  return rows.map(([statement, column = null, kind = null]) => ({
    statement: statement ?? "",
    column,
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
    ({ column, kind }) =>
      (column === null || columns.has(column)) && (kind === null || kind === relation?.kind),
  );
  if (fitting.length > 0)
    await session.query(fitting.map(({ statement }) => statement).join(";\n"));
}

// `alter table … owner` works for views too; the owner comes only when it is not ourselves.
function attachmentsQuery(name: string): string {
  const role =
    "case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end";
  const option = "case when a.is_grantable then ' with grant option' else '' end";
  return `
    with relation as (
      select *, case relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end as kind
      from pg_class where oid = to_regclass(${name})
    )
    select format('alter table %s owner to %I', ${name}, pg_get_userbyid(relowner)), null, null
    from relation where pg_get_userbyid(relowner) <> current_user
    union all
    select format('grant %s on %s to %s%s', a.privilege_type, ${name}, ${role}, ${option}), null, null
    from relation as c, aclexplode(c.relacl) as a where a.grantee <> c.relowner
    union all
    select format('grant %s (%I) on %s to %s%s', a.privilege_type, t.attname, ${name}, ${role}, ${option}),
      t.attname, null
    from relation as c
    join pg_attribute as t on t.attrelid = c.oid and not t.attisdropped,
      aclexplode(t.attacl) as a
    union all
    select format('comment on %s %s is %L', c.kind, ${name}, d.description), null, c.kind
    from relation as c
    join pg_description as d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass and d.objsubid = 0
    union all
    select format('comment on column %s.%I is %L', ${name}, t.attname, d.description), t.attname, c.kind
    from relation as c
    join pg_description as d on d.objoid = c.oid and d.classoid = 'pg_class'::regclass
    join pg_attribute as t on t.attrelid = c.oid and t.attnum = d.objsubid and d.objsubid > 0`;
}
