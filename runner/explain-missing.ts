import type { SqlError } from "./errors.ts";
import { type Target, targetName } from "./target.ts";
import { nearestNames } from "./text/nearest-names.ts";

// undefined_column, undefined_table
const undefinedColumn = "42703";
const undefinedTable = "42P01";

/** Whether an error says that a column is not there. */
export function isMissingColumn({ sqlstate }: SqlError): boolean {
  return sqlstate === undefinedColumn;
}

/**
 * Takes the error of a built-in assertion that names a column which the checked table does not have,
 * and that table's columns; returns the error with a hint that names the nearest.
 */
export function withColumnHint(
  error: SqlError,
  table: Target,
  columns: readonly string[],
): SqlError {
  const name = nameAt(error);
  if (name === undefined || columns.length === 0) return error;
  const near = nearestNames(name, columns);
  const meant = near.length > 0 ? `; did you mean ${near.join(", ")}?` : "";
  const given = columns.slice(0, 20).join(", ");
  return {
    ...error,
    hint: `the query of ${targetName(table)} gives no column ${name}, but ${given}${columns.length > 20 ? ", …" : ""}${meant}`,
  };
}

/** An action with what it reads of disabled ones that were never made. */
interface Reader {
  target: Target;
  missingDisabled?: readonly Target[] | undefined;
}

/**
 * The error of an action that reads what it makes itself, or what a disabled action would make, with a hint
 * that says so.
 */
export function withRelationHint(error: SqlError, { target, missingDisabled }: Reader): SqlError {
  if (error.sqlstate !== undefinedTable) return error;
  if (error.message === `relation "${targetName(target)}" does not exist`) {
    return {
      ...error,
      hint: `this action makes ${targetName(target)}, so it is not there before the first run: in an incremental table, write \${when(incremental(), \`…\`)} around what reads it`,
    };
  }
  return withDisabledHint(error, missingDisabled);
}

function withDisabledHint(error: SqlError, disabled: readonly Target[] = []): SqlError {
  if (disabled.length === 0) return error;
  const names = disabled.map(targetName).join(", ");
  const verb = disabled.length === 1 ? "is disabled and was" : "are disabled and were";
  return {
    ...error,
    hint: `${names} ${verb} never made in this database: enable ${disabled.length === 1 ? "it" : "them"}, or disable this action too`,
  };
}

/** The name at the position of an error; PostgreSQL points at its first part. */
function nameAt({ statement, position }: SqlError): string | undefined {
  if (statement === undefined || position === undefined) return undefined;
  const rest = [...statement].slice(position - 1, position + 200).join("");
  const found = /^(?:"((?:[^"]|"")+)"|([\p{L}_][\p{L}\p{N}_$]*))/u.exec(rest);
  return found?.[1]?.replaceAll('""', '"') ?? found?.[2];
}
