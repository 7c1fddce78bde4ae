import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { RunnerError } from "../../../runner/errors.ts";
import {
  appendMarkdownSummary,
  formatMarkdownSummary,
} from "../../../runner/report/github/markdown-summary.ts";
import {
  actionResult,
  assertionResult,
  everythingHostile,
  failedResult,
  hostile,
  runResult,
} from "./sample-run.ts";

/** The text without its fenced blocks, where everything is literal. */
function outsideBlocks(markdown: string): string {
  return markdown.replace(/^(`{3,})text\n[\s\S]*?\n\1$/gm, "");
}

/** What a browser shows of inline code. */
function decoded(html: string): string {
  return html
    .replace(/<\/?code>/g, "")
    .replace(/&#(\d+);/g, (_, code: string) => String.fromCodePoint(Number(code)));
}

describe("formatMarkdownSummary", () => {
  it("has the headline, the rules, failing ones first, and samples that are folded away", () => {
    const text = formatMarkdownSummary(
      runResult([
        assertionResult("uniqueKey (id)", 0),
        assertionResult("rowConditions (a > 0)", 3, [{ id: "7", a: "-1" }]),
      ]),
    );
    expect(text).toMatch(/^## Run failed: 2 actions, 1 successful, 1 failed in 1\.5 s\n/);
    expect(text).toContain("Assertions: 1 passed, 1 failed\n");
    const rows = text.split("\n").filter((line) => line.startsWith("| "));
    expect(rows.slice(0, 4).map(decoded)).toEqual([
      "| status | rule | table | failing rows |",
      "| --- | --- | --- | --- |",
      "| **failed** | rowConditions (a > 0) | silver.tests | 3 |",
      "| passed | uniqueKey (id) | silver.tests | 0 |",
    ]);
    expect(text).toMatch(/<details><summary>.*3 failing rows<\/summary>/);
    expect(text).toContain("\n```text\n id | a\n----+----\n  7 | -1\n```\n");
  });

  it("shows failed actions with their error, skipped ones with the reason, and timings", () => {
    const text = formatMarkdownSummary(
      runResult([
        failedResult("stg", "no such column"),
        actionResult("fact", { status: "skipped", reason: "silver.stg failed" }),
      ]),
    );
    expect(text).toContain("error: no such column (SQLSTATE 42703)");
    expect(text).toContain("> 2 |   dration\n    |   ^");
    expect(decoded(text)).toContain(
      "| silver.fact | table | skipped | because silver.stg failed |",
    );
    expect(decoded(text)).toContain("| silver.stg | table | failed | 1.50 |");
    expect(text).not.toContain("Assertions:");
  });

  it("shows a failed action that has no error of PostgreSQL with its reason", () => {
    const ended = actionResult("stg", { status: "failed", reason: "the connection was lost" });
    expect(formatMarkdownSummary(runResult([ended]))).toContain(
      "```text\nthe connection was lost\n```",
    );
  });

  it("lets no value become markup, a mention, a link, an image or a new row", () => {
    const values = [...Object.values(hostile), "www.evil.example #1 ~~x~~ \\| _a_", "` `` ```"];
    const results = values.flatMap((value) => [
      assertionResult(value, 1, [{ [value]: value }, { b: everythingHostile }]),
      failedResult(value, value),
      actionResult(value, { status: "skipped", reason: value }),
    ]);
    const text = formatMarkdownSummary(runResult(results));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be absent
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    const prose = outsideBlocks(text);
    expect(prose).not.toMatch(/<(?!\/?(code|details|summary)>)/);
    expect(prose).not.toMatch(/@|!\[|https?:|www\.|`|~|\\/);
    const rows = prose.split("\n").filter((line) => line.startsWith("|"));
    for (const row of rows) expect(row.split("|")).toHaveLength(6);
    for (const value of values) {
      expect(text.split("\n")).not.toContain(value);
    }
  });

  it("keeps a fence open that a value tries to close", () => {
    const text = formatMarkdownSummary(runResult([failedResult("a", "x\n````\n<b>out</b>")]));
    expect(text).toContain("\n`````text\n");
    expect(outsideBlocks(text)).not.toContain("<b>");
  });

  it("stays under the limit with a note, whole blocks only, for megabytes of failures", () => {
    const wide = "日".repeat(1_000_000);
    const results = Array.from({ length: 3000 }, (_, index) =>
      assertionResult(`rule ${index}`, 5, [{ a: wide, b: wide, c: wide, d: wide, e: wide }]),
    );
    const text = formatMarkdownSummary(runResult(results));
    expect(Buffer.byteLength(text)).toBeLessThan(1_000_000);
    expect(text).toContain("2500 more assertions.");
    expect(text).toContain("The rest is left out");
    expect(text.match(/<details>/g)).toHaveLength(text.match(/<\/details>/g)?.length ?? 0);
  });

  it("says that nothing ran", () => {
    expect(formatMarkdownSummary(runResult([]))).toBe("## Run successful: 0 actions in 1.5 s\n\n");
  });

  it("keeps offending rows out when asked", () => {
    const result = runResult([assertionResult("r", 1, [{ email: "someone" }])]);
    expect(formatMarkdownSummary(result)).toContain("someone");
    expect(formatMarkdownSummary(result, { samples: false })).not.toContain("someone");
  });
});

describe("appendMarkdownSummary", () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "summary-"));
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it("keeps what earlier steps wrote", async () => {
    const path = join(folder, "summary.md");
    writeFileSync(path, "earlier");
    const summary = formatMarkdownSummary(runResult([actionResult("a")]));
    await appendMarkdownSummary(path, summary, folder);
    expect(readFileSync(path, "utf8")).toBe(`earlier\n${summary}`);
  });

  it("appends the headline alone when there is no room for more", async () => {
    const path = join(folder, "summary.md");
    writeFileSync(path, "x".repeat(999_800));
    await appendMarkdownSummary(
      path,
      formatMarkdownSummary(runResult([actionResult("a")])),
      folder,
    );
    const appended = readFileSync(path, "utf8").slice(999_800);
    expect(appended).toContain("## Run successful: 1 action");
    expect(appended).toContain("The rest is left out");
    expect(appended).not.toContain("silver");
  });

  it("names the file when it cannot be written", async () => {
    const failure = await appendMarkdownSummary(folder, "x", folder).catch(
      (error: unknown) => error,
    );
    expect(failure).toBeInstanceOf(RunnerError);
    expect((failure as RunnerError).message).toContain(folder);
  });
});
