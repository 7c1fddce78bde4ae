#!/usr/bin/env node
// In the repository the TypeScript source runs; in the published package, the build in dist/.
import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
if (existsSync(`${root}/ingest/main.ts`)) {
  const { importSource } = await import("./run-source.js");
  await importSource("ingest/main.ts", root);
} else {
  await import(new URL("../dist/ingest/main.js", import.meta.url).href);
}
