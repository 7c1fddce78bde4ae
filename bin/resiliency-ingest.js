#!/usr/bin/env node
// In the repository the TypeScript source runs; in the published package, the build in dist/.
import { existsSync } from "node:fs";

const source = new URL("../ingest/main.ts", import.meta.url);
if (existsSync(source)) {
  const { register } = await import("tsx/esm/api");
  register();
  await import(source.href);
} else {
  await import(new URL("../dist/ingest/main.js", import.meta.url).href);
}
