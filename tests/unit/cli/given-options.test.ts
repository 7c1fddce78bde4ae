import { describe, expect, it } from "vitest";
import { compileArgumentsOf, listOf, overridesOf } from "../../../runner/cli/given-options.ts";
import { parseVars } from "../../../runner/cli/variables.ts";

describe("--vars", () => {
  it("reads name=value pairs; a value may hold = and an escaped comma", () => {
    expect(parseVars("a=1,b=x=y,c=1\\,2")).toEqual({ a: "1", b: "x=y", c: "1,2" });
  });

  it("refuses a pair without a name", () => {
    expect(() => parseVars("a=1,oops")).toThrow(/"oops"/);
    expect(() => parseVars("=1")).toThrow(/name=value/);
  });
});

describe("options", () => {
  it("takes lists repeated or separated by commas", () => {
    expect(listOf(["a,b", "c", ""], "--tags")).toEqual(["a", "b", "c"]);
    expect(listOf(undefined, "--tags")).toEqual([]);
    for (const nothing of [[], [""], [","]]) {
      expect(() => listOf(nothing, "--tags")).toThrow("--tags names nothing");
    }
  });

  it("passes on only the overrides that were given", () => {
    const given = { schemaSuffix: "dev", tablePrefix: undefined, assertionSchema: "" };
    expect(overridesOf(given)).toEqual({ schemaSuffix: "dev" });
  });

  it("passes the time limit on to the compile with the overrides", () => {
    expect(compileArgumentsOf({ schemaSuffix: "dev", timeout: 300_000 })).toEqual({
      overrides: { schemaSuffix: "dev" },
      timeoutMillis: 300_000,
    });
  });
});
