// What Node adds to JavaScript's globals, as far as the code of a project gets it.
import { about } from "./about.js";
import { Buffer } from "./buffer.js";
import { host, passOn } from "./host.js";
import "./steady.js";
import { format } from "./util.js";

const print =
  (/** @type {string} */ channel) =>
  (/** @type {unknown[]} */ ...values) =>
    void host("print", channel, `${format(...values)}\n`);
const [out, error] = [print("1"), print("2")];
const console = { log: out, info: out, debug: out, dir: out, table: out, group: out, error };

const writable = (/** @type {string} */ channel) => ({
  write: (/** @type {unknown} */ text) => {
    host("print", channel, `${text}`);
    return true;
  },
});

const process = {
  ...{ env: {}, argv: ["node"], execArgv: [], platform: about.platform, arch: about.arch },
  ...{
    version: about.version,
    versions: { node: about.version.slice(1) },
    release: { name: "node" },
  },
  ...{ stdout: writable("1"), stderr: writable("2"), title: "dataform" },
  cwd: () => about.projectDir,
  nextTick: (/** @type {Function} */ call, /** @type {unknown[]} */ ...values) =>
    void Promise.resolve().then(() => call(...values)),
  uptime: () => Date.now() / 1000,
  hrtime: Object.assign(() => [Math.floor(Date.now() / 1000), (Date.now() % 1000) * 1e6], {
    bigint: () => BigInt(Date.now()) * 1_000_000n,
  }),
  emitWarning: error,
  on: () => process,
  once: () => process,
  off: () => process,
  exit: () => {
    throw new Error("The project's own JavaScript may not call process.exit()");
  },
};

let timers = 0;
/** @type {Map<number, { millis: number, repeats: boolean, call: Function, values: unknown[] }>} */
const waiting = new Map();

/** @param {number} timer */
function start(timer) {
  const callback = () => {
    const entry = waiting.get(timer);
    if (entry === undefined) return;
    if (!entry.repeats) waiting.delete(timer);
    try {
      entry.call(...entry.values);
    } catch (failure) {
      error(failure);
    }
    if (waiting.has(timer)) start(timer);
  };
  passOn("after", [callback, waiting.get(timer)?.millis]);
}

/** @param {boolean} repeats */
const timerOf =
  (repeats) =>
  (
    /** @type {Function} */ call,
    /** @type {number} */ millis = 1,
    /** @type {unknown[]} */ ...values
  ) => {
    waiting.set(++timers, { millis: Number(millis), repeats, call, values });
    start(timers);
    return timers;
  };
const clear = (/** @type {number} */ timer) => void waiting.delete(timer);

Object.assign(globalThis, {
  ...{ global: globalThis, Buffer, process },
  console: { ...console, warn: error, trace: error, groupEnd: () => undefined },
  ...{ setTimeout: timerOf(false), setInterval: timerOf(true), clearTimeout: clear },
  ...{ clearInterval: clear, clearImmediate: clear },
  setImmediate: (/** @type {Function} */ call, /** @type {unknown[]} */ ...values) =>
    timerOf(false)(call, 0, ...values),
  queueMicrotask: process.nextTick,
  TextEncoder: class {
    /** @param {unknown} text */
    encode = (text = "") => new Uint8Array(Buffer.from(`${text}`));
  },
  TextDecoder: class {
    /** @param {Uint8Array} bytes */
    decode = (bytes) => Buffer.from(bytes).toString();
  },
});

export { process };
