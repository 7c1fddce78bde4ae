// Makes dist/, or the folder that is given: few files instead of two hundred, so that a command starts in half the time
// (docs/decisions/0012). `npm run build` adds the type declarations.
import { rmSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const root = fileURLToPath(new URL("..", import.meta.url));
const outdir = argv[2] ?? `${root}dist`;
rmSync(outdir, { recursive: true, force: true });
await build({
  absWorkingDir: root,
  entryPoints: [
    "runner/index.ts",
    "runner/cli/main.ts",
    "runner/compile/compiler-process.js",
    "runner/compile/jit-process.js",
  ],
  outdir,
  outbase: ".",
  // Beside the scripts of the child processes, which are found relative to the code that starts them.
  chunkNames: "runner/compile/chunk-[hash]",
  bundle: true,
  splitting: true,
  packages: "external",
  format: "esm",
  platform: "node",
  target: "node20.19",
  legalComments: "none",
});
