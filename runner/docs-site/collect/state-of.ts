import type { ActionRun, DocsAction, DocsState } from "../docs.ts";

/**
 * The run by which an action stands: the last one that came to its end when it failed or warned in that, else
 * the last one. What was skipped or cancelled since then is as bad as before.
 */
export function decidingRun(history: readonly ActionRun[]): ActionRun | undefined {
  const ended = history.find(({ status }) => status === "successful" || status === "failed");
  const isBad = ended?.status === "failed" || ended?.verdict === "warning";
  return isBad ? ended : history[0];
}

/** How an action stands, by its deciding run. */
export function stateOf(history: readonly ActionRun[], isDisabled: boolean): DocsState {
  if (isDisabled) return "disabled";
  const run = decidingRun(history);
  if (run === undefined) return "unknown";
  if (run.status === "failed") return "failed";
  if (run.verdict === "warning") return "warning";
  if (run.status === "skipped" || run.status === "cancelled") return "skipped";
  return run.status === "successful" ? "successful" : "unknown";
}

/** How a model stands where its checks are not shown: one that failed or warned counts for the model. */
export function stateWithChecks({
  state,
  checks,
}: Pick<DocsAction, "state" | "checks">): DocsState {
  const states = [state, ...checks.map((check) => check.state)];
  return (["failed", "warning"] as const).find((bad) => states.includes(bad)) ?? state;
}

/** Bad first, then what is not known. */
export const statesInOrder: readonly DocsState[] = [
  "failed",
  "warning",
  "skipped",
  "unknown",
  "successful",
  "disabled",
];
