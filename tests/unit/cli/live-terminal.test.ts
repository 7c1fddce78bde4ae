import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { colorOn, columnsOf, isLive } from "../../../runner/cli/output.ts";

const terminal = { isTTY: true, columns: 80 } as NodeJS.WriteStream;

beforeEach(() => {
  for (const name of ["CI", "NO_COLOR", "FORCE_COLOR"]) vi.stubEnv(name, undefined);
  vi.stubEnv("TERM", "xterm");
});
afterEach(() => void vi.unstubAllEnvs());

it("draws on a terminal that people look at, and on nothing else", () => {
  expect(isLive(terminal)).toBe(true);
  expect(isLive({ isTTY: false } as NodeJS.WriteStream)).toBe(false);
  // A terminal that does not know its size, as of a container without one.
  expect(isLive({ ...terminal, columns: 0 } as NodeJS.WriteStream)).toBe(false);
});

it.each([
  ["CI", "true", false],
  ["CI", "false", true],
  ["NO_COLOR", "1", false],
  ["TERM", "dumb", false],
])("draws with %s=%s: %s", (name, value, expected) => {
  vi.stubEnv(name, value);
  expect(isLive(terminal)).toBe(expected);
});

it("knows the width of terminals alone", () => {
  expect(columnsOf(terminal)).toBe(80);
  expect(columnsOf({ ...terminal, columns: 0 } as NodeJS.WriteStream)).toBeUndefined();
  expect(columnsOf({ columns: 80 } as NodeJS.WriteStream)).toBeUndefined();
});

it("sends no colours to a dumb terminal, unless they are forced", () => {
  expect(colorOn(terminal)).toBe(true);
  vi.stubEnv("TERM", "dumb");
  expect(colorOn(terminal)).toBe(false);
  vi.stubEnv("FORCE_COLOR", "1");
  expect(colorOn(terminal)).toBe(true);
});
