// The module of the realm (docs/decisions/0016) that runs the code of one action which is compiled
// during a run. `run` takes the request, `settle` an answer to a call of the adapter; calls, and at
// last the result, are sent as lines. Texts are JSON.
import "./sandbox/realm/globals.js";
import { jitContext } from "./compiler-process/core/jit-context.js";
import { host } from "./sandbox/realm/host.js";

const { parse, stringify } = JSON;
/** @type {Map<number, { resolve: (value: unknown) => void, reject: (error: Error) => void }>} */
const calls = new Map();
const methods = ["execute", "listTables", "getTable", "deleteTable"];
const adapter = Object.fromEntries(methods.map((method) => [method, callOf(method)]));

/** @param {string} text */
export function run(text) {
  resultOf(parse(text)).then(
    (result) => send({ result }),
    (error) => send({ error: error instanceof Error ? error.message : String(error) }),
  );
}

/** @param {import("./jit-code.ts").JitRequest} request */
async function resultOf(request) {
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

/** @param {string} text */
export function settle(text) {
  const { call, value, error } = parse(text);
  const waiting = calls.get(call);
  if (error === undefined) waiting?.resolve(value);
  else waiting?.reject(new Error(error));
}

/** @param {object} value */
function send(value) {
  host("send", stringify(value));
}
