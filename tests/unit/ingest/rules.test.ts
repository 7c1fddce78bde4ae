import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { canonicalSchema } from "../../../ingest/json-schema.ts";
import { readRules } from "../../../ingest/rules/rules.ts";
import { template } from "../../../ingest/template.ts";
import { folderOf, ingestFiles } from "../../support/ingested.ts";

const root = join(import.meta.dirname, "..", "..", "..");
const fixture = (name: string) => readFileSync(join(root, "tests/fixtures/ingest", name), "utf8");

function rulesOf(text: string) {
  const file = join(folderOf({}), "rules.yaml");
  writeFileSync(file, text);
  return readRules(file);
}

it("gives results to the first rule that fits, and says why", async () => {
  const rules = rulesOf(readFileSync(join(root, "tests/fixtures/ingest-rules.yaml"), "utf8"));
  const reports = await ingestFiles(
    {
      "krkn.json": fixture("krkn/recovered-too-late.json"),
      "mesh.json": fixture("chaos-mesh/list.json"),
      "auth/fis.json": fixture("aws-fis/completed.json"),
      "junit.xml":
        '<testsuite name="s"><testcase name="unit adds" time="1"/><testcase name="fails over" time="1"/></testsuite>',
    },
    { rules, app: "Analytics Engine", explain: true },
  );
  expect(reports["krkn.json"]?.preview[0]?.application).toBe("Payment Service");
  expect(reports["mesh.json"]?.preview[0]?.application).toBe("Order Management");
  expect(reports["mesh.json"]?.explained[0]).toBe(
    "NetworkChaos delay: Order Management by rule 2: source litmus, chaos-mesh, namespace shop",
  );
  expect(reports["auth/fis.json"]?.preview[0]?.application).toBe("User Authentication");
  expect(reports["junit.xml"]).toMatchObject({ loaded: 1, skipped: 1 });
  expect(reports["junit.xml"]?.explained).toEqual([
    "unit adds: left out by rule 4: source junit, title unit *",
    "fails over: Analytics Engine by --app",
  ]);
});

it("names the rules that would have fitted, and what was looked at when none does", async () => {
  const rules = rulesOf("- app: A\n  source: k6\n- app: B\n- app: C\n  title: x*\n");
  const reports = await ingestFiles(
    { "x.json": fixture("k6/no-thresholds.json") },
    { rules, explain: true },
  );
  expect(reports["x.json"]?.explained).toEqual([
    "x: A by rule 1: source k6; rule 2 (B), rule 3 (C) would fit too",
  ]);
  const none = await ingestFiles({ "x.json": fixture("k6/no-thresholds.json") }, { explain: true });
  expect(none["x.json"]?.explained).toEqual(["x: x by its own name: no rule fits (title x)"]);
});

it("leaves a row to the application of its own column, and leaves out what a rule says", async () => {
  const row = (name: string, app: string) => `${app},${name},ok,2026-01-05T10:00:00Z`;
  const rows = [
    row("a", "Shop,"),
    row("b", ",3"),
    row("c", "-,"),
    row("d", "Shop,"),
    row("d", ",3"),
  ];
  const files = { "a.csv": ["app,app_id,scenario,status,start_time", ...rows].join("\n") };
  const applications = async (options: Parameters<typeof ingestFiles>[1]) => {
    const { "a.csv": report } = await ingestFiles(files, { app: "Other", ...options });
    return [report?.preview.map(({ application }) => application), report?.explained];
  };
  expect(await applications({})).toEqual([["Shop", "3", "Other", "Shop", "3"], []]);
  const rules = rulesOf("- skip: true\n  title: d*\n- app: Ruled\n  title: b*\n");
  expect(await applications({ rules, explain: true })).toEqual([
    ["Shop", "3", "Other"],
    [
      "a: Shop by its own column",
      "b: application 3 by its own column; rule 2 (Ruled) would fit too",
      "c: Other by --app",
      "d: left out by rule 1: title d*",
      "d: left out by rule 1: title d*",
    ],
  ]);
});

it("takes wildcards in alternatives, too", () => {
  const [rule] = rulesOf('- app: A\n  title: "{pay*,order ?}"\n');
  const fits = (title: string) => rule?.conditions[0]?.patterns.some((each) => each.test(title));
  expect(["Payment down", "order 1", "ordering"].map(fits)).toEqual([true, true, false]);
});

it.each([
  ["app: A", "it is no list of rules"],
  ["- app: A\n  labels: x", 'rule 1: it has no condition "labels"'],
  ["- app: A\n- source: k6", "rule 2: it names no app"],
  ["- [", "Flow sequence"],
])("refuses rules %j", (text, message) => {
  expect(() => rulesOf(text)).toThrow(message);
});

it("keeps the schema of canonical lines in the repository, and templates that load", async () => {
  expect(JSON.parse(readFileSync(join(root, "docs/ingest.schema.json"), "utf8"))).toEqual(
    canonicalSchema(),
  );
  const reports = await ingestFiles({
    "a.csv": template("csv"),
    "b.csv": template("outages"),
    "c.ndjson": template("ndjson"),
  });
  expect(reports["a.csv"]).toMatchObject({ loaded: 0, setAside: {} });
  expect(reports["b.csv"]).toMatchObject({ loaded: 0, setAside: {} });
  expect(reports["c.ndjson"]).toMatchObject({ loaded: 1 });
});
