import { describe, expect, it } from "vitest";
import { parseDuration, parseTimeLimit } from "../../../runner/cli/duration.ts";

describe("a duration", () => {
  it.each([
    ["250ms", 250],
    ["500 milliseconds", 500],
    ["30s", 30_000],
    ["60 Seconds", 60_000],
    ["5m", 300_000],
    ["5 min", 300_000],
    ["1.5h", 5_400_000],
    ["2 hours", 7_200_000],
    ["1h 30m", 5_400_000],
    [" 1 day ", 86_400_000],
    ["0s", 0],
  ])("may be written %j", (text, millis) => {
    expect(parseDuration(text, "--wait")).toBe(millis);
  });

  it.each([
    ["60", /--wait: 60 has no unit/],
    ["1.5", /1\.5 has no unit/],
    ["soon", /"soon" is not a duration/],
    ["", /"" is not a duration/],
    ["-5s", /"-5s"/],
    ["5 parsecs", /"5 parsecs"/],
    ["1h and 5m", /is not a duration/],
    ["30 days", /longer than 24 days/],
  ])("is not %j", (text, message) => {
    expect(() => parseDuration(text, "--wait")).toThrow(message);
  });

  it("is more than nothing where it is a limit", () => {
    expect(() => parseTimeLimit("0s", "--timeout")).toThrow(/--timeout/);
    expect(parseTimeLimit(undefined, "--timeout")).toBeUndefined();
  });
});
