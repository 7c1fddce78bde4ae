import { createWriteStream, mkdirSync } from "node:fs";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";

const apps = ["Payment Service", "User Authentication", "Order Management", "Analytics Engine"];
const scenarios = ["Database Failover", "Network Latency", "Service Restart", "CPU Spike"];

/** Writes so many results of drills as CSV or NDJSON, as the file's name says. */
export async function writeResults(file: string, count: number): Promise<string> {
  const line = file.endsWith(".csv") ? csvLine : (row: object) => `${JSON.stringify(row)}\n`;
  await pipeline(Readable.from(linesOf(count, line)), createWriteStream(file));
  return file;
}

function* linesOf(count: number, line: (row: object) => string): Generator<string> {
  let text =
    line === csvLine
      ? csvLine(Object.fromEntries(Object.keys(result(0)).map((key) => [key, key])))
      : "";
  for (let run = 0; run < count; run += 1) {
    text += line(result(run));
    if (text.length < 256 * 1024) continue;
    yield text;
    text = "";
  }
  yield text;
}

function csvLine(row: object): string {
  return `${Object.values(row).join(",")}\n`;
}

function result(run: number) {
  const hasFailed = run % 7 === 0;
  return {
    app_name: apps[run % apps.length],
    scenario_name: scenarios[run % scenarios.length],
    status: hasFailed ? "failed" : "passed",
    start_time: new Date(Date.UTC(2026, 0, 1) + run * 1000).toISOString(),
    duration_ms: 1000 + (run % 30_000),
    error_message: hasFailed ? "Timeout waiting for database connection" : "",
    source_system: "drills",
    source_run_id: `run-${run}`,
    recovery_seconds: (run % 900) / 10,
  };
}

/** Writes one JUnit report of about so many bytes; one case in ten has failed and has output. */
export async function writeJunit(folder: string, bytes: number): Promise<string[]> {
  const file = join(folder, "report.xml");
  const failure = `<failure message="assert 0 == 3" type="AssertionError">def test_bad():\n${"&gt;   assert 0 == 3\n".repeat(8)}</failure>`;
  const printed = `<system-out><![CDATA[${"10:00:00 INFO the standby was promoted\n".repeat(6)}]]></system-out>`;
  const testCase = (number: number) =>
    `<testcase classname="tests.failover.test_database" name="test_failover[${number}]" time="${(number % 900) / 100}">${number % 10 === 0 ? failure : ""}${printed}</testcase>\n`;
  const suite = (number: number) =>
    `<testsuite name="suite ${number}" timestamp="2026-01-05T10:00:00+00:00">${Array.from({ length: 200 }, (_, each) => testCase(each)).join("")}</testsuite>\n`;
  const suites = Math.ceil(bytes / suite(0).length);
  const texts = (function* () {
    yield "<testsuites>";
    for (let number = 0; number < suites; number += 1) yield suite(number);
    yield "</testsuites>";
  })();
  await pipeline(Readable.from(texts), createWriteStream(file));
  return [file];
}

/** Writes a folder of journals of Chaos Toolkit of about so many bytes, and gives its files. */
export async function writeJournals(folder: string, bytes: number): Promise<string[]> {
  mkdirSync(join(folder, "journals"));
  const size = journal(0).length;
  const files: string[] = [];
  for (let number = 0; number * size < bytes; number += 1) {
    const file = join(folder, "journals", `${number}.json`);
    await writeFile(file, journal(number));
    files.push(file);
  }
  return files;
}

function journal(number: number): string {
  const times = { start: "2026-01-05T10:00:00.5", end: "2026-01-05T10:00:01", duration: 0.5 };
  const activity = (type: string, name: string) => ({
    activity: { type, name, provider: { type: "http", url: "http://localhost:8080/", timeout: 3 } },
    output: { status: 200, headers: { "Content-Type": "text/html" }, body: "x".repeat(2_000) },
    ...{ status: "succeeded", tolerance_met: true, ...times },
  });
  const state = {
    steady_state_met: true,
    probes: Array.from({ length: 10 }, () => activity("probe", "answers")),
  };
  return JSON.stringify(
    {
      ...{ "chaoslib-version": "1.43.1", platform: "Linux", node: "ci", status: "completed" },
      ...{ deviated: false, ...times, rollbacks: [] },
      experiment: { title: `Failover ${number}`, method: [], tags: ["app:Payment Service"] },
      steady_states: { before: state, after: state, during: [] },
      run: Array.from({ length: 10 }, (_, each) => activity("action", `act ${each}`)),
    },
    null,
    2,
  );
}
