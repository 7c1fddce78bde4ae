import { describe, expect, it } from "vitest";
import { learn, noFacts, prometheusText } from "../../../runner/schedule/schedule-facts.ts";
import { listenAddress } from "../../../runner/schedule/serve-facts.ts";

const at = (second: number) => new Date(1_000 * second);

describe("the metrics of a schedule", () => {
  it("count runs by their end and tell of the last one", () => {
    const facts = noFacts();
    const run = (status: "successful" | "failed", from: number, to: number) => {
      learn(facts, { event: "runStarted", runId: "a", reason: "due" }, at(from));
      expect(prometheusText(facts)).toContain("dataform_schedule_running 1\n");
      const times = { startedAt: at(from), endedAt: at(to) };
      learn(facts, { event: "runEnded", runId: "a", status, ...times }, at(to));
    };
    run("successful", 10, 15);
    run("failed", 100, 101);
    run("failed", 110, 113);
    learn(facts, { event: "waiting", due: at(500) }, at(113));
    const lines = prometheusText(facts)
      .split("\n")
      .filter((line) => line !== "" && !line.startsWith("#"));
    expect(lines).toEqual([
      'dataform_schedule_runs_total{status="successful"} 1',
      'dataform_schedule_runs_total{status="failed"} 2',
      'dataform_schedule_runs_total{status="cancelled"} 0',
      'dataform_schedule_runs_total{status="timed_out"} 0',
      "dataform_schedule_running 0",
      "dataform_schedule_failures_in_a_row 2",
      "dataform_schedule_next_run_timestamp_seconds 500",
      "dataform_schedule_last_run_timestamp_seconds 113",
      "dataform_schedule_last_run_duration_seconds 3",
      "dataform_schedule_last_success_timestamp_seconds 15",
    ]);
  });
});

it("tell of a failed run that the next one is its retry", () => {
  const facts = noFacts();
  learn(facts, { event: "waiting", due: at(100) }, at(10));
  learn(facts, { event: "retryPlanned", at: at(500), retry: 1, retries: 3 }, at(400));
  expect(facts.nextDue).toEqual(at(500));
});

describe("the address to listen on", () => {
  it.each([
    ["9464", { host: "127.0.0.1", port: 9464 }],
    ["0.0.0.0:9464", { host: "0.0.0.0", port: 9464 }],
    ["[::1]:9464", { host: "::1", port: 9464 }],
    ["localhost:0", { host: "localhost", port: 0 }],
  ])("may be written %j", (text, address) => expect(listenAddress(text)).toEqual(address));

  it.each(["", "port", "70000", "host:", "1.5"])("cannot be %j", (text) => {
    expect(() => listenAddress(text)).toThrow("--listen");
  });
});
