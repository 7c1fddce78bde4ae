import { expect, it } from "vitest";
import availability from "../../../includes/availability.js";

it("ends a day with the present moment, also the one that the project names as today", () => {
  const vars = { reportTimeZone: "Asia/Tokyo" };
  const end = "least(((day + 1)::timestamp at time zone 'Asia/Tokyo'), now())";
  expect(availability.endOfDay("day", vars)).toBe(end);
  expect(availability.endOfDay("day", { ...vars, reportDate: "2026-01-31" })).toBe(end);
});
