import type { Session } from "../database/database.ts";
import { qualifiedName, quoteIdentifier, quoteLiteral } from "../database/identifiers.ts";
import type { Comments } from "../plan/execution-graph.ts";
import type { Target } from "../target.ts";
import { readRelation } from "./relation.ts";

/**
 * Puts the descriptions of an action on its relation and columns. Columns that the relation does
 * not have are left out: a description is documentation, not a contract.
 */
export async function setComments(
  session: Session,
  target: Target,
  comments: Comments,
): Promise<void> {
  if (comments.description === undefined && comments.columns.length === 0) return;
  const relation = await readRelation(session, target);
  if (!relation) return;
  const name = qualifiedName(target);
  const existing = new Map(relation.columns.map((column) => [column.name, column.comment]));
  const statements = comments.columns
    .filter(
      ({ column, description }) => existing.has(column) && existing.get(column) !== description,
    )
    .map(
      ({ column, description }) =>
        `comment on column ${name}.${quoteIdentifier(column)} is ${quoteLiteral(description)};`,
    );
  if (comments.description !== undefined && comments.description !== relation.comment) {
    const text = quoteLiteral(comments.description);
    statements.push(`comment on ${relation.kind} ${name} is ${text};`);
  }
  if (statements.length > 0) await session.query(statements.join("\n"));
}
