import { expect, it } from "vitest";
import { recoveryCell } from "../../../site/pages/register-columns.ts";

const test = { recovery_seconds: null, observed_seconds: "1848", recovery_basis: "measured" };

it("says how long a test was watched of those alone that are known not to have recovered", () => {
  const shown = (is: string | null) => recoveryCell({ ...test, is_recovered: is }).text;
  expect([shown("f"), shown("t"), shown(null)]).toEqual(["> 30.8", "–", "–"]);
});
