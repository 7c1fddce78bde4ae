import { readFileSync } from "node:fs";
import * as v from "valibot";
import { parse } from "yaml";
import { RunnerError } from "../../runner/errors.ts";
import { globPattern } from "../values/glob.ts";

const pattern = v.union([v.string(), v.array(v.string())]);
const conditions = {
  source: v.optional(pattern),
  path: v.optional(pattern),
  label: v.optional(pattern),
  tag: v.optional(pattern),
  namespace: v.optional(pattern),
  title: v.optional(pattern),
};
const ruleShape = v.union([
  v.strictObject({ app: v.pipe(v.string(), v.nonEmpty()), ...conditions }),
  v.strictObject({ skip: v.literal(true), ...conditions }),
]);

/** What a rule looks at. */
export type Condition = keyof typeof conditions;

/** One rule of the file: every condition that it has must hold. */
export interface Rule {
  /** Counted from 1, in the order of the file. */
  number: number;
  /** Application of the results that fit; undefined for a rule that leaves them out. */
  app: string | undefined;
  conditions: { name: Condition; text: string; patterns: RegExp[] }[];
}

/** Reads a file of rules, YAML or JSON. Throws a `USAGE` error that names the problem. */
export function readRules(path: string): Rule[] {
  const problem = (what: string) =>
    new RunnerError("USAGE", `--rules ${path}: ${what}`, {
      hint: "It is a list of rules as `- app: Payment Service` with conditions below; see docs/ingest.md.",
    });
  let document: unknown;
  try {
    document = parse(readFileSync(path, "utf8"));
  } catch (error) {
    throw problem(error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error));
  }
  if (!Array.isArray(document)) throw problem("it is no list of rules");
  return document.map((each, index) => {
    const read = v.safeParse(ruleShape, each);
    if (!read.success) throw problem(`rule ${index + 1}: ${describeIssue(read.issues[0], each)}`);
    return ruleOf(read.output, index + 1);
  });
}

function ruleOf(rule: v.InferOutput<typeof ruleShape>, number: number): Rule {
  const names = Object.keys(conditions) as Condition[];
  return {
    number,
    app: "app" in rule ? rule.app : undefined,
    conditions: names.flatMap((name) => {
      const value = rule[name];
      if (value === undefined) return [];
      const globs = [value].flat();
      return [
        { name, text: globs.join(", "), patterns: globs.map((glob) => patternOf(name, glob)) },
      ];
    }),
  };
}

// The pattern matches at any depth: folders before its own first one do not matter.
function patternOf(name: Condition, glob: string): RegExp {
  if (name !== "path") return globPattern(glob.replace(/\*+/g, "**"), true);
  return globPattern(glob.startsWith("/") ? glob : `**/${glob.replace(/^\.\//, "")}`);
}

function describeIssue(issue: v.BaseIssue<unknown>, rule: unknown): string {
  if (typeof rule !== "object" || rule === null) return "it is no rule";
  const allowed = ["app", "skip", ...Object.keys(conditions)];
  const unknown = Object.keys(rule).find((key) => !allowed.includes(key));
  if (unknown !== undefined) return `it has no condition "${unknown}": ${allowed.join(", ")}`;
  if (!("app" in rule) && !("skip" in rule)) return "it names no app";
  return issue.message;
}
