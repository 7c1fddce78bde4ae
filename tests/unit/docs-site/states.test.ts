import { expect, it } from "vitest";
import { collectDocs } from "../../../runner/docs-site/collect/collect-docs.ts";
import { dataFiles } from "../../../runner/docs-site/data-files.ts";
import type { ActionRun, DocsRun } from "../../../runner/docs-site/docs.ts";
import { homePage } from "../../../runner/docs-site/pages/home-page.ts";
import { lineagePage } from "../../../runner/docs-site/pages/lineage-page.ts";
import { checksPage } from "../../../runner/docs-site/pages/list-pages.ts";
import { targetKey } from "../../../runner/target.ts";

const totals = { schema: "shop", name: "totals" };
const check = { schema: "checks", name: "totals_are_positive" };

function runOf(status: string, day: string, found: Partial<ActionRun> = {}): ActionRun {
  return {
    ...{ runId: day, status, startedAt: `${day}T12:00:00Z`, endedAt: `${day}T12:00:01Z` },
    ...{ seconds: 1, queueSeconds: null, lockSeconds: null, rows: null, replacement: null },
    ...{ message: null, verdict: null, failingRows: null, failingSince: null, sample: [] },
    ...found,
  };
}

const newest: DocsRun = {
  ...{ id: "2026-01-03", page: undefined, status: "cancelled", startedAt: "2026-01-03T12:00:00Z" },
  ...{ seconds: 1, planned: 2, successful: 0, failed: 0, skipped: 1, warnings: 0 },
  ...{ commit: null, branch: null, actions: [] },
};

const failed = { verdict: "failed", failingRows: 3, failingSince: "2026-01-01T12:00:01Z" };
const docs = docsWith([runOf("skipped", "2026-01-03"), runOf("failed", "2026-01-02", failed)]);

/** Pages about a table whose check has these runs. */
function docsWith(runsOfCheck: ActionRun[]) {
  return collectDocs(
    {
      compiled: {
        projectConfig: {},
        tables: [{ target: totals, query: "select 1 as total" }],
        assertions: [
          {
            ...{ target: check, parentAction: totals, dependencyTargets: [totals] },
            query: "select * from shop.totals where total < 0",
          },
        ],
      },
      ...{ lineage: [], relations: new Map(), sourceOf: () => undefined },
      history: {
        runs: [newest],
        byAction: new Map([
          [
            targetKey(totals),
            [runOf("cancelled", "2026-01-03"), runOf("successful", "2026-01-02")],
          ],
          [targetKey(check), runsOfCheck],
        ]),
      },
    },
    {
      ...{ project: "shop", origin: "made today", missing: [] },
      ...{ hasDatabase: true, withSamples: false },
    },
  );
}

it("a check that failed stays failed through runs in which it was skipped", () => {
  const home = homePage(docs).text;
  expect(home).toContain("1 action failed");
  expect(home).toContain("3 failing rows");
  expect(home).toContain("2026-01-01 12:00");
  const [checks] = checksPage(docs);
  expect(checks?.text).toContain("1 of 1 check failed or warned the last time.");
});

it("a check that was skipped is not told as one that found nothing", () => {
  const [checks] = checksPage(docsWith([runOf("skipped", "2026-01-03")]));
  expect(checks?.text).toContain(
    "None of 1 check failed or warned the last time. 1 did not run then, or no run is known.",
  );
});

it("a failed check shows in the graph as the state of what it checks", () => {
  expect(docs.actions.map(({ name, state }) => [name, state])).toContainEqual([
    "shop.totals",
    "skipped",
  ]);
  const graph = dataFiles(docs).find(({ path }) => path === "data/graph.js")?.text;
  expect(graph).toContain('"failed"');
  expect(lineagePage(docs).text).toContain('<option value="failed">');
});
