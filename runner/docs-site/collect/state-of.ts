import type { ActionRun, DocsState } from "../docs.ts";

/** How an action stands: by its last run that came to an end, or that it was skipped in. */
export function stateOf(history: readonly ActionRun[], isDisabled: boolean): DocsState {
  if (isDisabled) return "disabled";
  const [last] = history;
  if (last === undefined) return "unknown";
  if (last.status === "failed") return "failed";
  if (last.verdict === "warning") return "warning";
  if (last.status === "skipped" || last.status === "cancelled") return "skipped";
  return last.status === "successful" ? "successful" : "unknown";
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
