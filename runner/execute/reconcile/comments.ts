import type { Session } from "../../database/database.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../../names/identifiers.ts";
import { shortHash } from "../../names/short-hash.ts";
import type { Comments } from "../../plan/execution-graph.ts";
import type { Relation } from "../../relation/relation.ts";
import type { Target } from "../../target.ts";
import { nearestNames } from "../../text/nearest-names.ts";
import { forget, remember } from "./memory.ts";

/** What is to be done so that the comments of a relation are its descriptions. */
export interface CommentChanges {
  statements: string[];
  /** A sentence for each comment that is removed and for each described column that the relation does not have. */
  told: string[];
}

/**
 * Compares the descriptions of an action with the comments on its relation and columns. Comments that an earlier run has
 * set and that the action no longer describes are to be removed, unless they were changed by hand. `known`: what
 * the relation has, when that was read before.
 */
export async function readCommentChanges(
  session: Session,
  target: Target,
  comments: Comments,
  {
    canRemember,
    known,
  }: { canRemember: boolean; known?: Promise<Commented | undefined> | undefined },
): Promise<CommentChanges> {
  const { remembered = [] } = comments;
  if (!areManaged(comments)) return noChanges;
  const relation = await (known ?? readCommented(session, target));
  if (!relation) return noChanges;
  const { set, unset } = commentChanges(relation, comments);
  const isKept = ({ column, hash }: { column: string; hash: string }) =>
    set.some((each) => each.column === column && shortHash(each.text) === hash);
  const memory = canRemember
    ? [
        ...remembered
          .filter((each) => !isKept(each))
          .map((each) => forget(target, asRemembered(each.column, each.hash))),
        ...set
          .map(({ column, text }) => ({ column, hash: shortHash(text) }))
          .filter(
            ({ column, hash }) =>
              !remembered.some((each) => each.column === column && each.hash === hash),
          )
          .map(({ column, hash }) => remember(target, asRemembered(column, hash))),
      ]
    : [];
  const statements = [
    ...set
      .filter(({ isNew }) => isNew)
      .map(({ column, text }) => comment(relation, target, column, text)),
    ...unset.map((column) => comment(relation, target, column, null)),
    ...memory,
  ];
  const removed = unset.map(
    (column) => `${spoken(column)} is removed: its config has none any more`,
  );
  return { statements, told: [...removed, ...missingColumns(comments, relation.columns)] };
}

/** Whether an action has, or had, descriptions. */
export function areManaged({ description, columns, remembered = [] }: Comments): boolean {
  return description !== undefined || columns.length + remembered.length > 0;
}

const noChanges: CommentChanges = { statements: [], told: [] };

/** Returns the comments that a run would remove, one sentence each. */
export async function commentNotes(
  session: Session,
  target: Target,
  comments: Comments,
): Promise<string[]> {
  const relation = comments.remembered && (await readCommented(session, target));
  const unset = relation ? commentChanges(relation, comments).unset : [];
  return unset.map((column) => `${spoken(column)} would be removed`);
}

/** The comments of a relation and of its columns, and what is needed to change them. */
export interface Commented {
  kind: Relation["kind"];
  comment: string | null;
  columns: Pick<Relation["columns"][number], "name" | "comment">[];
}

/** The comments of a table that was made now: none. */
export function uncommented(columns: readonly string[]): Commented {
  return {
    kind: "table",
    comment: null,
    columns: columns.map((name) => ({ name, comment: null })),
  };
}

/**
 * Every action with a description runs this query, so it reads no more than needed: reading the whole
 * relation takes ten times as long.
 */
export async function readCommented(
  session: Session,
  target: Target,
): Promise<Commented | undefined> {
  const { rows } = await session.catalogue(commentedQuery, [qualifiedName(target)]);
  const [first, ...columns] = rows;
  if (!first) return undefined;
  return {
    kind: first[0] as Relation["kind"],
    comment: first[2] ?? null,
    columns: columns.map(([, name, comment]) => ({ name: name ?? "", comment: comment ?? null })),
  };
}

const commentedQuery = `
    select
      case c.relkind when 'v' then 'view' when 'm' then 'materialized view' else 'table' end,
      a.attname, d.description
    from pg_class as c
    join (
      select attrelid, attnum, attname from pg_attribute where attnum > 0 and not attisdropped
      union all
      select oid, 0, null from pg_class
    ) as a on a.attrelid = c.oid
    left join pg_description as d
      on d.classoid = 'pg_class'::regclass and d.objoid = c.oid and d.objsubid = a.attnum
    where c.oid = to_regclass($1)
    order by a.attnum`;

interface SetComment {
  /** Empty for the relation itself. */
  column: string;
  text: string;
  /** False when the comment is set already. */
  isNew: boolean;
}

/** The comments to set, and the columns whose comments are removed. */
function commentChanges(
  relation: Commented,
  { description, columns, remembered = [] }: Comments,
): { set: SetComment[]; unset: string[] } {
  const actual = new Map([
    ["", relation.comment] as const,
    ...relation.columns.map(({ name, comment: text }) => [name, text] as const),
  ]);
  const wanted = new Map([
    ...(description === undefined ? [] : [["", description] as const]),
    ...columns.map(({ column, description: text }) => [column, text] as const),
  ]);
  const set = [...wanted]
    .filter(([column]) => actual.has(column))
    .map(([column, text]) => ({ column, text, isNew: actual.get(column) !== text }));
  const unset = remembered
    .filter(
      ({ column, hash }) => !wanted.has(column) && shortHash(actual.get(column) ?? "") === hash,
    )
    .map(({ column }) => column);
  return { set, unset };
}

/**
 * Returns a sentence for each described column that the relation does not have, with the name that may
 * be meant.
 */
export function missingColumns(
  { columns }: Comments,
  existing: readonly { name: string }[],
): string[] {
  const names = existing.map(({ name }) => name);
  return columns
    .filter(({ column }) => !names.includes(column))
    .map(({ column }) => {
      const [nearest] = nearestNames(column, names);
      const hint = nearest === undefined ? "" : `: did you mean "${nearest}"?`;
      return `the column "${column}" is described and not there${hint}`;
    });
}

function comment(relation: Commented, target: Target, column: string, text: string | null): string {
  const name = qualifiedName(target);
  const what =
    column === "" ? `${relation.kind} ${name}` : `column ${name}.${quoteIdentifier(column)}`;
  return `comment on ${what} is ${text === null ? "null" : quoteLiteral(text)}`;
}

function asRemembered(column: string, hash: string) {
  return { kind: "comment" as const, name: JSON.stringify([column, hash]) };
}

function spoken(column: string): string {
  return column === "" ? "its description" : `the description of the column "${column}"`;
}
