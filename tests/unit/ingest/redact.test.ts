import { expect, it } from "vitest";
import type { MappedOutage, MappedTest } from "../../../ingest/mapped.ts";
import { redact } from "../../../ingest/values/redact.ts";
import { readRows } from "../../support/ingested.ts";

it("keeps nothing of a password that the cut of a long message goes through", () => {
  const message = `${"x".repeat(970)} postgres://shop:hunter2-hunter2-hunter2@db/shop`;
  expect(redact(message)).toMatch(/ postgres:\/\/shop:\*\*\*@db\/shop$/);
  expect(redact("x".repeat(2_000))).toHaveLength(1_000);
});

it("applies to messages and causes of somebody's own rows, too", async () => {
  const told = `token=abc123 ${"x".repeat(2_000)}`;
  const tests = `App,Date,Result,Error\nShop,2026-01-05,Fail,${told}\n`;
  const [test] = (await readRows("a.csv", tests)) as MappedTest[];
  expect(test?.error).toMatch(/^token=\*\*\* x{990}$/);
  const outages = `App,Down from,Down until,Cause\nShop,2026-01-05 10:00,2026-01-05 11:00,${told}\n`;
  const [outage] = (await readRows("b.csv", outages)) as unknown as MappedOutage[];
  expect(outage?.cause).toMatch(/^token=\*\*\* x{990}$/);
});
