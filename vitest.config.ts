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
  expect: { poll: { timeout: waitMillis, interval: 20 } },
};

/** The tests of a folder that need servers, which are started once. */
function onServers(name: string) {
  const include = [`tests/${name}/**/*.test.ts`];
  return {
    test: {
      ...limits,
      name,
      include,
      globalSetup: "tests/support/start-servers.ts",
      // The built commands that tests run inside a worker are left as they are.
      server: { deps: { external: [/\/dataform-servers-/] } },
      isolate: false,
    },
  };
}

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
      onServers("integration"),
      onServers("pipeline"),
      onServers("faults"),
    ],
  },
});
