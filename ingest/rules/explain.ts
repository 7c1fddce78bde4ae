import type { Application } from "../load/rows.ts";
import type { Hints } from "../mapped.ts";
import type { RuleVerdict } from "./apply-rules.ts";
import type { Rule } from "./rules.ts";

/** Why an application is that of a result, beside rules. */
interface Reasons {
  hints: Hints;
  /** The result's own column names it. */
  isOwn: boolean;
}

/** For `--explain`: to which application a result went, and why. */
export function explain(
  { appId, appName }: Application,
  { rule, others }: RuleVerdict,
  { hints, isOwn }: Reasons,
): string {
  const isLeftOut = rule !== undefined && rule.app === undefined;
  const decides = isOwn && !isLeftOut ? undefined : rule;
  const fitting = rule === undefined || rule === decides ? others : [rule, ...others];
  const own = isOwn ? "its own column" : ownOf(appName, hints);
  const why = decides === undefined ? own : describe(decides);
  const also = fitting.map((other) => `rule ${other.number} (${other.app ?? "skip"})`);
  const rest = also.length === 0 ? "" : `; ${also.join(", ")} would fit too`;
  const whose = appName ?? (appId === null ? "no application" : `application ${appId}`);
  return `${isLeftOut ? "left out" : whose} by ${why}${rest}`;
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
