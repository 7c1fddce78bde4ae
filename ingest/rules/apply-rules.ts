import type { Hints } from "../mapped.ts";
import type { Condition, Rule } from "./rules.ts";

/** What rules may look at in a result. */
export interface Subject {
  source: string;
  path: string;
  hints: Hints;
}

/** Which rule decides, and which would, were it not for those before them. */
export interface RuleVerdict {
  rule: Rule | undefined;
  others: Rule[];
}

/** The rules that fit a result; the first decides. */
export function applyRules(rules: readonly Rule[], subject: Subject): RuleVerdict {
  const [rule, ...others] = rules.filter(({ conditions }) =>
    conditions.every(({ name, patterns }) => {
      const values = valuesOf(name, subject);
      return patterns.some((pattern) => values.some((value) => pattern.test(value)));
    }),
  );
  return { rule, others };
}

function valuesOf(name: Condition, { source, path, hints }: Subject): string[] {
  switch (name) {
    case "source":
      return [source];
    case "path":
      return [path];
    case "label":
      return Object.entries(hints.labels ?? {}).flatMap(([key, value]) => [key, `${key}=${value}`]);
    case "tag":
      return hints.tags ?? [];
    case "namespace":
      return hints.namespace ? [hints.namespace] : [];
    case "title":
      return hints.title ? [hints.title] : [];
  }
}
