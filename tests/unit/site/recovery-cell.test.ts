import { expect, it } from "vitest";
import { recoveryOfBreach, timesObjective } from "../../../site/pages/list-columns.ts";
import { recoveryCell } from "../../../site/pages/register-columns.ts";

const test = { recovery_seconds: null, observed_seconds: "1848", recovery_basis: "measured" };

it("says how long a test was watched of those alone that are known not to have recovered", () => {
  const shown = (is: string | null) => recoveryCell({ ...test, is_recovered: is }).text;
  expect([shown("f"), shown("t"), shown(null)]).toEqual(["> 30.8", "–", "–"]);
});

it.each([
  // not the 30 minutes of an objective that it was not watched for
  ["1799.5", "> 29.9"],
  ["1800", "> 30.0"],
  ["1803", "> 30.0"],
  ["4", "> 0.0"],
])(
  "never says that a test was watched for longer than it was: %s seconds are %s minutes",
  (observed_seconds, shown) => {
    const row = { ...test, observed_seconds, is_recovered: "f" };
    expect([recoveryCell(row).text, recoveryOfBreach(row).text]).toEqual([shown, shown]);
  },
);

it("knows the multiple of the objective of a recovery that never came only from below", () => {
  const row = { ...test, rto_minutes: "30", observed_seconds: "1860", is_recovered: "f" };
  expect(timesObjective(row).text).toBe("> 1.0");
  expect(timesObjective({ ...row, recovery_seconds: "1860", is_recovered: "t" }).text).toBe("1.1");
});
