import { execFile } from "node:child_process";
import { cpSync, mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { build, type Plugin } from "esbuild";

const repository = join(import.meta.dirname, "../..");

/** A replacement for npm's `npx`, which needs a second of processor time to find our command. */
function npx(program: string): string {
  return `#!/bin/sh
case "$1" in dataform | dataform-postgres) shift; exec ${process.execPath} ${program} "$@" ;; esac
exec npm exec -- "$@"
`;
}

/** Lets commands inside a worker compile there. */
const compilerOfTests: Plugin = {
  name: "compiler of tests",
  setup({ onResolve }) {
    const standIn = join(import.meta.dirname, "early-compiler-of-tests.ts");
    onResolve({ filter: /\/early-compiler\.ts$/ }, ({ importer }) =>
      importer === standIn ? undefined : { path: standIn },
    );
  },
};

/**
 * Makes the package in a folder, once for all tests that start a command: the bundle starts in a
 * fifth of the time of the source. Beside it lie the generator's commands, for this repository.
 */
export async function buildPackage(folder: string): Promise<string> {
  const dist = join(folder, "dist");
  await promisify(execFile)(process.execPath, [join(repository, "bin/build.js"), dist]);
  await build({
    absWorkingDir: repository,
    entryPoints: [
      ...["generator/daily.ts", "generator/main.ts", "generator/reset.ts"],
      "runner/cli/run-command-line.ts",
    ],
    outdir: dist,
    outbase: ".",
    bundle: true,
    packages: "external",
    format: "esm",
    platform: "node",
    target: "node20.19",
    // From here on as in bin/build.js: the modules of child processes are found beside a chunk.
    splitting: true,
    chunkNames: "runner/compile/chunk-[hash]",
    // The project of these commands is the folder above their source.
    define: { "import.meta.dirname": JSON.stringify(join(repository, "generator")) },
    plugins: [compilerOfTests],
  });
  for (const file of ["package.json", "bin/dataform.js"]) {
    cpSync(join(repository, file), join(folder, file));
  }
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  mkdirSync(join(folder, "npx"));
  writeFileSync(join(folder, "npx/npx"), npx(join(folder, "bin/dataform.js")), { mode: 0o755 });
  return folder;
}
