import type { Session } from "../database/database.ts";
import { afterSavepoint } from "../database/savepoint.ts";
import { SqlFailure } from "../errors.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import type { DeclaredObjects } from "../plan/objects/declared-objects.ts";
import { parseSql } from "../sql/parse-sql.ts";
import type { Target } from "../target.ts";
import { checkStatement } from "./check-statement.ts";
import type { Overlay } from "./overlay.ts";

// The table that a foreign key refers to may get its own key from the same run.
const noKeyYet = "42830";

/**
 * Lets PostgreSQL check the declared indexes and constraints of a relation on an empty copy, where
 * existing ones do not conflict.
 */
export async function checkDeclared(
  { indexes, constraints }: Pick<DeclaredObjects, "indexes" | "constraints">,
  { session, overlay, target }: { session: Session; overlay: Overlay; target: Target },
): Promise<void> {
  if (indexes.length + constraints.length === 0 || !overlay.has(target)) return;
  const name = qualifiedName({ schema: overlay.home, name: "dataform_plan_bare" });
  const place = qualifiedName(await overlay.take(target));
  await session.query(`create table ${name} (like ${place})`);
  const statements = [
    ...indexes.map(
      ({ unique, definition }) => `create ${unique ? "unique " : ""}index on ${name} ${definition}`,
    ),
    ...constraints.map(
      (each) =>
        `alter table ${name} add constraint ${quoteIdentifier(each.name)} ${each.definition}`,
    ),
  ];
  for (const statement of statements) await checkOne(statement, session, overlay);
  await session.query(`drop table ${name}`);
}

async function checkOne(sql: string, session: Session, overlay: Overlay): Promise<void> {
  const check = async () => {
    for (const statement of await parseSql(sql)) await checkStatement(session, overlay, statement);
  };
  try {
    await afterSavepoint(session, check);
  } catch (error) {
    if (!(error instanceof SqlFailure && error.error.sqlstate === noKeyYet)) throw error;
  }
}
