// Makes dist/, or the folder that is given: few files instead of two hundred, so that a command starts in half the time
// (docs/decisions/0012). `npm run build` adds the type declarations.
import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { argv } from "node:process";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { bundledLicenses } from "./bundled-licenses.js";

const root = fileURLToPath(new URL("..", import.meta.url));
/** @type {{ dependencies: object, optionalDependencies: object }} */
const { dependencies, optionalDependencies } = JSON.parse(
  readFileSync(`${root}package.json`, "utf8"),
);
const outdir = argv[2] ?? `${root}dist`;
rmSync(outdir, { recursive: true, force: true });
const options = /** @type {import("esbuild").BuildOptions} */ ({
  absWorkingDir: root,
  outdir,
  outbase: ".",
  bundle: true,
  // What the package depends on comes with it; what the loader alone needs goes into the build.
  external: [...Object.keys({ ...dependencies, ...optionalDependencies }), "esbuild"],
  alias: { "string-width": "./bin/string-width.js" },
  format: "esm",
  platform: "node",
  target: "node20.19",
  legalComments: "none",
  metafile: true,
});
const program = await build({
  ...options,
  entryPoints: [
    "runner/index.ts",
    "runner/cli/main.ts",
    "runner/compile/sandbox/outer.js",
    "ingest/main.ts",
  ],
  // read by nobody: the source is in the repository, and the package has to stay small
  minify: true,
  // libraries in the older form ask for Node's modules by it
  banner: {
    js: 'import { createRequire as requireOf } from "node:module"; const require = requireOf(import.meta.url);',
  },
  // Beside the modules of the child processes, which are found relative to the code that starts them.
  chunkNames: "runner/compile/chunk-[hash]",
  splitting: true,
});
// Each is one file without imports: it contains the replacements of Node's modules in the realm.
const realm = ["buffer", "crypto", "fs", "path", "url", "vm"].map((name) => [
  `node:${name}`,
  `./runner/compile/sandbox/realm/${name}.js`,
]);
const children = await build({
  ...options,
  entryPoints: ["runner/compile/compiler-process.js", "runner/compile/jit-process.js"],
  alias: Object.fromEntries(realm),
  minifyWhitespace: true,
});
// The style and the script of the pages that `dataform docs` writes.
for (const file of ["pages/assets/pages.css", "docs-site/assets/docs.css"]) {
  cpSync(`${root}runner/${file}`, `${outdir}/runner/${file}`);
}
const pages = await build({
  absWorkingDir: root,
  entryPoints: ["runner/docs-site/client/main.ts"],
  outfile: `${outdir}/runner/docs-site/assets/docs.js`,
  bundle: true,
  format: "iife",
  target: "es2022",
  minify: true,
  legalComments: "none",
  metafile: true,
});
const inputs = [program, children, pages].flatMap(({ metafile }) =>
  Object.keys(metafile?.inputs ?? {}),
);
writeFileSync(`${outdir}/licenses.txt`, bundledLicenses(root, inputs));
