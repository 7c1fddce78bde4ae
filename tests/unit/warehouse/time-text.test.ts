import { expect, it } from "vitest";
import { timeText } from "../../../warehouse/time-text.ts";

it("writes times as toISOString does, in whatever order they come", () => {
  const times = [0, -1, 999, 1_000, 86_399_999, 86_400_000, 951_782_400_007, 1_767_225_600_050];
  for (const time of [...times, ...times.toReversed()]) {
    expect(timeText(time)).toBe(new Date(time).toISOString());
  }
});
