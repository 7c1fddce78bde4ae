import path from "node:path";
import { afterEach, expect, it } from "vitest";
import { hideOwnFrames } from "../../../runner/compile/compiler-process/core/own-frames.js";

afterEach(() => Reflect.deleteProperty(Error, "prepareStackTrace"));

/** Reads the stack as core's getCallerFile does. */
function filesOnStack(): string[] {
  const before = Error.prepareStackTrace;
  try {
    Error.prepareStackTrace = (_, frames) => frames.map((frame) => frame.getFileName() ?? "");
    return new Error().stack as unknown as string[];
  } finally {
    Error.prepareStackTrace = before as NonNullable<typeof Error.prepareStackTrace>;
  }
}

const folder = import.meta.dirname;

it("frames of the folder are left out when it lies in the project, at every look", () => {
  expect(filesOnStack().some((file) => file.includes(folder))).toBe(true);
  hideOwnFrames(folder, path.dirname(folder));
  for (let look = 0; look < 3; look++) {
    expect(filesOnStack().length).toBeGreaterThan(0);
    expect(filesOnStack().filter((file) => file.includes(folder))).toEqual([]);
  }
});

it("frames stay when the folder lies elsewhere", () => {
  hideOwnFrames(folder, "/some/project");
  expect(filesOnStack().some((file) => file.includes(folder))).toBe(true);
});
