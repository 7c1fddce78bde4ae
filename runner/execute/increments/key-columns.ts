import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import type { Follow } from "../../plan/publish-task.ts";
import type { Column } from "../../relation/relation.ts";
import { type Target, targetName } from "../../target.ts";
import { keyOf } from "./followers.ts";

/** Throws ActionFailure when a column of a key is not among those of the table. */
export function requireColumns(
  target: Target,
  keys: readonly (readonly string[])[],
  columns: readonly Pick<Column, "name">[],
): void {
  const missing = keys.flat().find((name) => !columns.some((column) => column.name === name));
  if (missing === undefined) return;
  throw new ActionFailure({
    message: `postgres.follows names the column "${missing}", which the query of ${targetName(target)} does not give`,
    hint: `its columns are ${columns.map(({ name }) => name).join(", ")}`,
  });
}

/**
 * Throws ActionFailure for rows without any complete key: the runner could not find them again when
 * their sources change.
 */
export async function refuseKeylessRows(
  session: Session,
  target: Target,
  follows: readonly Follow[],
  relation: string,
): Promise<void> {
  const keys = follows.map(({ columns }) => ownOf(columns));
  await refuseRows(session, target, relation, {
    condition: keys.map((key) => isIncomplete("s", key)).join(" and "),
    what: `NULL in the key by which it follows others (${keys.map((key) => key.join(", ")).join("; ")})`,
    hint: "leave such rows out, or follow a column that is never NULL: a value that the query itself puts there would not be found by the key of the followed table",
  });
}

/** Throws ActionFailure for rows with NULL in a column of `together`: they belong to no other rows. */
export async function refuseLoneRows(
  session: Session,
  target: Target,
  together: readonly string[],
  relation: string,
): Promise<void> {
  if (together.length === 0) return;
  await refuseRows(session, target, relation, {
    condition: isIncomplete("s", together),
    what: `NULL in a column of postgres.together (${together.join(", ")})`,
    hint: "leave such rows out, or let the query put a value there: rows with the same value are computed together",
  });
}

/** The condition, as SQL, that a row has NULL in one of some columns; `alias` is that of the row. */
export function isIncomplete(alias: string, names: readonly string[]): string {
  const missing = keyOf(alias, names).map((column) => `${column} is null`);
  return `(${missing.join(" or ")})`;
}

async function refuseRows(
  session: Session,
  target: Target,
  relation: string,
  { condition, what, hint }: { condition: string; what: string; hint: string },
): Promise<void> {
  const { rows } = await session.query(`select count(*) from ${relation} as s where ${condition}`);
  const count = rows[0]?.[0];
  if (count === "0") return;
  const counted = count === "1" ? "1 row" : `${count} rows`;
  throw new ActionFailure({
    message: `${counted} of ${targetName(target)} ${count === "1" ? "has" : "have"} ${what}`,
    hint,
  });
}

/**
 * Throws ActionFailure when a column of a key is stored in another type than in the followed table, so
 * that one changed value may stand for other stored values, or for none.
 */
export function requireSameTypes(
  { target, columns }: Follow,
  followed: readonly Column[],
  stored: readonly Column[],
): void {
  for (const names of columns) {
    const source = followed.find(({ name }) => name === names.source);
    const own = stored.find(({ name }) => name === names.own);
    if (!source || !own || keepsValues(source, own)) continue;
    throw new ActionFailure({
      message: `postgres.follows looks for ${names.own} (${described(own)}) by ${names.source} of ${targetName(target)} (${described(source)}): a changed value may not find its rows`,
      hint: `give both the same type; where the query computes ${names.own}, follow a column that holds the computed value, for example a generated one`,
    });
  }
}

function described({ type, collation }: Column): string {
  return collation === null ? type : `${type} collate ${collation}`;
}

const integers = ["smallint", "integer", "bigint"];
const texts = ["text", "character varying"];

/** Whether each value of one column is one value of the other, and equal values stay equal. */
function keepsValues(source: Column, own: Column): boolean {
  const both = [source.baseType, own.baseType];
  if (both.every((type) => integers.includes(type))) return true;
  if (integers.includes(source.baseType) && own.type === "numeric") return true;
  if (both[0] !== both[1] && !both.every((type) => texts.includes(type))) return false;
  if (source.isText && source.collation !== own.collation) {
    return source.equalIsSame && own.equalIsSame;
  }
  if (own.type === source.type) return true;
  // The query may have cast to less: a text and a number are cut, bits are filled up, an interval loses its seconds.
  if (own.baseType === '"bit"') return false;
  if (own.baseType === "interval") return own.type === "interval";
  return roomOf(own) >= roomOf(source);
}

/** The characters or bits that a value may have, or the digits behind the point of a number or a time. */
function roomOf({ type }: Column): number {
  const [, first, second] = /\((\d+)(?:,(-?\d+))?\)/.exec(type) ?? [];
  return first === undefined ? Number.POSITIVE_INFINITY : Number(second ?? first);
}

/** The columns of a key as the following table names them. */
export function ownOf(columns: Follow["columns"]): string[] {
  return columns.map(({ own }) => own);
}
