import type { QueryResult, Session } from "../../database/database.ts";
import { ActionFailure, SqlFailure } from "../../errors.ts";
import { qualifiedName, quoteLiteral } from "../../names/identifiers.ts";
import type { RelationKind } from "../../target.ts";
import { type Target, targetName } from "../../target.ts";
import { refuseLosses } from "../refuse-losses.ts";
import { attachmentsQuery } from "./attachments-query.ts";

/**
 * Something attached to a relation, as the statement that puts it on the relation's replacement.
 */
export interface Attachment {
  /** In words: `index orders_id`. */
  what: string;
  /**
   * `build`: on the new relation before it has the old one's name. `handover`: right before the old
   * one goes. `finish`: when the new one has the name.
   */
  phase: "build" | "handover" | "finish";
  statement: string;
  /** The columns of the relation that it needs. */
  columns: string[];
  /** The kind of relation that it needs; null when any will do. */
  kind: RelationKind | null;
  /**
   * May be dropped silently together with the column or kind that it needs: a grant on a column, a
   * declared object.
   */
  mayGo: boolean;
}

/** What a relation is or is to become, as far as attachments need to know it. */
export interface Shape {
  kind: RelationKind;
  columns: readonly { name: string }[];
}

/**
 * Reads everything attached to a relation that a drop would lose: owner, grants, comments, indexes,
 * constraints, policies, triggers, statistics, publications and the like. Attachments that are
 * built early are put on `onto`, which gets the relation's name in the end.
 */
export async function readAttachments(
  session: Session,
  target: Target,
  onto: Target = target,
): Promise<Attachment[]> {
  const names = [target, onto].map(qualifiedName);
  return attachmentsIn(await session.catalogue(attachmentsQuery, names));
}

function attachmentsIn({ rows }: QueryResult): Attachment[] {
  return rows.map(([what, phase, statement, columns, kind = null, mayGo]) => ({
    what: what ?? "",
    phase: phase as Attachment["phase"],
    statement: statement ?? "",
    columns: JSON.parse(columns ?? "[]") as string[],
    kind: kind as RelationKind | null,
    mayGo: mayGo === "true",
  }));
}

/** Those that fit a relation of that shape. */
export function fitting(attachments: readonly Attachment[], shape: Shape): Attachment[] {
  return attachments.filter((each) => misfit(each, shape) === undefined);
}

/** In words, those that do not fit and may not go: `index orders_price, which needs price`. */
export function misfits(attachments: readonly Attachment[], shape: Shape): string[] {
  const found = attachments.flatMap((each) => {
    const why = each.mayGo ? undefined : misfit(each, shape);
    return why === undefined ? [] : [`${each.what} (needs ${why})`];
  });
  return [...new Set(found)];
}

function misfit({ columns, kind }: Attachment, shape: Shape): string | undefined {
  const missing = columns.filter((name) => !shape.columns.some((column) => column.name === name));
  if (missing.length > 0) return missing.map((name) => `column "${name}"`).join(", ");
  return kind === null || kind === shape.kind ? undefined : `a ${kind}`;
}

/** Takes away what default privileges have given to others on a new relation. */
export async function clearPrivileges(session: Session, relation: Target): Promise<void> {
  const name = qualifiedName(relation);
  const { rows } = await session.query(`
    select format('revoke all on %s from %s', ${quoteLiteral(name)}, string_agg(distinct
      case a.grantee when 0 then 'public' else quote_ident(pg_get_userbyid(a.grantee)) end, ', '))
    from pg_class as c, aclexplode(c.relacl) as a
    where c.oid = to_regclass(${quoteLiteral(name)}) and a.grantee <> c.relowner
    having count(*) > 0`);
  for (const [statement] of rows) await session.query(statement ?? "");
}

/**
 * Puts attachments on a relation. When PostgreSQL refuses one, the error names it and the relation.
 */
export async function attach(
  session: Session,
  target: Target,
  attachments: readonly Attachment[],
): Promise<void> {
  for (const { what, statement } of attachments) {
    try {
      await session.query(statement);
    } catch (error) {
      if (!(error instanceof SqlFailure)) throw error;
      throw new ActionFailure(
        {
          ...error.error,
          message: `${targetName(target)} was not changed: it would lose ${what}: ${error.error.message}`,
          hint: error.error.hint ?? `drop ${what} first, or keep what it needs in the query`,
        },
        error,
      );
    }
  }
}

/**
 * Puts the owner, grants and comments of a partition on the new partition that replaces it;
 * everything else comes from the partitioned table, and the triggers that log changes for followers from
 * the next run of these. Throws when the old partition has other attachments.
 */
export async function copyPrivileges(session: Session, from: Target, onto: Target): Promise<void> {
  const all = await readAttachments(session, from, onto);
  const own = all.filter(
    ({ phase, what }) =>
      phase === "finish" && /^(trigger (?!dataform_changes_)|policy |rule )/.test(what),
  );
  refuseLosses(from, [...new Set(own.map(({ what }) => what))]);
  await clearPrivileges(session, onto);
  const isShared = ({ what }: Attachment) => /^(the owner|grants)/.test(what);
  await attach(session, from, all.filter(isShared));
  const { rows } = await session.query(
    commentsQuery(quoteLiteral(qualifiedName(from)), quoteLiteral(qualifiedName(onto))),
  );
  for (const [statement] of rows) await session.query(statement ?? "");
}

function commentsQuery(from: string, onto: string): string {
  return `
    select case d.objsubid when 0 then format('comment on table %s is %L', ${onto}::text, d.description)
      else format('comment on column %s.%I is %L', ${onto}::text, a.attname, d.description) end
    from pg_description as d
    left join pg_attribute as a on a.attrelid = d.objoid and a.attnum = d.objsubid
    where d.classoid = 'pg_class'::regclass and d.objoid = to_regclass(${from})`;
}
