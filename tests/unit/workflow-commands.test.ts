import { expect, it } from "vitest";
import { withoutWorkflowCommands } from "../../runner/text/workflow-commands.ts";

it("no line is a command, and a cast within a line stays", () => {
  const text = "::error::x\n  ::stop-commands::y\na ##[add-mask]b\nselect a::int, b :: text";
  expect(withoutWorkflowCommands(text)).toBe(
    "\\x3a:error::x\n  \\x3a:stop-commands::y\na #\\u0023[add-mask]b\nselect a::int, b :: text",
  );
});

it("JSON means the same as before", () => {
  const value = { query: "##[error]x\n::warning::y", "##[key]": ["\\##[group]"] };
  for (const text of [JSON.stringify(value), JSON.stringify(value, null, 2)]) {
    const written = withoutWorkflowCommands(text);
    expect(JSON.parse(written)).toEqual(value);
    expect(written).not.toContain("##[");
  }
});
