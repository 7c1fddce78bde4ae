import { defineConfig } from "vitest/config";
import { keepCompiledForThisRun } from "./tests/support/compile-cache.ts";
import DearFilesFirst from "./tests/support/dear-files-first.ts";
import { patienceMillis, waitMillis } from "./tests/support/patience.ts";
import { useMemoryForTemporaryFiles } from "./tests/support/temporary-memory.ts";

useMemoryForTemporaryFiles();
keepCompiledForThisRun();

const limits = {
  testTimeout: patienceMillis,
  hookTimeout: patienceMillis,
  setupFiles: ["tests/support/same-inputs.ts"],
  // A twentieth less processor time: what tests make is garbage soon, and then much less of it is copied.
  execArgv: ["--max-semi-space-size=64"],
  expect: { poll: { timeout: waitMillis, interval: 20 } },
};

/** The tests of some folders that need servers. */
function onServers(name: string, folders: readonly string[]) {
  return {
    test: {
      ...limits,
      name,
      include: folders.map((folder) => `tests/${folder}/**/*.test.ts`),
      globalSetup: "tests/support/start-servers.ts",
      // The built commands that tests run inside a worker are left as they are.
      server: { deps: { external: [/\/dataform-servers-/] } },
      isolate: false,
    },
  };
}

const folders = ["integration", "pipeline", "faults"];
const isOneNamed = process.argv.some((argument) => argument.startsWith("--project"));

export default defineConfig({
  test: {
    // Most tests wait for a server or a process, so every core can take one. Not in the projects,
    // where it would win over --maxWorkers.
    maxWorkers: "100%",
    sequence: { sequencer: DearFilesFirst },
    reporters: ["default", "./tests/support/closing-line.ts"],
    projects: [
      // Pure functions, for the most part: a worker may go on with the modules that it has loaded.
      { test: { ...limits, name: "unit", include: ["tests/unit/**/*.test.ts"], isolate: false } },
      // Together, since a worker goes on only with files of the same project, and each project has servers of its own.
      ...(isOneNamed
        ? folders.map((folder) => onServers(folder, [folder]))
        : [onServers("servers", folders)]),
    ],
  },
});
