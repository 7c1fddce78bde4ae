import { expect, it } from "vitest";
import { describeLoad } from "../../../generator/describe-load.ts";

it("says what was added and what was skipped", () => {
  const days = [
    { day: "2026-01-01", added: 0 },
    { day: "2026-01-02", added: 50 },
    { day: "2026-01-03", added: 50 },
  ];
  expect(describeLoad(days)).toEqual([
    "generated 100 tests on 2 days: 2026-01-02 to 2026-01-03",
    "skipped 1 day that already held generated tests: 2026-01-01",
  ]);
});

it("leaves out the line that has nothing to say", () => {
  expect(describeLoad([{ day: "2026-01-01", added: 50 }])).toHaveLength(1);
  expect(describeLoad([{ day: "2026-01-01", added: 0 }])).toHaveLength(1);
});
