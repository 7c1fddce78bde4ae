import { describe, expect, it } from "vitest";
import { listOf, overridesOf, parseDuration, parseVars } from "../../../runner/cli/options.ts";

describe("--vars", () => {
  it("reads name=value pairs; a value may hold = and an escaped comma", () => {
    expect(parseVars("a=1,b=x=y,c=1\\,2")).toEqual({ a: "1", b: "x=y", c: "1,2" });
  });

  it("refuses a pair without a name", () => {
    expect(() => parseVars("a=1,oops")).toThrow(/"oops"/);
    expect(() => parseVars("=1")).toThrow(/name=value/);
  });
});

describe("--timeout", () => {
  it.each([
    ["500", 500],
    ["250ms", 250],
    ["30s", 30_000],
    ["5m", 300_000],
    ["1.5h", 5_400_000],
  ])("reads %s", (text, milliseconds) => expect(parseDuration(text)).toBe(milliseconds));

  it("refuses what is no duration", () => {
    expect(() => parseDuration("soon")).toThrow(/"soon"/);
  });
});

describe("options", () => {
  it("takes lists repeated or separated by commas", () => {
    expect(listOf(["a,b", "c", ""])).toEqual(["a", "b", "c"]);
  });

  it("passes on only the overrides that were given", () => {
    expect(overridesOf({ schemaSuffix: "dev", tablePrefix: undefined })).toEqual({
      schemaSuffix: "dev",
    });
  });
});
