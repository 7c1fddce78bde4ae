import type { Session } from "../database/database.ts";
import { ActionFailure } from "../errors.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import type { Distribution } from "../plan/distribution/distribution.ts";
import { readRelation } from "../relation/relation.ts";
import { refuseSecondStatement } from "../sql/one-statement.ts";
import { type ParsedStatement, parseSql } from "../sql/parse-sql.ts";
import type { Target } from "../target.ts";
import type { Overlay } from "./overlay.ts";
import { sendMoved } from "./send-moved.ts";

/** Where a relation is made. */
export interface DefineContext {
  session: Session;
  overlay: Overlay;
  target: Target;
  /** How Citus spreads the table. */
  distribution?: Distribution | undefined;
}

/** A name for what a plan makes in passing. */
export const stageName = "dataform_plan_stage";

/**
 * Makes a view or an empty table of the query in the overlay, replacing the relation of that name
 * there.
 */
export async function define(
  sql: string,
  kind: "view" | "materialized view" | "table",
  context: DefineContext,
): Promise<void> {
  const { session, overlay, target } = context;
  // Until it exists, the name keeps its earlier meaning: the query may read its own table.
  const isThere = overlay.has(target);
  const schema = await overlay.schemaFor(target.schema);
  const made = { schema, name: isThere ? stageName : target.name };
  const query = await readQuery(sql);
  await sendMoved(session, overlay, query, {
    before: `create ${kind} ${qualifiedName(made)} as\n`,
    after: kind === "view" ? "" : "with no data",
  });
  const place = await overlay.take(target);
  if (!isThere) return;
  const old = await readRelation(session, place);
  if (old) await session.query(`drop ${old.kind} ${qualifiedName(place)}`);
  await session.query(
    `alter ${kind} ${qualifiedName(made)} rename to ${quoteIdentifier(target.name)}`,
  );
}

/** The query, which has to be one statement. */
export async function readQuery(sql: string): Promise<ParsedStatement> {
  const statements = await parseSql(sql);
  const [query] = statements;
  if (!query) throw new ActionFailure({ message: "the query is empty", statement: sql });
  refuseSecondStatement(statements);
  return query;
}
