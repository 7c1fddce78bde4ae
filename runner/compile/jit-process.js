// Runs the code of one action that is compiled during a run, in a process of its own without
// environment, that may read nothing of the project and write nothing. Standard input: the request as
// a line of JSON, then answers to the calls of the adapter. Descriptor 3: calls, and at last the
// result, each as a line of JSON; standard output belongs to the project's code.
import { writeSync } from "node:fs";
import process from "node:process";
import { createInterface } from "node:readline";
import { jitContext } from "./compiler-process/jit-context.js";

const exit = process.exit.bind(process);
const lines = createInterface({ input: process.stdin });
/** @type {Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>} */
const calls = new Map();
const methods = ["execute", "listTables", "getTable", "deleteTable"];
const adapter = Object.fromEntries(methods.map((method) => [method, callOf(method)]));

lines.once("line", (line) => {
  lines.on("line", settle);
  run(JSON.parse(line)).then(
    (result) => finish({ result }),
    (error) => finish({ error: error instanceof Error ? error.message : String(error) }),
  );
});
lines.once("close", () => exit(0));

/** @param {import("./jit-code.ts").JitRequest} request */
async function run(request) {
  const body = new Function("jctx", `const mainAsync = ${request.code};\nreturn mainAsync(jctx);`);
  const asked = (/** @type {boolean} */ incremental) =>
    Promise.resolve(body(jitContext(request, adapter, incremental)));
  if (request.type !== "incremental") return { regular: await asked(false) };
  const [incremental, regular] = await Promise.all([asked(true), asked(false)]);
  return { regular, incremental };
}

/** @param {string} method */
function callOf(method) {
  return (/** @type {unknown} */ argument) =>
    new Promise((resolve, reject) => {
      const call = calls.size + 1;
      calls.set(call, { resolve, reject });
      send({ call, method, argument });
    });
}

/** @param {string} line */
function settle(line) {
  const { call, value, error } = JSON.parse(line);
  const waiting = calls.get(call);
  if (error === undefined) waiting?.resolve(value);
  else waiting?.reject(new Error(error));
}

/** @param {object} value */
function finish(value) {
  send(value);
  exit(0);
}

/** @param {object} value */
function send(value) {
  const bytes = Buffer.from(`${JSON.stringify(value)}\n`);
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(3, bytes, sent);
}
