import { describe, expect, it } from "vitest";
import { commandLine } from "../../../runner/cli/command-line.ts";

describe("the command in the history", () => {
  const typed = (...args: string[]) => commandLine(["node", "/x/bin/dataform.js", ...args], {});

  it("is what was typed", () => {
    expect(typed("run", "--actions", "gold.*", "it's")).toBe(
      "dataform run --actions gold.* 'it'\\''s'",
    );
    const env = { npm_lifecycle_event: "pipeline" };
    expect(commandLine(["node", "/x/generator/daily.ts", "--days=3"], env)).toBe(
      "npm run pipeline -- --days=3",
    );
  });

  it("holds no value of a variable and no password", () => {
    expect(typed("run", "--vars=token=s3cret,b=2\\,3", "--threads", "2")).toBe(
      "dataform run --vars=token=***,b=*** --threads 2",
    );
    expect(typed("run", "--vars", "token=s3cret")).toBe("dataform run --vars token=***");
    expect(typed("run", "postgres://me:s3cret@host/db")).toBe("dataform run postgres://me@host/db");
  });
});
