import { SqlFailure } from "../errors.ts";
import { type ParsedStatement, parseSql } from "../sql/parse-sql.ts";
import { walkSyntax } from "../sql/walk-syntax.ts";
import type { Target } from "../target.ts";

/** SQL of one action, parsed. */
export interface ActionSql {
  /** Statements in their order; what cannot be parsed stands as the reason. */
  before: Parsed[];
  /** Queries that each give rows of the target. */
  queries: Parsed[];
  after: Parsed[];
  /** An expression that chooses rows of the last query. */
  where?: Parsed;
  /** Relations that the runner offers to the queries under `pg_temp`, with rows of others. */
  offered: { name: string; of: Target; columns?: string[] }[];
  /** Columns that the runner writes beside those of the queries; each value is a `select`. */
  stamps: { column: string; value: Parsed }[];
}

/** SQL that is only a query, or only statements. */
export function sqlOfParts(parts: Partial<ActionSql>): ActionSql {
  return { before: [], queries: [], after: [], offered: [], stamps: [], ...parts };
}

/** Statements of one text, or why they cannot be read. */
export type Parsed = { statements: ParsedStatement[] } | { refused: string };

/** Takes SQL and returns its statements; a mistake in it is a result. */
export async function parsed(sql: string): Promise<Parsed> {
  try {
    return { statements: await parseSql(sql) };
  } catch (error) {
    if (error instanceof SqlFailure) return { refused: `its SQL cannot be read: ${error.message}` };
    throw error;
  }
}

/** The relations that statements name, as written. */
export function namesIn(all: readonly Parsed[]): { schema?: string; name: string }[] {
  const names: { schema?: string; name: string }[] = [];
  for (const each of all) {
    if ("refused" in each) continue;
    walkSyntax(
      each.statements.map(({ node }) => node),
      undefined,
      (_key, { relname, schemaname }) => {
        if (typeof relname !== "string") return undefined;
        names.push({
          name: relname,
          ...(typeof schemaname === "string" && { schema: schemaname }),
        });
        return undefined;
      },
    );
  }
  return names;
}
