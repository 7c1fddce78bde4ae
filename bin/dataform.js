#!/usr/bin/env node
// In the repository the TypeScript source runs; in the published package, the build in dist/.
import { existsSync } from "node:fs";
import module from "node:module";

// Nothing can be found from a folder that is gone, not even the loader.
try {
  process.cwd();
} catch {
  const hint =
    "It was removed or moved while a program stood in it: change to a folder that exists.";
  process.stderr.write(`error: The working folder is gone\nhint: ${hint}\n`);
  process.exit(2);
}

// A plain `dataform run` prints a line at once, before anything is loaded. With arguments, which
// may be wrong, the command prints it after reading them (runner/cli/run-with-arguments.ts).
const isProject = ["dataform.json", "workflow_settings.yaml"].some((file) => existsSync(file));
if (process.argv.slice(2).join(" ") === "run" && isProject) process.stdout.write("compiling …\n");

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
