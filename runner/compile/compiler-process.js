// Runs in a process of its own that has no environment, may read the project and core, and may
// write nothing (docs/decisions/0002). argv: core's bundle, the project folder. Standard input: the
// request as a line of JSON, and before it, if this process is started before it is needed, a line
// `{"prepare": <files>}`. Descriptor 3: the answer as JSON; standard output belongs to the project.
import { writeSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { compileWithCore } from "./compiler-process/compile-with-core.js";
import { loadCore } from "./compiler-process/load-core.js";
import { projectModules } from "./compiler-process/project-modules.js";

const [bundle = "", projectDir = ""] = process.argv.slice(2);
const exit = process.exit.bind(process);
const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]();

/** @type {import("./compiler-process/load-core.js").Core} */
const core = loadCore(bundle, (id) => modules.require(id));
const modules = projectModules(projectDir, () => core);
let message = await readMessage();
if ("prepare" in message) {
  modules.prepare(message.prepare);
  message = await readMessage();
}
answer(compileWithCore(core, modules, { ...message, projectDir }));
// Timers and sockets of the project's code must not keep the process alive.
exit(0);

/** @param {import("./compiler-process/compile-with-core.js").CompilerAnswer} value */
function answer(value) {
  const bytes = Buffer.from(JSON.stringify(value));
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(3, bytes, sent);
}

/** The next line of standard input; the end of it means that nobody asks any more. */
async function readMessage() {
  const { value, done } = await lines.next();
  return done ? exit(0) : JSON.parse(value);
}
