import { expect, it } from "vitest";
import { failWith, noCommand } from "../../../runner/cli/usage-error.ts";

const commands = ["run", "compile", "query", "install", "freshness", "db"];

it.each([
  ["run --select orders", "Unknown argument: select", "actions are chosen by --actions"],
  ["run -s orders", "Unknown argument: s", "actions are chosen by --actions"],
  ["run --target=prod", "Unknown argument: target", "DATABASE_URL or --credentials"],
  [
    "query -c select",
    "Not enough non-option arguments: got 0, need at least 1",
    'query "select 1"',
  ],
])("%s, as another tool has it, is told what there is here", (line, said, hint) => {
  const args = line.split(" ");
  expect(() => failWith(args, commands)(said)).toThrow(
    expect.objectContaining({ code: "USAGE", hint: expect.stringContaining(hint) }),
  );
});

it.each([
  ["build", "run"],
  ["retry", "run --resume"],
  ["deps", "install"],
  ["source", "freshness"],
  ["qurey", "query"],
])("there is no command %s, but %s", (name, here) => {
  expect(noCommand(name, commands).hint).toContain(`did you mean ${here}?`);
});
