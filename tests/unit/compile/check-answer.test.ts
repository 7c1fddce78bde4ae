import { expect, it } from "vitest";
import { checkAnswer } from "../../../runner/compile/processes/check-answer.ts";

const files = ["definitions/a.sqlx"];
const check = (graph: unknown) => checkAnswer({ graph }, files);
const table = { target: { schema: "s", name: "a" }, fileName: "definitions/a.sqlx", query: "x" };

it("lets through what the compiler makes", () => {
  const graph = {
    projectConfig: { warehouse: "postgres", vars: { a: "b" } },
    tables: [{ ...table, enumType: "VIEW", tags: ["t"], postgres: { anything: [1, null] } }],
    graphErrors: { compilationErrors: [{ message: "no", fileName: "../anything" }] },
  };
  expect(check(graph)).toEqual({ graph });
  expect(
    checkAnswer({ settingsFailure: { message: "no", fileName: "dataform.json" } }, []),
  ).toBeDefined();
});

it("names the file of the action whose config has a value of another type", () => {
  const graph = { projectConfig: {}, tables: [table, { ...table, tags: [2024] }] };
  expect(() => check(graph)).toThrow("graph.tables[1].tags[0] is not a text (definitions/a.sqlx)");
});

const deep = JSON.parse(`${'{"a":'.repeat(5000)}1${"}".repeat(5000)}`);

it.each<[string, unknown]>([
  ["nothing", undefined],
  ["a text", "graph"],
  ["a list", []],
  ["no settings", {}],
  ["settings that are a list", { projectConfig: [] }],
  ["variables that are no texts", { projectConfig: { vars: { a: 1 } } }],
  ["no action", { projectConfig: {}, tables: [null] }],
  ["an object of actions", { projectConfig: {}, tables: { 0: table } }],
  ["an action without a target", { projectConfig: {}, operations: [{ queries: [] }] }],
  ["a target without a name", { projectConfig: {}, tables: [{ target: {} }] }],
  ["a name that is a number", { projectConfig: {}, declarations: [{ target: { name: 1 } }] }],
  [
    "a query that is an object",
    { projectConfig: {}, tables: [{ ...table, query: { text: "x" } }] },
  ],
  ["operations that are a text", { projectConfig: {}, operations: [{ ...table, queries: "x" }] }],
  ["a type that is not known", { projectConfig: {}, tables: [{ ...table, enumType: "x" }] }],
  ["tags that are null", { projectConfig: {}, assertions: [{ ...table, tags: null }] }],
  [
    "a dependency on nothing",
    { projectConfig: {}, tables: [{ ...table, dependencyTargets: [0] }] },
  ],
  ["a file above the project", { projectConfig: {}, tables: [{ ...table, fileName: "../x" }] }],
  ["a file of the system", { projectConfig: {}, tables: [{ ...table, fileName: "/dev/zero" }] }],
  ["a hidden file", { projectConfig: {}, tables: [{ ...table, fileName: ".env" }] }],
  ["an error without a message", { projectConfig: {}, graphErrors: { compilationErrors: [{}] } }],
  ["errors that are a text", { projectConfig: {}, graphErrors: { compilationErrors: "x" } }],
  [
    "a column without a path",
    { projectConfig: {}, tables: [{ ...table, actionDescriptor: { columns: [{}] } }] },
  ],
  ["a unit test without inputs", { projectConfig: {}, unitTests: [{ name: "x", fileName: "" }] }],
  ["what has no end", { projectConfig: {}, tables: [{ ...table, postgres: deep }] }],
])("refuses %s", (_what, graph) => {
  expect(() => check(graph)).toThrow(/^(graph|something)/);
});
