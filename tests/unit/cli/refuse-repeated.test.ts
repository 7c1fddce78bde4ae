import { expect, it } from "vitest";
import { refuseRepeated } from "../../../runner/cli/usage-error.ts";

it.each([
  ["run --vars a=1 --vars b=2", "--vars"],
  ["run --credentials=a.json folder --credentials b.json", "--credentials"],
  ["schedule --cron a --cron b -- --junit a", "--cron"],
])("%s is refused by the name of the option", (line, option) => {
  expect(() => refuseRepeated(line.split(" "))).toThrow(`${option} is given twice`);
});

it.each([
  "run --actions a --actions b --exclude c --exclude d --tags e --tags f",
  "run folder --json --verbose --json",
  "query --format csv -- --format --format",
  "schedule --timeout 1h -- --timeout 2h",
])("%s is taken", (line) => {
  expect(() => refuseRepeated(line.split(" "))).not.toThrow();
});
