import type { Session } from "../database/database.ts";
import { afterSavepoint } from "../database/savepoint.ts";
import { ActionFailure, SqlFailure } from "../errors.ts";
import { grantee } from "../execute/reconcile/grant-steps.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import type { DeclaredObjects } from "../plan/objects/declared-objects.ts";
import type { Partitioning } from "../plan/publish-task.ts";
import { methodOf } from "../relation/partitioned-table.ts";
import { parseSql } from "../sql/parse-sql.ts";
import type { Target } from "../target.ts";
import { checkStatement } from "./check-statement.ts";
import { readQuery } from "./define.ts";
import type { Overlay } from "./overlay.ts";
import { sendMoved } from "./send-moved.ts";

// The table that a foreign key refers to may get its own key from the same run.
const noKeyYet = "42830";

/** The name of the copy. */
const bare = "dataform_plan_bare";

/** What is declared of a relation. */
type Declared = Partial<DeclaredObjects> & {
  partitioning: Partitioning | undefined;
};

/**
 * Lets PostgreSQL check what is declared of a relation on an empty copy, where existing indexes and
 * constraints do not conflict.
 */
export async function checkDeclared(
  declared: Declared,
  context: { session: Session; overlay: Overlay; target: Target },
): Promise<void> {
  const { session, overlay, target } = context;
  const { partitioning } = declared;
  const name = qualifiedName({ schema: overlay.home, name: bare });
  const statements = statementsOf(name, declared);
  if ((statements.length === 0 && !partitioning) || !overlay.has(target)) return;
  try {
    await makeBare(name, partitioning, context);
    for (const statement of statements) await checkOne(statement, session, overlay);
  } catch (error) {
    if (!(error instanceof ActionFailure)) throw error;
    const message = error.error.message.replaceAll(bare, () => target.name);
    throw error.with({ ...error.error, message });
  }
  await session.query(`drop table ${name}`);
}

/** What a run would send for a new table of this name. */
function statementsOf(name: string, declared: Declared): string[] {
  const { indexes = [], constraints = [], grants = [], statistics = [] } = declared;
  return [
    ...indexes.map(
      ({ unique, definition }) => `create ${unique ? "unique " : ""}index on ${name} ${definition}`,
    ),
    ...constraints.map(
      (each) =>
        `alter table ${name} add constraint ${quoteIdentifier(each.name)} ${each.definition}`,
    ),
    ...statistics.map(
      ({ column, target }) =>
        `alter table ${name} alter column ${quoteIdentifier(column)} set statistics ${target}`,
    ),
    ...grants.map(
      ({ privilege, roles }) => `grant ${privilege} on ${name} to ${roles.map(grantee).join(", ")}`,
    ),
  ];
}

/** Makes the copy, partitioned as the table would be: then PostgreSQL asks more of its keys. */
async function makeBare(
  name: string,
  partitioning: Partitioning | undefined,
  { session, overlay, target }: { session: Session; overlay: Overlay; target: Target },
): Promise<void> {
  const create = `create table ${name} (like ${qualifiedName(await overlay.take(target))})`;
  if (!partitioning) {
    await session.query(create);
    return;
  }
  const { by, key } = partitioning;
  // Its key may call functions that the plan has made.
  await sendMoved(
    session,
    overlay,
    await readQuery(`${create} partition by ${methodOf(by)} (${key})`),
  );
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
