#!/usr/bin/env node
// In the repository the TypeScript source runs; in the published package, the build in dist/.
import { existsSync } from "node:fs";
import module from "node:module";

// Said before anything is loaded, so that whoever waits sees that the command is at work.
const [command, ...args] = process.argv.slice(2);
const isQuiet = args.some((arg) => /^(--json|--dry-run|--help|--version|-h|-v)(=|$)/.test(arg));
if (command === "run" && !isQuiet) process.stdout.write("compiling …\n");

const source = new URL("../runner/cli/main.ts", import.meta.url);
if (existsSync(source)) {
  const { register } = await import("tsx/esm/api");
  register();
  await import(source.href);
} else {
  // Node 22 and later keep the compiled code between runs.
  /** @type {{ enableCompileCache?: () => void }} */ (module).enableCompileCache?.();
  await import(new URL("../dist/runner/cli/main.js", import.meta.url).href);
}
