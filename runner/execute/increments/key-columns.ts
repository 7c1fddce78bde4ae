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
  const keys = follows.map(
    ({ columns }) =>
      `(${keyOf("s", ownOf(columns))
        .map((column) => `${column} is null`)
        .join(" or ")})`,
  );
  const { rows } = await session.query(
    `select count(*) from ${relation} as s where ${keys.join(" and ")}`,
  );
  if (rows[0]?.[0] === "0") return;
  const counted = rows[0]?.[0] === "1" ? "1 row" : `${rows[0]?.[0]} rows`;
  const has = counted === "1 row" ? "has" : "have";
  throw new ActionFailure({
    message: `${counted} of ${targetName(target)} ${has} NULL in the key by which it follows others (${follows.map(({ columns }) => ownOf(columns).join(", ")).join("; ")})`,
    hint: "leave such rows out, or give them a value with coalesce",
  });
}

/** The columns of a key as the following table names them. */
export function ownOf(columns: Follow["columns"]): string[] {
  return columns.map(({ own }) => own);
}
