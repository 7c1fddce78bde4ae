import { describe, expect, it } from "vitest";
import {
  type ConsoleReporterOptions,
  createConsoleReporter,
} from "../../../runner/report/console/console-reporter.ts";
import type { RunListener } from "../../../runner/results/run-event.ts";
import type { ActionResult } from "../../../runner/results/run-result.ts";
import { displayWidth } from "../../../runner/text/terminal-text.ts";
import {
  actionResult,
  assertionResult,
  everythingHostile,
  failedResult,
  graphOf,
  hostile,
  runResult,
} from "./sample-run.ts";

function listen(options: Partial<ConsoleReporterOptions> = {}) {
  let text = "";
  const write = (part: string) => {
    text += part;
  };
  const listener = createConsoleReporter({ write, color: false, ...options });
  return { listener, text: () => text };
}

function play(listener: RunListener, results: ActionResult[]): void {
  listener({ type: "runStarted", graph: graphOf(results), database: "postgres://me@host/db" });
  for (const [index, result] of results.entries()) {
    listener({ type: "actionFinished", result, finished: index + 1, total: results.length });
  }
  listener({ type: "runFinished", result: runResult(results) });
}

function shown(results: ActionResult[], options: Partial<ConsoleReporterOptions> = {}): string {
  const { listener, text } = listen(options);
  play(listener, results);
  return text();
}

const rowCounted: Partial<ActionResult> = {
  tasks: [
    {
      type: "statement",
      status: "successful",
      rowCount: 7,
      timing: { startTimeMillis: 0, endTimeMillis: 1 },
    },
    {
      type: "publish",
      status: "successful",
      rowCount: 120,
      timing: { startTimeMillis: 0, endTimeMillis: 1 },
    },
  ],
};

describe("createConsoleReporter", () => {
  it("shows each action, what failed and why others did not run, and a summary", () => {
    const results = [
      actionResult("raw", { type: "incremental", ...rowCounted }),
      failedResult("stg", 'column "dration" does not exist'),
      assertionResult("uniqueKey (id)", 12, [
        { id: "7", name: "日本" },
        { id: "10", name: null },
      ]),
      actionResult("fact", { status: "skipped", reason: "silver.stg failed" }),
      actionResult("old", { status: "disabled", type: "view" }),
    ];
    const source = "config {\n  assertions: { uniqueKey: ['id'] }\n}\nselect\n  dration\n";
    expect(shown(results, { readSource: () => source })).toBe(
      `postgres://me@host/db
[1/5]  successful  incremental  silver.raw      120 rows   1.50 s
[2/5]  failed      table        silver.stg                 1.50 s
    definitions/silver/stg.sqlx:5:3
    error: column "dration" does not exist (SQLSTATE 42703)
    compiled SQL:
      1 | select
    > 2 |   dration
        |   ^
      3 | from raw
    hint: Perhaps you meant duration.
[3/5]  failed      assertion    silver.tests  12 failing rows   1.50 s
    definitions/silver/tests.sqlx:2
    rule: uniqueKey (id)
    table: silver.tests
    found: 12 failing rows, 2 shown
     id | name
    ----+------
      7 | 日本
     10 |
[4/5]  skipped     table        silver.fact  because silver.stg failed
[5/5]  disabled    view         silver.old

Run failed: 5 actions, 1 successful, 2 failed, 1 skipped, 1 disabled in 1.50 s
Assertions: 0 passed, 1 failed
Failed: silver.stg (definitions/silver/stg.sqlx)
Failed: silver.tests (definitions/silver/tests.sqlx)
`,
    );
  });

  it("counts assertions that passed, and says nothing of assertions where there are none", () => {
    expect(shown([assertionResult("a", 0), assertionResult("b", 0)])).toContain(
      "Assertions: 2 passed, 0 failed\n",
    );
    expect(shown([actionResult("a")])).not.toContain("Assertions");
    expect(shown([])).toContain("Run successful: 0 actions in");
  });

  it("colours only when asked", () => {
    const results = [failedResult("a", "no"), actionResult("b")];
    expect(shown(results)).not.toContain("\u001b");
    expect(shown(results, { color: true })).toContain("\u001b[31mfailed");
  });

  it("lets no value drive the terminal or the workflow that it is printed in", () => {
    const results = [
      failedResult(everythingHostile, everythingHostile),
      assertionResult(everythingHostile, 1, [{ [everythingHostile]: everythingHostile }]),
      assertionResult(
        "r",
        5,
        Object.values(hostile).map((v) => ({ v })),
      ),
      actionResult(hostile.command, { status: "skipped", reason: everythingHostile }),
    ];
    const { listener, text } = listen();
    listener({ type: "notice", message: `${hostile.command}\n${everythingHostile}` });
    play(listener, results);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must be absent
    expect(text()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/);
    expect(text()).not.toMatch(/^\s*::/m);
    expect(text()).not.toContain("##[");
    expect(text()).toContain("\\x3a:error::forged");
  });

  it("clips the lines of a wide sample to the terminal, also a value of a megabyte", () => {
    const row = Object.fromEntries(
      Array.from({ length: 40 }, (_, index) => [`column_${index}`, "日".repeat(25_000)]),
    );
    const text = shown([assertionResult("rule", 1, [row])], { width: 80 });
    for (const line of text.split("\n")) expect(displayWidth(line)).toBeLessThanOrEqual(80);
  });

  it("keeps offending rows out when asked", () => {
    const results = [assertionResult("rule", 1, [{ email: "a@example.com" }])];
    expect(shown(results)).toContain("a@example.com");
    expect(shown(results, { samples: false })).not.toContain("a@example.com");
  });

  it("shows the first notices and counts the others", () => {
    const { listener, text } = listen();
    for (let count = 1; count <= 1000; count += 1) {
      listener({ type: "notice", message: `notice ${count}` });
    }
    play(listener, []);
    expect(text().match(/^notice \d+$/gm)).toHaveLength(20);
    expect(text()).toContain("980 more notices are not shown");
  });
});
