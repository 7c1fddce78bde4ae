import type { Hints } from "../mapped.ts";
import type { RuleVerdict } from "./apply-rules.ts";
import type { Rule } from "./rules.ts";

/** One line for `--explain`: to which application a result went, and why. */
export function explain(what: string, appName: string | null, verdict: RuleVerdict, hints: Hints) {
  const { rule, others } = verdict;
  const why = rule === undefined ? ownOf(appName, hints) : describe(rule);
  const also = others.map((other) => `rule ${other.number} (${other.app ?? "skip"})`);
  const rest = also.length === 0 ? "" : `; ${also.join(", ")} would fit too`;
  return `${what}: ${rule && rule.app === undefined ? "left out" : (appName ?? "no application")} by ${why}${rest}`;
}

function describe({ number, conditions }: Rule): string {
  const said = conditions.map(({ name, text }) => `${name} ${text}`).join(", ");
  return `rule ${number}${said === "" ? "" : `: ${said}`}`;
}

function ownOf(appName: string | null, hints: Hints): string {
  if (appName !== null && appName !== hints.ownName) return "--app";
  const looked = [
    hints.title && `title ${hints.title}`,
    hints.namespace && `namespace ${hints.namespace}`,
    hints.tags?.length && `tags ${hints.tags.join(", ")}`,
    ...Object.entries(hints.labels ?? {}).map(([key, value]) => `label ${key}=${value}`),
  ].filter(Boolean);
  return `its own name: no rule fits${looked.length === 0 ? "" : ` (${looked.join("; ")})`}`;
}
