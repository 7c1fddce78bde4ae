#!/usr/bin/env node
// In the repository the TypeScript source runs; in the published package, the build in dist/.
import { existsSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

// As in dataform.js, but not as late: rows of a large file pass the same few functions again and again.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--interrupt-budget=300000");

const root = fileURLToPath(new URL("..", import.meta.url));
if (existsSync(`${root}/ingest/main.ts`)) {
  const { importSource } = await import("./run-source.js");
  await importSource("ingest/main.ts", root);
} else {
  // Node 22 and later keep the compiled code between runs.
  /** @type {{ enableCompileCache?: () => void }} */ (module).enableCompileCache?.();
  await import(new URL("../dist/ingest/main.js", import.meta.url).href);
}
