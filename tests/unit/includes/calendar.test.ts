import { expect, it } from "vitest";
import calendar from "../../../includes/calendar.js";

it("gives the day and the hour in the time zone, whatever the zone of the session", () => {
  expect(calendar.localDate("start_time", "Europe/London")).toBe(
    "(start_time at time zone 'Europe/London')::date",
  );
  expect(calendar.localHour("start_time", "UTC")).toBe(
    "extract(hour from start_time at time zone 'UTC')::integer",
  );
});

it("keeps a quote in the zone inside its text", () => {
  expect(calendar.localDate("start_time", "it's")).toContain("'it''s'");
});
