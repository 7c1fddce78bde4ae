// Runs in a process of its own that has no environment, may read the project and core, and may
// write nothing (docs/decisions/0002). argv: core's bundle, the project folder. Standard input: the
// request as JSON. Descriptor 3: the answer as JSON; standard output belongs to the project's code.
import { readFileSync, writeSync } from "node:fs";
import process from "node:process";
import { compileWithCore } from "./compiler-process/compile-with-core.js";
import { loadCore } from "./compiler-process/load-core.js";
import { projectModules } from "./compiler-process/project-modules.js";

const [bundle = "", projectDir = ""] = process.argv.slice(2);
const exit = process.exit.bind(process);

/** @type {import("./compiler-process/load-core.js").Core} */
const core = loadCore(bundle, (id) => modules.require(id));
const modules = projectModules(projectDir, () => core);
answer(compileWithCore(core, modules, { ...JSON.parse(readFileSync(0, "utf8")), projectDir }));
// Timers and sockets of the project's code must not keep the process alive.
exit(0);

/** @param {import("./compiler-process/compile-with-core.js").CompilerAnswer} value */
function answer(value) {
  const bytes = Buffer.from(JSON.stringify(value));
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(3, bytes, sent);
}
