#!/usr/bin/env node
// In the repository the TypeScript source runs; in the published package, the build in dist/.
import { existsSync, readFileSync } from "node:fs";
import module from "node:module";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";

// Nothing can be found from a folder that is gone, not even the loader.
try {
  process.cwd();
} catch {
  const hint =
    "It was removed or moved while a program stood in it: change to a folder that exists.";
  process.stderr.write(`error: The working folder is gone\nhint: ${hint}\n`);
  process.exit(2);
}

const root = fileURLToPath(new URL("..", import.meta.url));
if (/^(--version|-v)$/.test(process.argv.slice(2).join(" "))) {
  const { version } = JSON.parse(readFileSync(`${root}/package.json`, "utf8"));
  process.stdout.write(`${version}\n`);
  process.exit();
}

// `dataform run` prints a line at once, before anything is loaded: on a terminal, and without arguments
// anywhere. Standard output may have to stay pure JSON.
const [command, ...args] = process.argv.slice(2);
const isProject = [".", ...args].some((folder) =>
  ["dataform.json", "workflow_settings.yaml"].some((file) => existsSync(`${folder}/${file}`)),
);
const has = (/** @type {string[]} */ ...flags) => flags.some((flag) => args.includes(flag));
const stream = has("--json", "--dry-run") ? process.stderr : process.stdout;
if (command === "run" && isProject && !has("--help", "-h") && (stream.isTTY || args.length === 0)) {
  // When it cannot be written, nor can what follows, and that is told.
  stream.once("error", () => undefined);
  stream.write("compiling …\n");
}

// Node 20 translates each function that was called a few times, which takes a command longer than it saves: only those
// that take the most time are worth it. Later versions count in another way, and do not know the flag.
if (process.versions.node.startsWith("20.")) setFlagsFromString("--interrupt-budget=1000000");

if (existsSync(`${root}/runner/cli/main.ts`)) {
  const { importSource } = await import("./run-source.js");
  await importSource("runner/cli/main.ts", root);
} else {
  // Node 22 and later keep the compiled code between runs.
  /** @type {{ enableCompileCache?: () => void }} */ (module).enableCompileCache?.();
  await import(new URL("../dist/runner/cli/main.js", import.meta.url).href);
}
