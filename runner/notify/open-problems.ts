import type { Findings, Problem, ProblemKind } from "./problems.ts";

/** A problem that was reported and is not over. */
export interface OpenProblem {
  kind: ProblemKind;
  title: string;
  /** ISO 8601, as both times. */
  since: string;
  toldAt: string;
}

/** The problems that are open, by key. */
export type OpenProblems = Record<string, OpenProblem>;

/** One piece of news. */
export type Notice =
  | ({ event: "began" | "continues"; since: string } & Problem)
  | { event: "ended"; key: string; kind: ProblemKind; title: string; since: string };

// One message a day; a nightly run that begins some minutes earlier than the day before counts as a day
// later.
const dayMillis = 23 * 3_600_000;

const forgottenMillis = 90 * 86_400_000;

/**
 * Takes the open problems and the findings of a run; returns the news and the problems that are open
 * then. A failure is reported when it begins, once a day while it lasts and when it ends; a warning
 * when it begins. Problems that the run did not check stay open. `begun` gives the beginning of problems
 * that are not among the open ones, where it is known.
 */
export function whatToTell(
  open: OpenProblems,
  findings: Findings,
  now: Date,
  begun: OpenProblems = {},
) {
  const found = new Map(findings.problems.map((problem) => [problem.key, problem]));
  const gone = Object.entries(open).filter(([key, { kind }]) => found.get(key)?.kind !== kind);
  const isChecked = ([key]: [string, OpenProblem]) => findings.checked.has(key);
  const isKnown = ([, { toldAt }]: [string, OpenProblem]) =>
    now.getTime() - Date.parse(toldAt) < forgottenMillis;
  const next = Object.fromEntries(gone.filter((each) => !isChecked(each) && isKnown(each)));
  const notices: Notice[] = gone
    .filter((each) => isChecked(each) && each[1].kind === "failure")
    .map(([key, { kind, title, since }]) => ({ event: "ended", key, kind, title, since }));
  for (const problem of findings.problems) {
    const before = open[problem.key];
    const known = before?.kind === problem.kind ? before : undefined;
    const since = known?.since ?? begun[problem.key]?.since ?? now.toISOString();
    const { notice, state } = tellOf(problem, known, since, now);
    next[problem.key] = state;
    if (notice) notices.push(notice);
  }
  return { notices, open: next };
}

function tellOf(problem: Problem, before: OpenProblem | undefined, since: string, now: Date) {
  const { kind, title } = problem;
  // A time that lies ahead is one of a clock that was wrong.
  const age = before && Math.abs(now.getTime() - Date.parse(before.toldAt));
  const isRecent = age !== undefined && age < dayMillis;
  const isQuiet = before !== undefined && (kind === "warning" || isRecent);
  const state: OpenProblem = {
    ...{ kind, title, since },
    toldAt: isQuiet ? before.toldAt : now.toISOString(),
  };
  const notice: Notice = { event: before ? "continues" : "began", since, ...problem };
  return { state, notice: isQuiet ? undefined : notice };
}
