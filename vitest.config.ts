import { defineConfig } from "vitest/config";
import { patienceMillis, waitMillis } from "./tests/support/patience.ts";

export default defineConfig({
  test: {
    testTimeout: patienceMillis,
    hookTimeout: patienceMillis,
    expect: { poll: { timeout: waitMillis, interval: 20 } },
    // Most tests wait for a server or a process, so every core can take one.
    maxWorkers: "100%",
    reporters: ["default", "./tests/support/closing-line.ts"],
    projects: [
      { extends: true, test: { name: "unit", include: ["tests/unit/**/*.test.ts"] } },
      {
        extends: true,
        test: {
          name: "integration",
          include: ["tests/integration/**/*.test.ts"],
          globalSetup: "tests/support/start-servers.ts",
        },
      },
      {
        extends: true,
        test: {
          name: "pipeline",
          include: ["tests/pipeline/**/*.test.ts"],
          globalSetup: "tests/support/start-servers.ts",
        },
      },
      {
        extends: true,
        test: {
          name: "faults",
          include: ["tests/faults/**/*.test.ts"],
          globalSetup: "tests/support/start-servers.ts",
        },
      },
    ],
  },
});
