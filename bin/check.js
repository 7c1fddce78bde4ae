// `npm run check`: all checks of the repository side by side. Each check's output is printed when it ends, and every
// check runs to its end, also when another one has failed.
import { spawn } from "node:child_process";

// The longest first.
const checks = [
  "biome ci --error-on-warnings .",
  "tsx bin/check-workflows.ts",
  "tsc",
  "knip",
  "tsc -p tsconfig.browser.json",
  "node bin/dataform.js format --check",
];

/**
 * Runs a check and tells whether it passed.
 * @param {string} check
 * @returns {Promise<boolean>}
 */
function passes(check) {
  return new Promise((resolve) => {
    const child = spawn(check, { shell: true, stdio: ["ignore", "pipe", "pipe"] });
    /** @type {Buffer[]} */
    const output = [];
    for (const stream of [child.stdout, child.stderr]) {
      stream.on("data", (chunk) => output.push(chunk));
    }
    child.on("close", (exitCode) => {
      const failure = exitCode === 0 ? "" : ` failed with exit code ${exitCode}`;
      process.stdout.write(`${Buffer.concat(output)}> ${check}${failure}\n`);
      resolve(exitCode === 0);
    });
  });
}

const results = await Promise.all(checks.map(passes));
if (results.includes(false)) process.exitCode = 1;
