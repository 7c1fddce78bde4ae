import type { CompiledTable, CompiledUnitTest } from "../compile/compiled-graph.ts";
import type { Database, Session } from "../database/database.ts";
import { rolledBack } from "../database/rolled-back.ts";
import { failureFrom } from "../execute/failure.ts";
import { openGate } from "../execute/gates/gate.ts";
import { offerEveryKey } from "../execute/increments/offered-keys.ts";
import { publish } from "../execute/publish/publish.ts";
import { queryWithin } from "../execute/stage/query-within.ts";
import { qualifiedName, quoteIdentifier } from "../names/identifiers.ts";
import { temporaryLabel } from "../names/temporary-name.ts";
import type { UnitTestResult } from "../results/unit-test-result.ts";
import type { Target } from "../target.ts";
import { compareRelations } from "./compare-relations.ts";
import { addingTask, fillingTask } from "./unit-test-tasks.ts";

/** The result of a unit test, without the facts that are known before it runs. */
export type UnitTestOutcome = Pick<UnitTestResult, "status" | "problems" | "error" | "difference">;

const transaction = {
  begin: "begin",
  ended: {
    message: "a statement of the test or of the model ended the transaction of the test",
    hint: "take out commit, rollback and end: a test is rolled back as a whole",
  },
};

/**
 * Runs one unit test of a compiled table in one transaction that is rolled back whatever happens.
 * Its relations are temporary, so nobody else sees them. Never throws for an SQL error.
 */
export async function executeUnitTest(
  test: CompiledUnitTest,
  table: CompiledTable,
  database: Database,
  signal?: AbortSignal,
): Promise<UnitTestOutcome> {
  if (test.disabled) return { status: "disabled" };
  if (test.problems.length > 0) return { status: "failed", problems: test.problems };
  const progress: Progress = { place: { fileName: test.fileName, part: "the test" } };
  try {
    return await database.session(
      ({ own }) => rolledBack(own, transaction, () => runSteps(own, test, table, progress)),
      signal,
    );
  } catch (error) {
    const { status, error: why } = failureFrom(error);
    return status === "cancelled" ? { status } : { status, error: { ...why, ...progress.place } };
  }
}

/** What a unit test is doing, so that an error in it names its file and part. */
interface Progress {
  place: { fileName: string; part: string };
}

async function runSteps(
  session: Session,
  test: CompiledUnitTest,
  table: CompiledTable,
  progress: Progress,
): Promise<UnitTestOutcome> {
  const { fileName } = test;
  const target: Target = { schema: "pg_temp", name: test.relation };
  const adding = test.startsFull ? addingTask(test, { ...table, target }) : undefined;
  const publication = { session, target, rebuiltLater: new Set<string>(), gate: openGate };
  for (const { name, relation, query } of test.inputs) {
    progress.place = { fileName, part: `the input "${name}"` };
    const filling = adding && relation === test.relation ? fillingTask(adding, query) : undefined;
    if (filling) await publish({ ...publication, task: filling });
    else await createRelation(session, relation, query);
  }
  progress.place = { fileName, part: "the expected rows" };
  const expectedName = temporaryLabel("expected");
  await createRelation(session, expectedName, test.expectedQuery);
  progress.place = { fileName: table.fileName ?? fileName, part: "the model" };
  await offerEveryKey(session, target, adding?.strategy === "keyed" ? adding.follows : []);
  await runPreOperations(session, test);
  if (adding) await publish({ ...publication, task: adding });
  else await createRelation(session, test.relation, test.query);
  progress.place = { fileName, part: "the comparison" };
  const expected = qualifiedName({ schema: "pg_temp", name: expectedName });
  const difference = await compareRelations(session, expected, qualifiedName(target));
  return difference ? { status: "failed", difference } : { status: "passed" };
}

async function createRelation(session: Session, name: string, query: string): Promise<void> {
  await queryWithin(session, `create temp table ${quoteIdentifier(name)} as\n`, query);
}

async function runPreOperations(session: Session, { preOps }: CompiledUnitTest): Promise<void> {
  for (const statement of preOps) {
    if (statement.trim() !== "") await session.statement(statement);
  }
}
