import { createRequire } from "node:module";
import { describe, expect, it } from "vitest";
import { sqlxLine } from "../../../runner/compile/compiler-process/sqlx/sqlx-lines.js";

const { compiler } = createRequire(import.meta.url)("@dataform/core") as {
  compiler: (code: string, path: string) => string;
};

const source = `config {
  type: "incremental",
  columns: {
    a: "one"
  },
  tags: [
    "x"
  ]
}

js {
  const one = 1;
  const two = \`t\${one}\`;
}

select
  1,

  '\\d' as \`b\`, \${one}
from x

pre_operations {
  select 1
  ---
  select \${two}
}

post_operations { select 1 }
`;
const compiled = compiler(source, "definitions/x.sqlx");
const sourceLines = source.split("\n");

function linesOf(text: string): (number | undefined)[] {
  return compiled
    .split("\n")
    .flatMap((line, index) => (line.includes(text) ? [sqlxLine(compiled, source, index + 1)] : []));
}

describe("a line of the compiled JavaScript leads back to the SQLX line it was copied from", () => {
  it.each([
    'type: "incremental",',
    'a: "one"',
    "tags: [",
    "const one = 1;",
    "const two =",
    "  1,",
    "as \\`b\\`",
    "from x",
    `select \${two}`,
  ])("for %s", (text) => {
    const original = sourceLines.findIndex((line) => line.includes(text.replaceAll("\\`", "`")));
    const lines = linesOf(text);
    expect(lines.length).toBeGreaterThan(0);
    expect(new Set(lines)).toEqual(new Set([original + 1]));
  });

  it("and the first of two equal lines is told from the second by the lines around it", () => {
    expect(linesOf("select 1")).toEqual([
      sourceLines.indexOf("  select 1") + 1,
      sourceLines.indexOf("post_operations { select 1 }") + 1,
    ]);
  });

  it("and a line that core wrote itself leads nowhere", () => {
    expect(linesOf("dataform.sqlxAction({")).toEqual([undefined]);
    expect(linesOf("sqlStatementCount")).toEqual([undefined]);
  });
});
