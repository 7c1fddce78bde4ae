import { expect, it } from "vitest";
import { redact } from "../../../ingest/values/redact.ts";

it("keeps nothing of a password that the cut of a long message goes through", () => {
  const message = `${"x".repeat(970)} postgres://shop:hunter2-hunter2-hunter2@db/shop`;
  expect(redact(message)).toMatch(/ postgres:\/\/shop:\*\*\*@db\/shop$/);
  expect(redact("x".repeat(2_000))).toHaveLength(1_000);
});
