import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";

const runSource = join(import.meta.dirname, "../../../bin/run-source.js");
const files = ["value.ts", "later/value.ts", "beside.txt"] as const;
const edits = fc.array(fc.record({ file: fc.constantFrom(...files), digit: fc.nat(9) }), {
  minLength: 1,
  maxLength: 4,
});

// Each edit has the size and the time of the one before, so that only the bytes differ.
const program = `
  import { execFileSync } from "node:child_process";
  import { utimesSync, writeFileSync } from "node:fs";
  const [, root, edits] = process.argv;
  const start = 'const { importSource } = await import(process.argv[1]); await importSource("main.ts", process.argv[2])';
  for (const { file, text } of JSON.parse(edits)) {
    writeFileSync(root + "/" + file, text);
    utimesSync(root + "/" + file, 1000, 1000);
    process.stdout.write(execFileSync(process.execPath, ["--input-type=module", "-e", start, ${JSON.stringify(runSource)}, root]));
  }`;

it("runs what the source says now, whatever was edited, and builds the same source once", () => {
  fc.assert(
    fc.property(edits, (made) => {
      const root = projectOf();
      try {
        const texts = made.map(({ file, digit }) => ({ file, text: textOf(file, digit) }));
        const output = execFileSync(
          process.execPath,
          ["--input-type=module", "-e", program, root, JSON.stringify(texts)],
          { encoding: "utf8" },
        );
        const state: Record<string, number> = Object.fromEntries(files.map((file) => [file, 0]));
        const expected = made.map(({ file, digit }) => {
          state[file] = digit;
          return `${files.map((each) => state[each]).join(" ")}\n`;
        });
        expect(output).toBe(expected.join(""));
        const sources = new Set(expected.map((line) => line.slice(0, 3)));
        const kept = readdirSync(join(root, "node_modules/.cache/dataform-postgres"));
        expect(kept.filter((name) => !name.endsWith(".json"))).toHaveLength(sources.size);
      } finally {
        rmSync(root, { recursive: true });
      }
    }),
    { numRuns: 3 },
  );
});

it("runs the source through a loader where nothing can be kept", () => {
  const root = projectOf();
  try {
    // root may write into a folder without that right, and nobody into a file
    mkdirSync(join(root, "node_modules"));
    writeFileSync(join(root, "node_modules/.cache"), "");
    writeFileSync(join(root, "package.json"), '{ "type": "module" }');
    const start = `const { importSource } = await import(process.argv[1]); await importSource("main.ts", process.argv[2])`;
    const args = ["--input-type=module", "-e", start, runSource, root];
    expect(execFileSync(process.execPath, args, { encoding: "utf8" })).toBe("0 0 0\n");
  } finally {
    rmSync(root, { recursive: true });
  }
});

function textOf(file: string, digit: number): string {
  return file.endsWith(".ts") ? `export const value: number = ${digit};\n` : `${digit}`;
}

function projectOf(): string {
  const root = mkdtempSync(join(tmpdir(), "dfpg-source-"));
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), textOf(file, 0));
  }
  writeFileSync(
    join(root, "main.ts"),
    `import { readFileSync } from "node:fs";
import { value } from "./value.ts";
const later = await import("./later/value.ts");
const beside: string = readFileSync(new URL("beside.txt", import.meta.url), "utf8");
process.stdout.write([value, later.value, beside].join(" ") + "\\n");
`,
  );
  return root;
}
