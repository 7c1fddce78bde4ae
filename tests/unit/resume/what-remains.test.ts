import { describe, expect, it } from "vitest";
import type { ExecutionAction } from "../../../runner/plan/execution-graph.ts";
import type { ActionResult, ActionStatus } from "../../../runner/results/run-result.ts";
import type { EarlierRun } from "../../../runner/resume/read-run-log.ts";
import { whatRemains, withoutPublished } from "../../../runner/resume/what-remains.ts";
import { targetKey } from "../../../runner/target.ts";

const target = (name: string) => ({ schema: "shop", name });
const keyOf = (name: string) => targetKey(target(name));

function action(name: string, given: Partial<ExecutionAction> = {}): ExecutionAction {
  return {
    ...{ target: target(name), type: "table", fileName: `${name}.sqlx`, tags: [] },
    ...{ dependencyTargets: [], disabled: false, comments: { columns: [] } },
    tasks: [{ type: "statement", statement: "select 1" }],
    ...given,
  };
}

const behind = (...names: string[]) => ({ dependencyTargets: names.map(target) });

interface Given {
  statuses: Record<string, ActionStatus>;
  /** Actions whose transaction is committed. */
  committed?: string[];
  changed?: string[];
  gone?: string[];
}

function remaining(actions: ExecutionAction[], given: Given) {
  const { statuses, committed = [], changed = [], gone = [] } = given;
  const timing = { startTimeMillis: 0, endTimeMillis: 0 };
  const finished = Object.entries(statuses).map(([name, status]) => {
    const result: ActionResult = {
      ...{ target: target(name), type: "table", fileName: "", tags: [], status, tasks: [], timing },
    };
    return [keyOf(name), { type: "action", fingerprint: "same", result }] as const;
  });
  const earlier: EarlierRun = {
    head: {} as EarlierRun["head"],
    finished: new Map(finished),
    transactions: committed.map((name) => ({
      ...{ type: "transaction", target: target(name), fingerprint: "same", transactionId: name },
    })),
  };
  const names = actions.map((each) => each.target.name);
  const graph = { schemas: [], actions };
  const remainder = whatRemains(graph, {
    earlier,
    fingerprints: new Map(
      names.map((name) => [keyOf(name), changed.includes(name) ? "other" : "same"]),
    ),
    state: {
      schemas: new Set(),
      relations: new Map(
        names
          .filter((name) => !gone.includes(name))
          .map((name) => [keyOf(name), { kind: "table", columns: [] }]),
      ),
    },
    committed: new Set(committed),
  });
  const readable = (keys: Iterable<string>) => [...keys].map((key) => JSON.parse(key)[1]);
  return {
    reused: readable(remainder.reused.keys()),
    published: readable(remainder.published.keys()),
    graph: withoutPublished(graph, remainder),
  };
}

const chain = [action("a"), action("b", behind("a")), action("c", behind("b")), action("other")];
const all = { a: "successful", b: "successful", c: "successful", other: "successful" } as const;

describe("what remains of a run", () => {
  it.each<[string, Given, string[]]>([
    ["nothing of a successful one", { statuses: all }, ["a", "b", "c", "other"]],
    [
      "what failed and was skipped",
      { statuses: { ...all, b: "failed", c: "skipped" } },
      ["a", "other"],
    ],
    ["what was cancelled", { statuses: { ...all, other: "cancelled" } }, ["a", "b", "c"]],
    ["what is not in its log", { statuses: { a: "successful" } }, ["a"]],
    ["what was changed and is built on it", { statuses: all, changed: ["a"] }, ["other"]],
    ["what is gone and is built on it", { statuses: all, gone: ["b"] }, ["a", "other"]],
  ])("is %s", (_, given, reused) => {
    expect(remaining(chain, given)).toMatchObject({ reused, published: [] });
  });

  it("is what comes after a disabled action only if something before that runs again", () => {
    const actions = [action("a"), action("b", { ...behind("a"), disabled: true, tasks: [] })];
    actions.push(action("c", behind("b")));
    const statuses = { ...all, b: "disabled" } as const;
    expect(remaining(actions, { statuses }).reused).toEqual(["a", "c"]);
    expect(remaining(actions, { statuses, changed: ["a"] }).reused).toEqual([]);
    expect(remaining(actions, { statuses: all }).reused).toEqual(["a"]);
  });

  it("is no second publication of what was committed without a word", () => {
    const given: Given = { statuses: { a: "failed", other: "successful" }, committed: ["a"] };
    const { published, reused, graph } = remaining(chain, given);
    expect({ published, reused }).toEqual({ published: ["a"], reused: ["other"] });
    expect(graph.actions.map(({ tasks }) => tasks.length)).toEqual([0, 1, 1, 1]);
    expect(remaining(chain, { ...given, changed: ["a"] }).published).toEqual([]);
  });

  it("is an assertion whose transaction was committed, because it may have found rows", () => {
    const actions = [action("a", { type: "assertion" })];
    expect(remaining(actions, { statuses: {}, committed: ["a"] }).published).toEqual([]);
  });
});
