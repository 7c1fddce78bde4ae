import type { Session } from "../../database/database.ts";
import { inTurn, queryEach } from "../../database/in-turn.ts";
import { ActionFailure } from "../../errors.ts";
import { qualifiedName, quoteIdentifier } from "../../names/identifiers.ts";
import { temporaryLabel, temporaryName } from "../../names/temporary-name.ts";
import type { AssertionTask } from "../../plan/execution-graph.ts";
import type { AssertionOutcome } from "../../results/run-result.ts";
import { moveNames } from "../../sql/move-names.ts";
import { type ParsedStatement, parseSql } from "../../sql/parse-sql.ts";
import { walkSyntax } from "../../sql/walk-syntax.ts";
import { type Target, targetKey } from "../../target.ts";
import { queryWithin } from "../stage/query-within.ts";
import { judgeAssertion } from "./judge-assertion.ts";
import { readsTableItself } from "./reads-table-itself.ts";

/** New rows of a table that are not inserted yet. */
export interface StagedRows {
  target: Target;
  /** The relation that holds them, as SQL. */
  relation: string;
  /** The relation of which a percentage is, when it is another one. */
  whole?: string;
}

/**
 * Judges an assertion with the staged rows in the place of their table, or, without staged rows, with
 * the table as the session sees it. Returns undefined when the query does not name the table, or reads it
 * without its schema, through a view or through a function, too: that would stay the table. Throws
 * ActionFailure for a query that fails, with the position in the author's text. Leaves views in
 * `pg_temp`: the caller rolls back to a savepoint.
 */
export async function judgeStaged(
  session: Session,
  task: AssertionTask,
  staged: StagedRows | undefined,
): Promise<AssertionOutcome | undefined> {
  const view = temporaryName("gate");
  if (!staged) {
    const made = queryWithin(session, `create temp view ${view} as\n`, task.statement);
    const whole = task.percentOf && qualifiedName(task.percentOf);
    const judged = judgeAssertion(session, view, task, whole, task.inOneScan?.statement);
    return (await inTurn(made, judged))[1];
  }
  const moved = await moveToStandIn(task, staged);
  const scan = task.inOneScan && (await moveToStandIn(task.inOneScan, staged)).text;
  if (moved.text === moved.original || moved.isNamedBare) return undefined;
  try {
    await makeStandIn(session, staged);
    const made = queryWithin(session, `create temp view ${view} as\n`, moved.text);
    const whole = staged.whole ?? staged.relation;
    const [, isMixed, outcome] = await inTurn(
      made,
      readsTableItself(session, view, staged.target),
      judgeAssertion(session, view, task, whole, scan),
    );
    return isMixed ? undefined : withOriginalNames(outcome, staged);
  } catch (error) {
    if (!(error instanceof ActionFailure)) throw error;
    const { position, ...rest } = error.error;
    const at = position === undefined ? {} : { position: moved.originalPosition(position) };
    throw error.with({ ...rest, statement: task.statement, ...at });
  }
}

// A temporary table of the author may have the same name: it is renamed until the rollback.
async function makeStandIn(session: Session, { target, relation }: StagedRows): Promise<void> {
  const standIn = `pg_temp.${quoteIdentifier(target.name)}`;
  const aside = quoteIdentifier(temporaryLabel("aside"));
  await queryEach(session, [
    `alter table if exists ${standIn} rename to ${aside}`,
    `create temp view ${standIn} as table ${relation}`,
  ]);
}

async function moveToStandIn(
  { statement }: Pick<AssertionTask, "statement">,
  { target }: StagedRows,
) {
  const [query] = await parseSql(statement);
  if (!query) throw new ActionFailure({ message: "the query is empty", statement });
  const moved = moveNames(query, (name, use) =>
    use === "other" && targetKey(name) === targetKey(target) ? "pg_temp" : undefined,
  );
  const originalPosition = (position: number) => query.offset + moved.originalPosition(position);
  const isNamedBare = namesBare(query, target);
  return { text: moved.text, original: query.text, originalPosition, isNamedBare };
}

function namesBare({ node }: ParsedStatement, { name }: Target): boolean {
  let isNamed = false;
  let isQuery = false;
  walkSyntax(node, undefined, (_key, { relname, schemaname, ctename }) => {
    isNamed ||= relname === name && schemaname === undefined;
    isQuery ||= ctename === name;
  });
  return isNamed && !isQuery;
}

// `failing_row_condition` holds the text of a condition, in which the table may be named.
function withOriginalNames(outcome: AssertionOutcome, { target }: StagedRows): AssertionOutcome {
  const standIn = `pg_temp.${quoteIdentifier(target.name)}`;
  const restored = outcome.sample.map((row) => {
    const { failing_row_condition: text } = row;
    if (typeof text !== "string") return row;
    return { ...row, failing_row_condition: text.replaceAll(standIn, qualifiedName(target)) };
  });
  return { ...outcome, sample: restored };
}
