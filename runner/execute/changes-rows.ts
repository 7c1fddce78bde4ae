import { SqlFailure } from "../errors.ts";
import { parseSql } from "../sql/parse-sql.ts";
import { writtenNames } from "../sql/written-names.ts";
import type { Target } from "../target.ts";

// What these say of a table leaves its rows and columns as they are.
const harmless = new Set([
  "CommentStmt",
  "CreatePolicyStmt",
  "CreateStatsStmt",
  "CreateTrigStmt",
  "GrantStmt",
  "IndexStmt",
  "LockStmt",
  "RuleStmt",
  "VacuumStmt",
]);

/**
 * Whether SQL may change the rows or columns of a relation. Code (`do`, `call`) may, and so may what
 * cannot be parsed; a function that a query calls is taken to change nothing.
 */
export async function mayChangeRows(sql: string, { schema, name }: Target): Promise<boolean> {
  try {
    const statements = await parseSql(sql);
    return statements.some((statement) => {
      if (statement.kind === "DoStmt" || statement.kind === "CallStmt") return true;
      if (harmless.has(statement.kind)) return false;
      const written = writtenNames(statement);
      return written.some((one) => one.name === name && (one.schema ?? schema) === schema);
    });
  } catch (error) {
    if (error instanceof SqlFailure) return true;
    throw error;
  }
}
