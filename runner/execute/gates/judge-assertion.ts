import type { Session } from "../../database/database.ts";
import { ActionFailure } from "../../errors.ts";
import { quoteLiteral } from "../../names/identifiers.ts";
import type { AssertionRule, AssertionTask } from "../../plan/execution-graph.ts";
import type { AssertionOutcome } from "../../results/run-result.ts";

const sampleSize = 5;
// The samples are kept in results and reports, so there are few.
const longestValue = 10_000;

/**
 * Counts the rows of a view of failing rows, reads up to 5 of them and compares the number with the
 * limits. `whole` is the checked relation as SQL, of which a percentage is; `scan` is the query of
 * `inOneScan` for the checked relation, which gives the same counts faster than the view.
 */
export async function judgeAssertion(
  session: Session,
  view: string,
  task: AssertionTask,
  whole: string | undefined,
  scan?: string,
): Promise<AssertionOutcome> {
  const { rule, checks, limits = [] } = task;
  const counts = await (scan === undefined
    ? countRows(session, view, limits)
    : countInOneScan(session, scan, task));
  const [failingRows = 0, ...byLimit] = counts;
  const isCounted = whole !== undefined && needsTotal(task, failingRows);
  const total = isCounted ? await countAll(session, whole) : undefined;
  const outcome = {
    ...{ rule, ...(checks && { checks }), failingRows },
    ...(total !== undefined && { total }),
  };
  if (failingRows === 0) return { ...outcome, sample: [] };
  const sample = await readSample(session, view);
  if (limits.length === 0) return { ...outcome, sample };
  const exceeded = limits.filter((limit, index) => isAbove(limit, byLimit[index] ?? 0, total ?? 0));
  const failing = exceeded.filter((limit) => !isExcused(limit, task, outcome));
  const verdict = verdictOf(exceeded, failing);
  const allowed = [
    ...allowedWords(exceeded.length > 0 ? exceeded : limits, total ?? 0),
    ...(exceeded.some(({ failIf }) => failIf) ? knownWords(task) : []),
  ].join(", ");
  return { ...outcome, ...(verdict && { verdict }), ...(allowed && { allowed }), sample };
}

/** The percentage is computed when rows fail, and always for assertions that compare runs. */
function needsTotal({ limits = [], usual }: AssertionTask, failingRows: number): boolean {
  const isCompared = usual !== undefined || limits.some(({ failIf }) => failIf);
  const isPart = limits.some(({ failAbove }) => failAbove?.percent !== undefined);
  return isCompared || (isPart && failingRows > 0);
}

/**
 * Whether the findings of earlier runs turn a failure into a warning. It stays a failure when the
 * earlier runs are not known.
 */
function isExcused(
  { failIf, warnFor = 0 }: AssertionRule,
  { before }: AssertionTask,
  { failingRows, total }: { failingRows: number; total?: number },
): boolean {
  if (before === undefined) return false;
  if (before.failingRuns < warnFor) return true;
  if (failIf === undefined) return false;
  const { last } = before;
  if (last === undefined) return true;
  const percent = total ? (100 * failingRows) / total : null;
  const isLargerShare = percent !== null && last.percent !== null && percent > last.percent + 1e-9;
  return failingRows <= last.failingRows && !isLargerShare;
}

/** Whether an assertion found more failing rows than it allows, and its severity is not `warn`. */
export function isFailure({ failingRows, verdict }: AssertionOutcome): boolean {
  return failingRows > 0 && verdict === undefined;
}

const count = "pg_catalog.count(*)";

async function countRows(session: Session, view: string, limits: readonly AssertionRule[]) {
  const counts = limits.map(({ conditions }) =>
    conditions
      ? `${count} filter (where failing_row_condition operator(pg_catalog.=) any (array[${conditions.map(quoteLiteral).join(", ")}]::pg_catalog.text[]))`
      : count,
  );
  const { rows } = await session.authored(`select ${[count, ...counts].join(", ")} from ${view}`);
  return (rows[0] ?? []).map(Number);
}

/** As `countRows`; an error is one of the assertion's query, whose text the author knows. */
async function countInOneScan(session: Session, scan: string, task: AssertionTask) {
  const { statement, inOneScan, limits = [] } = task;
  try {
    const { rows } = await session.authored(scan);
    const counts = (rows[0] ?? []).map(Number);
    const sumOf = (conditions = inOneScan?.conditions) =>
      counts.reduce((sum, count, index) => {
        const condition = inOneScan?.conditions[index] ?? "";
        return conditions?.includes(condition) ? sum + count : sum;
      }, 0);
    return [sumOf(), ...limits.map(({ conditions }) => sumOf(conditions))];
  } catch (error) {
    if (!(error instanceof ActionFailure)) throw error;
    const { position: _, ...rest } = error.error;
    throw error.with({ ...rest, statement });
  }
}

async function countAll(session: Session, relation: string): Promise<number> {
  const { rows } = await session.authored(`select ${count} from ${relation}`);
  return Number(rows[0]?.[0] ?? 0);
}

async function readSample(session: Session, view: string): Promise<Record<string, unknown>[]> {
  const { columns, rows } = await session.authored(`select * from ${view} limit ${sampleSize}`);
  return rows.map((row) =>
    Object.fromEntries(columns.map(({ name }, index) => [name, cut(row[index] ?? null)])),
  );
}

function cut(value: string | null): string | null {
  if (value === null || value.length <= longestValue) return value;
  return `${value.slice(0, longestValue)}… (${value.length - longestValue} more characters)`;
}

function isAbove({ failAbove }: AssertionRule, found: number, total: number): boolean {
  if (!failAbove) return found > 0;
  const { rows = Number.POSITIVE_INFINITY, percent } = failAbove;
  // 0.29 × 10,000 is not quite 2,900 in binary, and a value exactly at the limit must pass.
  const part = percent === undefined ? 0 : found * 100 - percent * total;
  return found > rows || part > 1e-9 * total;
}

function verdictOf(
  exceeded: readonly AssertionRule[],
  failing: readonly AssertionRule[],
): AssertionOutcome["verdict"] {
  if (exceeded.length === 0) return "tolerated";
  return failing.every(({ severity }) => severity === "warn") ? "warning" : undefined;
}

function knownWords({ before }: AssertionTask): string[] {
  const { last } = before ?? {};
  if (last === undefined) return [];
  const share = last.percent === null ? "" : ` (${Number(last.percent.toFixed(2))} %)`;
  return [`${numberOfRows(last.failingRows)}${share} as before`];
}

function allowedWords(limits: readonly AssertionRule[], total: number): string[] {
  const words = limits.flatMap(({ failAbove }) => {
    const { rows, percent } = failAbove ?? {};
    return [
      ...(rows === undefined ? [] : [numberOfRows(rows)]),
      ...(percent === undefined ? [] : [`${percent} % of ${numberOfRows(total)}`]),
    ];
  });
  return [...new Set(words)];
}

function numberOfRows(count: number): string {
  return `${count} ${count === 1 ? "row" : "rows"}`;
}
