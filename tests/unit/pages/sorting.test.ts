import { expect, it } from "vitest";
import type { DocsAction } from "../../../runner/docs-site/docs.ts";
import { checksTable } from "../../../runner/docs-site/pages/tables.ts";
import { dataFile } from "../../../runner/pages/data-file.ts";
import type { PageFile } from "../../../runner/pages/long-table.ts";
import type { Column } from "../../../runner/pages/table.ts";
import { findingsPage } from "../../../site/pages/findings.ts";
import { dueColumns, minutesCell, pairColumns } from "../../../site/pages/list-columns.ts";
import { trendsPage } from "../../../site/pages/trends.ts";
import type { Row } from "../../../site/read/rows.ts";
import type { Report } from "../../../site/report.ts";
import { largeReport } from "../site/large-facts.ts";

/** A module of the script of the pages, whose types are those of a browser. */
const client = (name: string) => import(`../../../runner/pages/client/${name}.ts`);

/** The texts of a column, sorted by it upwards, as a page does with the rows of a data file. */
async function sortedTexts(file: string, column: number): Promise<string[]> {
  const [{ rowsOf }, { sorted }] = await Promise.all([client("row"), client("sorting")]);
  let data: unknown;
  new Function("tableRows", file)((_: string, rows: unknown) => {
    data = rows;
  });
  const rows: { cells: (string | { text: string })[] }[] = sorted(rowsOf(data), {
    column,
    down: false,
  });
  return rows.map(({ cells }) => {
    const cell = cells[column] ?? "";
    return typeof cell === "string" ? cell : cell.text;
  });
}

function sortedBy<T>(label: string, columns: readonly Column<T>[], rows: readonly T[]) {
  const index = columns.findIndex((column) => column.label === label);
  return sortedTexts(dataFile("rows", columns, rows), index);
}

/** The same for a table of a page, whose rows are in its data file. */
function sortedOnPage(label: string, table: string, files: readonly PageFile[]) {
  const page = files.find(({ path }) => path.endsWith(".html"))?.text ?? "";
  const [, head = ""] = page.split(`id="${table}" role="table"`);
  const labels = [...(head.split("</thead>")[0] ?? "").matchAll(/data-name="([^"]*)"/g)];
  const file = files.find(({ path }) => path === `data/${table}.js`)?.text ?? "";
  return sortedTexts(
    file,
    labels.findIndex(([, name]) => name === label),
  );
}

function withRows(name: keyof Report["facts"]["data"], rows: Row[]): Report {
  const report = largeReport(1, 1);
  const { data } = report.facts;
  const facts = { ...report.facts, data: { ...data, [name]: { ...data[name], rows } } };
  return { ...report, facts };
}

/** More rows than a page holds, the last ones with those values. */
function manyRows(values: Row[]): Row[] {
  return [...Array.from({ length: 50 }, () => ({})), ...values];
}

it("sorts required tests by the day of their last test and by how late they are", async () => {
  const rows = [
    { last_test_date: "2026-03-01", days_overdue: "9" },
    { last_test_date: "2025-12-27", days_overdue: "70" },
    { last_test_date: null, days_overdue: null },
    { last_test_date: "2026-03-11", days_overdue: "-1" },
  ];
  expect(await sortedBy("Last test", dueColumns, rows)).toEqual([
    ...["never", "27 Dec 2025", "1 Mar 2026", "11 Mar 2026"],
  ]);
  expect(await sortedBy("Overdue by", dueColumns, rows)).toEqual([
    ...["due in 1 d", "9 d", "70 d", "–"],
  ]);
});

it("sorts recoveries as numbers, no recovery after the longest one", async () => {
  const seconds = ["Infinity", "74070", "600", null, "3", "Infinity"];
  const rows = seconds.map((value) => ({ recent_median_seconds: value }));
  const texts = ["–", "< 0.1", "10.0", "1,234.5", "∞", "∞"];
  expect(await sortedBy("Last 5, min", pairColumns, rows)).toEqual(texts);
  const columns = [{ label: "Minutes", cell: minutesCell }];
  expect(await sortedBy("Minutes", columns, seconds)).toEqual(texts);
});

it("sorts weeks by their mean recovery and their share as numbers", async () => {
  const rows = ["1234", "99", "1000", "2"].map((mttr_minutes) => ({
    ...{ mttr_minutes, rto_compliance_pct: "50", unrecovered_tests: mttr_minutes },
  }));
  const files = trendsPage(withRows("weekly_trend", manyRows(rows)));
  const last = (texts: string[]) => texts.slice(-4);
  expect(last(await sortedOnPage("Mean recovery, min", "weeks", files))).toEqual([
    ...["2.0", "99.0", "1,000.0", "1,234.0"],
  ]);
  expect(last(await sortedOnPage("Never recovered", "weeks", files))).toEqual([
    ...["2", "99", "1,000", "1,234"],
  ]);
});

it("sorts findings that are open after all that were closed", async () => {
  const day = (closed: string | null) => ({ closed_at: closed, opened_at: "2026-01-01" });
  const rows = Array.from({ length: 50 }, () => day("2026-03-01 10:00:00+00"));
  const files = findingsPage(withRows("findings", [day(null), ...rows]));
  expect((await sortedOnPage("Closed, UTC", "findings", files)).at(-1)).toBe("open");
});

it("sorts checks by the share of their last runs that passed", async () => {
  const check = (passed: number, runs: number) => ({
    ...{ name: "check", page: "a.html", kind: "assertion", state: "passed", folder: "" },
    checked: [],
    history: Array.from({ length: runs }, (_, run) => ({
      verdict: run < passed ? "passed" : "failed",
    })),
  });
  const some = [check(1, 1), check(2, 12), check(0, 0), check(11, 12)];
  const checks = [...some, ...Array.from({ length: 100 }, () => check(0, 12))];
  const { markup: _, files } = checksTable(checks as unknown as DocsAction[]);
  const texts = await sortedTexts(files[0]?.text ?? "", 5);
  expect([texts[0], ...texts.slice(-3)]).toEqual([
    ...["–", "2 of 12 passed", "11 of 12 passed", "1 of 1 passed"],
  ]);
});
