import { expect, it } from "vitest";
import scenarios from "../../../includes/scenarios.js";

it("compares names without regard to case and blanks", () => {
  expect(scenarios.normalisedName("name")).toBe(
    String.raw`btrim(regexp_replace(lower(name), '\s+', ' ', 'g'))`,
  );
});
