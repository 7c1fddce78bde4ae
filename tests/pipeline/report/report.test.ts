import { statSync } from "node:fs";
import type { Browser } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { percent } from "../../../site/html/format.ts";
import { brokenLinks } from "../../support/broken-links.ts";
import { chromiumPath, launchBrowser, openFile } from "../../support/browser.ts";
import { servers } from "../../support/test-database.ts";
import { notSuccessful, openBuiltWarehouse, openWarehouse, type Warehouse } from "../warehouse.ts";
import { hostileTexts, insertHostileTests, samples } from "./hostile-tests.ts";
import { inspectPages } from "./inspect-page.ts";
import { counts, readings } from "./readings.ts";
import { type ReportFolder, reportOf } from "./report-folder.ts";

const [server] = servers();
if (server === undefined) throw new Error("there is no server");

let warehouse: Warehouse;
let report: ReportFolder;

beforeAll(async () => {
  warehouse = await openWarehouse(server);
  await warehouse.generate({ from: "2026-01-01", days: 16, testsPerDay: 40 });
  await insertHostileTests(warehouse);
  await warehouse.insert({ appId: 4711, startTime: "2026-01-10 09:00Z" });
  expect(notSuccessful(await warehouse.run())).toEqual([]);
  await warehouse.database.query(
    "update resiliency.dim_applications set app_name = $1, owner_team = $2 where app_id = 2",
    [hostileTexts.attribute, hostileTexts.formula],
  );
  report = await reportOf(warehouse);
  return async () => {
    report.remove();
    await warehouse.drop();
  };
});

type Numbers = Record<string, number | string | null>;

/** A value of a query as data/report.json has it: a number where it is one. */
function asJson(value: string | null): string {
  return value !== null && Number.isFinite(Number(value)) ? value : JSON.stringify(value);
}

/** The SQL that a page shows, as a reader would copy it. */
function shownSql(page: string): string[] {
  const blocks = page.matchAll(/<pre class="sql"[^>]*><code[^>]*>([^<]*)</g);
  return [...blocks].map(([, text = ""]) =>
    text.replaceAll("&lt;", "<").replaceAll("&gt;", ">").replaceAll("&#39;", "'"),
  );
}

describe("the report", () => {
  it("has every page, each within its size", () => {
    expect(report.pages()).toEqual(
      expect.arrayContaining(
        [
          ...["index", "index-7-days", "index-30-days", "applications", "register", "coverage"],
          ...["recovery", "passed-but-breached", "failed", "findings", "trends", "quality"],
          ...["lineage", "definitions", "application-1", "application-1-7-days", "tests-of-1"],
        ].map((name) => `${name}.html`),
      ),
    );
    for (const name of report.pages()) {
      expect(statSync(report.path(name)).size, name).toBeLessThan(150 * 1024);
    }
    expect(statSync(report.path("assets/report.js")).size).toBeLessThan(40 * 1024);
  });

  it("leads nowhere where nothing is, and loads nothing from elsewhere", () => {
    expect(brokenLinks(report)).toEqual([]);
    for (const name of report.pages()) {
      const text = report.read(name);
      expect(text, name).toContain(
        "default-src &#39;none&#39;; script-src &#39;self&#39;; style-src &#39;self&#39;",
      );
      expect(text.match(/<script[^>]*>/g), name).toEqual(['<script src="assets/report.js">']);
      expect(text, name).not.toMatch(/<[^>]*\s(on\w+|style)="|<img|(href|src)="javascript:/);
    }
  });

  it("has the numbers of the views, to the last digit, in its files", async () => {
    const about = JSON.parse(report.read("data/report.json")).about;
    expect(about).toMatchObject({ days: 90, asOf: null, missing: [] });
    for (const view of ["window_metrics", "coverage_matrix", "rto_margin_ranking"]) {
      const [columns = "", ...rows] = report.read(`data/${view}.csv`).trim().split("\r\n");
      const expected = await warehouse.objects(`select * from resiliency.${view}`);
      const counts = expected.map((row) =>
        Object.values(row).filter((value) => value !== null && /^\d+\.\d{5}$/.test(value)),
      );
      for (const number of counts.flat())
        expect(rows.join(), `${view} ${columns}`).toContain(number);
    }
  });

  it("leaves messages and payloads out unless it is asked for them", async () => {
    const all = [...report.pages(), "weekly.md", "data/report.json", "data/tests-of-1.csv"];
    for (const name of [...all, "data/failed_and_breached_tests.csv", "data/findings.csv"]) {
      expect(report.read(name), name).not.toContain("hunter2");
    }
    const asked = await reportOf(warehouse, { withSamples: true });
    onTestFinished(asked.remove);
    expect(asked.read("data/tests-of-1.csv")).toContain(samples.message);
    expect(asked.read("tests-of-1.html")).toContain("hunter2");
    expect(asked.read("tests-of-1.html")).not.toContain("<script>document");
  });

  it("disarms formulas in CSV and markup in Markdown", async () => {
    const csv = report.read("data/rto_evidence_register.csv");
    expect(csv).toContain(`"'=HYPERLINK(`);
    expect(csv).not.toMatch(/(^|,|")=HYPERLINK/m);
    const markdown = await reportOf(warehouse, { format: "markdown" });
    onTestFinished(markdown.remove);
    expect(markdown.pages()).toEqual([]);
    const text = markdown.read("weekly.md");
    expect(text).toMatch(/^# Resiliency, 2026-01-10 to 2026-01-16\n/);
    expect(text).toContain("| Payment Service | ");
    expect(text).not.toMatch(/<img|<script|\]\(|@everyone/);
  });

  it("is of one day and of one application when asked", async () => {
    const past = await reportOf(warehouse, { asOf: "2026-01-09", app: "1", format: "json" });
    onTestFinished(past.remove);
    const {
      about,
      window_metrics: windows,
      coverage_matrix: coverage,
    } = JSON.parse(past.read("data/report.json"));
    expect(about).toMatchObject({ asOf: "2026-01-09", today: "2026-01-09" });
    expect(new Set(windows.map(({ app_id: id }: { app_id: number }) => id))).toEqual(new Set([1]));
    const vars = { reportDate: "2026-01-09" };
    await warehouse.run({ actions: ["window_metrics", "coverage_matrix"] }, vars);
    const then = await warehouse.objects(
      "select window_days, total_tests, kept from (select *, rto_compliance_pct as kept from resiliency.window_metrics) as w where app_id = 1 order by 1",
    );
    const covered = await warehouse.value(
      "select count(*) from resiliency.coverage_matrix where app_id = 1 and coverage = 'covered'",
    );
    await warehouse.run({ actions: ["window_metrics", "coverage_matrix"] });
    expect(
      windows.map((row: Record<string, unknown>) => [
        row.window_days,
        row.total_tests,
        row.rto_compliance_pct,
      ]),
    ).toEqual(
      then.map((row) => [Number(row.window_days), Number(row.total_tests), Number(row.kept)]),
    );
    expect(coverage.filter((row: { coverage: string }) => row.coverage === "covered").length).toBe(
      Number(covered),
    );
    expect(Number(then[0]?.total_tests)).toBeGreaterThan(10);
  });

  it("of a past day shows SQL that gives its own numbers, while the warehouse has later tests", async () => {
    const past = await reportOf(warehouse, { asOf: "2026-01-09" });
    onTestFinished(past.remove);
    expect(past.read("index.html")).toContain("As of 9 Jan 2026");
    expect(brokenLinks(past)).toEqual([]);
    const rows = JSON.parse(past.read("data/report.json"));
    const windows = rows.window_metrics.filter((row: Numbers) => row.window_days === 90);
    const valuesOf = (row: Numbers, ...names: string[]) => names.map((name) => row[name] ?? null);
    const sums = (of: Numbers[], ...names: string[]) =>
      names.map((name) => of.reduce((sum, row) => sum + Number(row[name]), 0));
    const open = rows.findings.filter((row: Numbers) => row.closed_at === null);
    const pairs = ["covered_pairs", "required_pairs", "overdue_pairs", "never_tested_pairs"];
    const budget = ["error_budget_used_pct", "outage_seconds", "slo_percent", "open_outages"];
    const listed = past.read("data/tests-of-1.csv").trim().split("\r\n").length - 1;
    const expected: [page: string, part: string, row: unknown[]][] = [
      ["index", "sum(rto_met_tests)", sums(windows, "rto_met_tests", "rto_breached_tests")],
      ["index", "sum(unrecovered_tests)", sums(windows, "unrecovered_tests", "recovered_tests")],
      ["index", "coverage_by_application", sums(rows.coverage_by_application, ...pairs)],
      ["index", "findings", [open.length]],
      ["application-1", "slo_percent", valuesOf(windows[0], ...budget, "open_since")],
      ["application-1", "as met", valuesOf(windows[0], "rto_met_tests", "rto_breached_tests")],
      ["application-1", "within group", valuesOf(windows[0], "p50_recovery_seconds")],
      ["tests-of-1", "", [listed]],
    ];
    const found = await warehouse.database.transaction(async (session) => {
      await session.query(past.read("data/as-of.sql"));
      const answers = [];
      for (const [page, part] of expected) {
        const sql = shownSql(past.read(`${page}.html`)).find((text) => text.includes(part)) ?? "";
        const [row = []] = (await session.query(sql)).rows;
        answers.push([page, part, row.map((value) => JSON.parse(asJson(value)))]);
      }
      await session.query("discard temp");
      return answers;
    });
    expect(found).toEqual(expected);
  });

  it("refuses an application that there is not, and names one that there is", async () => {
    await expect(reportOf(warehouse, { app: "Payment Servic" })).rejects.toMatchObject({
      code: "USAGE",
      hint: expect.stringContaining("Payment Service"),
    });
  });
});

describe("a warehouse with little in it", () => {
  it("has every page without a relation, with an empty bronze, and with one test", async () => {
    const unbuilt = await openWarehouse(server);
    onTestFinished(unbuilt.drop);
    const nothing = await reportOf(unbuilt);
    onTestFinished(nothing.remove);
    expect(nothing.read("index.html")).toContain("Not built yet:");
    const empty = await openBuiltWarehouse(server);
    try {
      const built = await reportOf(empty);
      onTestFinished(built.remove);
      expect(built.read("index.html")).toContain("There is no conclusive test yet");
      expect(built.read("register.html")).toContain("never tested");
      await empty.insert({
        startTime: "2026-01-05 10:00Z",
        durationMs: 3_600_000,
        status: "failed",
      });
      await empty.run({ assertions: false });
      const one = await reportOf(empty);
      onTestFinished(one.remove);
      for (const folder of [nothing, built, one]) {
        expect(brokenLinks(folder)).toEqual([]);
        for (const page of folder.pages().filter((name) => name !== "definitions.html")) {
          expect(folder.read(page), page).not.toMatch(/NaN|[">](undefined|null)\b/);
        }
      }
    } finally {
      await empty.drop();
    }
  });
});

describe.skipIf(chromiumPath === undefined)("the report in a browser", () => {
  let browser: Browser;
  beforeAll(async () => {
    browser = await launchBrowser();
    return () => browser.close();
  });

  it("opens from a disk without a complaint, whatever the sources say, and is accessible", async () => {
    const names = report.pages().filter((page) => !/[2-5]\.html|-days/.test(page));
    expect(names.length).toBeGreaterThan(12);
    // the pages share one style, so each way to look is tried on the chief ones
    const isChief = (name: string) => /^(index|register|application-1|tests-of-1)$/.test(name);
    // some tabs at a time, so that both cores have work
    const tabs = [0, 1, 2].map((tab) => {
      const own = names.filter((_, index) => index % 3 === tab);
      return inspectPages(browser, own.map(report.path), isChief);
    });
    expect((await Promise.all(tabs)).flat()).toEqual([]);
  });

  it("shows in its tables what the views say", async () => {
    const { page, complaints } = await openFile(browser, report.path("index.html"));
    for (const { page: name, section, label, sql } of readings) {
      const url = `file://${report.path(`${name}.html`)}`;
      if (page.url() !== url) await page.goto(url);
      const cells = page.locator(`#${section} tbody [data-label="${label}"]:visible`);
      const shown = (await cells.allInnerTexts()).map((text) => text.split("\n")[0]?.trim());
      const expected = (await warehouse.rows(sql)).map(([value]) => value);
      expect(shown.length, `${name} ${section} ${label}`).toBeGreaterThan(0);
      expect(shown.sort(), `${name} ${section} ${label}`).toEqual(expected.sort());
    }
    for (const { page: name, sql } of counts) {
      await page.goto(`file://${report.path(`${name}.html`)}`);
      const total = Number(await warehouse.value(sql)).toLocaleString("en-GB");
      expect(await page.locator("output").first().textContent(), name).toBe(`${total} rows`);
    }
    expect(complaints).toEqual([]);
  });

  it("shows the numbers of the views, and each leads to the tests that it counts", async () => {
    const { page, complaints } = await openFile(browser, report.path("lineage.html"));
    const expected = await warehouse.objects(
      "select * from resiliency.window_metrics where window_days = 90 order by app_id",
    );
    const cells = (label: string) =>
      page.locator(`#numbers tbody [data-label="${label}"]`).allInnerTexts();
    expect(await cells("Breached")).toEqual(expected.map((row) => row.rto_breached_tests));
    expect(await cells("Kept, %")).toEqual(
      expected.map((row) => expect.stringMatching(`^${percent(row.rto_compliance_pct)}\\n`)),
    );
    const links = await page.evaluate<[string, string][]>(
      `[...document.querySelectorAll("#numbers tbody tr:first-child td a")].map((link) => [link.textContent, link.getAttribute("href")])`,
    );
    expect(links.length).toBeGreaterThan(5);
    for (const [number, href] of links) {
      await page.goto("about:blank");
      await page.goto(`file://${report.path(href ?? "")}`);
      await expect.poll(() => page.textContent("output")).toMatch(new RegExp(`^${number} of `));
      const sql = (await page.textContent("#recount")) ?? "";
      expect(await warehouse.value(sql), sql).toBe(number);
    }
    await page.goto(`file://${report.path("index.html")}`);
    const kept = await warehouse.objects(`
      select 100.0 * sum(rto_met_tests) / sum(rto_met_tests + rto_breached_tests) as kept,
        sum(unrecovered_tests) as never
      from resiliency.window_metrics where window_days = 90`);
    const figure = (name: string) => page.textContent(`[data-number="${name}"] [data-value]`);
    expect(await figure("kept")).toBe(percent(kept[0]?.kept));
    expect(await figure("unrecovered")).toBe(kept[0]?.never);
    expect(await figure("open-findings")).toBe(
      await warehouse.value("select count(*) from resiliency.findings where closed_at is null"),
    );
    expect(await figure("covered")).toBe(
      await warehouse.value("select sum(covered_pairs) from resiliency.coverage_by_application"),
    );
    expect(complaints).toEqual([]);
  });

  it("searches, filters and sorts by the keyboard, and leads to a payload", async () => {
    const { page, complaints } = await openFile(browser, report.path("tests-of-1.html"));
    const total = Number(
      await warehouse.value("select count(*) from resiliency.reported_tests where app_id = 1"),
    );
    expect(total).toBeGreaterThan(100);
    expect(await page.textContent("output")).toBe(`${total} rows`);
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).toBe("skip");
    await page.focus("input[type=search]");
    await page.keyboard.type("HYPERLINK");
    await expect.poll(() => page.textContent("output")).toBe(`1 of ${total} rows`);
    await page.keyboard.press("Control+A");
    await page.keyboard.press("Delete");
    await page.keyboard.press("Tab");
    await page.keyboard.press("ArrowDown");
    await page.keyboard.press("ArrowDown");
    const breached = await warehouse.value(
      "select count(*) from resiliency.reported_tests where app_id = 1 and rto_result = 'breached'",
    );
    await expect.poll(() => page.textContent("output")).toBe(`${breached} of ${total} rows`);
    await page.focus(".sort[aria-label='Sort by Recovery, min']");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Enter");
    expect(await page.getAttribute("th[aria-sort]", "aria-sort")).toBe("descending");
    const slowest = await page.textContent("#tests tbody tr td:nth-child(5)");
    const longest = await warehouse.value(`
      select max(coalesce(recovery_seconds, observed_seconds)) from resiliency.reported_tests
      where app_id = 1 and rto_result = 'breached'`);
    expect(Number(slowest?.replace(/[>, ]/g, "")) * 60).toBeGreaterThanOrEqual(Number(longest));
    await page.focus("#tests tbody tr a");
    await page.keyboard.press("Enter");
    await expect.poll(() => page.locator("#tests tbody tr").count()).toBe(1);
    const sql = (await page.textContent("#recount"))?.split(";")[0] ?? "";
    const [proof] = await warehouse.objects(sql);
    expect(proof?.raw_payload === undefined).toBe(false);
    expect(await page.textContent("#tests code")).toBe(`${proof?.payload_hash?.slice(0, 12)}…`);
    expect(complaints).toEqual([]);
  });

  it("prints the register as a tagged PDF of a few pages", async () => {
    const { page } = await openFile(browser, report.path("register.html"));
    const pdf = await page.pdf({ preferCSSPageSize: true, tagged: true });
    const text = pdf.toString("latin1");
    const pages = text.match(/\/Type\s*\/Page\b/g) ?? [];
    expect(pages.length).toBeGreaterThan(1);
    expect(pages.length).toBeLessThan(8);
    expect(text).toContain("/MarkInfo");
    expect(text).toContain("/StructTreeRoot");
    expect(text).toMatch(/\/MediaBox\s*\[0 0 84[12][.\d]* 59[45]/);
  });
});
