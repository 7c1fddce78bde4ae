import { tmpdir } from "node:os";
import { describe, expect, it } from "vitest";
import { assertCompiled } from "../../../runner/compile/checks/assert-compiled.ts";
import type { CompilationError } from "../../../runner/compile/compiled-graph.ts";
import { RunnerError } from "../../../runner/errors.ts";

function thrownFor(compilationErrors: CompilationError[]): RunnerError {
  try {
    assertCompiled({ projectConfig: {}, graphErrors: { compilationErrors } }, tmpdir());
  } catch (error) {
    if (error instanceof RunnerError) return error;
  }
  throw new Error("nothing was thrown");
}

describe("assertCompiled", () => {
  it("returns when there is no error", () => {
    expect(assertCompiled({ projectConfig: {}, graphErrors: {} }, tmpdir())).toBeUndefined();
  });

  it("names the file alone when the line is not known", () => {
    const { message } = thrownFor([
      { fileName: "definitions/a.sqlx", message: "wrong", stack: "wrong" },
    ]);
    expect(message).toBe("The project has an error:\n  definitions/a.sqlx: wrong");
  });

  it("lists the first twenty and counts the others", () => {
    const errors = Array.from({ length: 25 }, (_, index) => ({ message: `wrong ${index}` }));
    const { message } = thrownFor(errors);
    expect(message.split("\n")).toHaveLength(22);
    expect(message).toContain("The project has 25 errors:");
    expect(message).toContain("… and 5 more");
  });

  it("tells once what core tells twice", () => {
    const fileName = "definitions/a.sqlx";
    const { message } = thrownFor([
      { fileName, message: 'Could not resolve "x"' },
      {
        fileName,
        message:
          'Missing dependency detected: Action "s.a" depends on "{"name":"x"}" which does not exist',
      },
    ]);
    expect(message).toBe("The project has an error:\n  definitions/a.sqlx: There is no action x");
  });

  it("gives a special code only when every error is of that kind", () => {
    const unsupported = { message: "A notebook cannot run on PostgreSQL" };
    expect(thrownFor([unsupported, unsupported]).code).toBe("UNSUPPORTED_ACTION");
    expect(thrownFor([unsupported, { message: "wrong" }]).code).toBe("COMPILATION_FAILED");
  });
});
