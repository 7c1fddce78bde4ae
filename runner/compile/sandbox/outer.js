// The program of a child process, around the realm in which the code of a project runs. It is given
// on the command line and everything else over standard input, so the process needs no file. The
// realm is a V8 context of its own: it has JavaScript and, by one function that takes and gives texts,
// what stands in `services` here; no object of Node is in it (docs/decisions/0016).
//
// A message of the parent is a line of JSON, then the bytes of the files that it names; it also names files of before that
// are gone. The first one holds the program of the realm; each later one names one of its functions and the argument.
import { Buffer } from "node:buffer";
import { read, readSync, writeSync } from "node:fs";
import { createRequire, isBuiltin } from "node:module";
import path from "node:path";
import { setTimeout } from "node:timers";
import { formatWithOptions, inspect } from "node:util";
import vm from "node:vm";

/**
 * @typedef {{ files?: [string, number][], gone?: string[], [key: string]: unknown }} Message
 * @typedef {(...values: string[]) => unknown} Service
 */

const require = createRequire("/");
// Not by `import`, which would open every standard stream.
const { process } = globalThis;
const exit = process.exit.bind(process);
const { platform, arch, version } = process;
const context = vm.createContext(vm.constants.DONT_CONTEXTIFY, {
  codeGeneration: { strings: true, wasm: false },
});
leaveNothing();

/** @type {Map<string, Buffer>} */
const files = new Map();
let input = Buffer.alloc(2 ** 20);
let taken = 0;
let filled = 0;

/** What Node brings beside JavaScript itself; only a defect of the realm could make it reachable. */
function leaveNothing() {
  const ofJavaScript = new Set(vm.runInContext("Reflect.ownKeys(globalThis)", context));
  for (const key of Reflect.ownKeys(globalThis)) {
    if (!ofJavaScript.has(key)) Reflect.deleteProperty(globalThis, key);
  }
  const reaching =
    /^(?:_?kill|abort|dlopen|_?binding|_linkedBinding|_debug.*|_start.*|_stop.*|chdir|execve|set.*|initgroups|umask|getBuiltinModule|openStdin|std.*|report|mainModule|permission)$/;
  for (const key of Reflect.ownKeys(process)) {
    if (reaching.test(String(key))) Reflect.deleteProperty(process, key);
  }
}

async function loadRealm() {
  /** @type {Map<string, vm.SourceTextModule>} */
  const modules = new Map();
  const moduleOf = (/** @type {string} */ file) => {
    const known = modules.get(file);
    if (known !== undefined) return known;
    const made = new vm.SourceTextModule(files.get(file)?.toString("utf8") ?? "", {
      context,
      identifier: file,
      initializeImportMeta: (meta) => Object.assign(meta, { dirname: path.dirname(file) }),
    });
    modules.set(file, made);
    return made;
  };
  const link = (/** @type {string} */ name, /** @type {{ identifier: string }} */ from) =>
    moduleOf(
      name.startsWith("node:")
        ? path.join(first.realm, `${name.slice(5)}.js`)
        : path.resolve(path.dirname(from.identifier), name),
    );
  const entry = moduleOf(first.entry);
  // Taken away by the first module, before there is any code of a project.
  Object.assign(context, { door: serve });
  await entry.link(link);
  await entry.evaluate();
  return /** @type {Record<string, (argument: unknown) => unknown>} */ (entry.namespace);
}

/** @param {Message & { call?: string, argument?: string }} message */
function handle({ call = "", argument = "" }) {
  const answer = answerOf(call, argument);
  if (typeof answer !== "string") return;
  send(answer);
  // Timers of the project's code must not keep the process alive.
  exit(0);
}

/**
 * An error here means that the project's code changed the answer; its stack would show only our own
 * code.
 * @param {string} call
 * @param {string} argument
 */
function answerOf(call, argument) {
  try {
    return realm[call]?.(argument);
  } catch {
    return exit(1);
  }
}

/**
 * The one door of the realm. Gives a text that begins with `=`, or with `!` and what is wrong; the
 * function or the error that came of compiling, both of which are the realm's own.
 * @param {unknown} name
 * @param {...unknown} values
 */
function serve(name, ...values) {
  try {
    if (name === "compile") return compileBody(...values.map(String));
    if (name === "format") return `=${format(values)}`;
    if (name === "after") return after(values[0], Number(values[1]));
    const service = typeof name === "string" && Object.hasOwn(services, name) && services[name];
    if (!service || !values.every((value) => typeof value === "string")) return "!no such service";
    const result = service(.../** @type {string[]} */ (values));
    return result === undefined ? undefined : `=${result}`;
  } catch (error) {
    return `!${error instanceof Error ? error.message : "it failed"}`;
  }
}

/** @type {Record<string, Service>} */
const services = {
  about: () => JSON.stringify({ platform, arch, version, projectDir: first.projectDir }),
  isBuiltin: (id = "") => (isBuiltin(id) ? "yes" : ""),
  read: (file = "", encoding = "utf8") =>
    fileOf(file)?.toString(/** @type {BufferEncoding} */ (encoding)),
  ask: (question = "") => JSON.stringify(askParent(JSON.parse(question))),
  path: (name = "", values = "[]") => {
    const call = /** @type {Record<string, unknown>} */ (/** @type {unknown} */ (path))[name];
    const given = /** @type {unknown[]} */ (JSON.parse(values)).map((value) => value ?? undefined);
    return JSON.stringify(/** @type {(...values: unknown[]) => unknown} */ (call)(...given));
  },
  convert: (text = "", from, to) =>
    Buffer.from(text, /** @type {BufferEncoding} */ (from)).toString(
      /** @type {BufferEncoding} */ (to),
    ),
  hash: (algorithm, data = "", key) => {
    const crypto = require("node:crypto");
    const hash =
      key === undefined
        ? crypto.createHash(algorithm)
        : crypto.createHmac(algorithm, Buffer.from(key, "latin1"));
    return hash.update(Buffer.from(data, "latin1")).digest("binary");
  },
  random: (bytes) => require("node:crypto").randomBytes(Number(bytes)).toString("latin1"),
  print: (channel, text = "") => void writeAll(channel === "2" ? 2 : 1, Buffer.from(text)),
  send: (text = "") => send(text),
  exit: () => exit(0),
};

/**
 * @param {string} [code]
 * @param {string} [filename]
 * @param {string} [column]
 * @param {...string} parameters
 */
function compileBody(code = "", filename = "", column = "0", ...parameters) {
  try {
    const columnOffset = Number(column);
    return vm.compileFunction(code, parameters, {
      filename,
      columnOffset,
      parsingContext: context,
    });
  } catch (error) {
    if (error instanceof Object) throw error;
    return error;
  }
}

/** @param {unknown[]} values of the realm */
function format(values) {
  if (values.length === 2 && values[0] === "inspect") return inspect(values[1], plain);
  return formatWithOptions(plain, ...values);
}

const plain = { customInspect: false };

/**
 * Starts a timer; only in a process that waits for messages does it ever end.
 * @param {unknown} callback
 * @param {number} millis
 */
function after(callback, millis) {
  setTimeout(() => {
    if (typeof callback === "function") callback();
  }, millis);
  return "=";
}

/**
 * The bytes of a file that the parent sent, or sends now.
 * @param {string} file
 */
function fileOf(file) {
  if (!files.has(file)) askParent({ read: file });
  return files.get(file);
}

/** @param {object} question */
function askParent(question) {
  if (first.isAsync) return {};
  send(JSON.stringify({ ask: question }));
  const { files: _, ...answer } = takeFiles(readMessage());
  return answer;
}

/** @param {string} text */
function send(text) {
  writeAll(3, Buffer.from(`${text}\n`));
}

/**
 * @param {number} descriptor
 * @param {Buffer} bytes
 */
function writeAll(descriptor, bytes) {
  for (let sent = 0; sent < bytes.length; ) sent += writeSync(descriptor, bytes, sent);
}

/** @returns {Message} the next one; the end of standard input means that nobody asks any more */
function readMessage() {
  let line = takeLine();
  for (; line === undefined; line = takeLine()) fill();
  return JSON.parse(line);
}

/** @param {Message} message */
function takeFiles(message) {
  for (const name of message.gone ?? []) files.delete(name);
  for (const [name, size] of message.files ?? []) {
    while (filled - taken < size) fill();
    files.set(name, take(size));
  }
  return message;
}

function takeLine() {
  const end = input.subarray(taken, filled).indexOf(10);
  return end < 0 ? undefined : take(end + 1).toString("utf8");
}

/** @param {number} size */
function take(size) {
  const bytes = Buffer.from(input.subarray(taken, taken + size));
  taken += size;
  return bytes;
}

function fill() {
  makeRoom();
  const size = readSync(0, input, filled, input.length - filled, null);
  if (size === 0) exit(0);
  filled += size;
}

function makeRoom() {
  if (taken === filled) taken = filled = 0;
  if (filled < input.length) return;
  const waiting = input.subarray(taken, filled);
  const room = Buffer.alloc(Math.max(input.length, 2 * waiting.length));
  waiting.copy(room);
  input = room;
  filled -= taken;
  taken = 0;
}

/** Handles messages as they come, so that the code of the project may wait between them. */
function readOn() {
  for (let line = takeLine(); line !== undefined; line = takeLine()) handle(JSON.parse(line));
  makeRoom();
  read(0, input, filled, input.length - filled, null, (error, size) => {
    if (error || size === 0) exit(0);
    filled += size;
    readOn();
  });
}

const first =
  /** @type {{ entry: string, realm: string, projectDir: string, isAsync: boolean }} */ (
    takeFiles(readMessage())
  );
process.cwd = () => first.projectDir;
const realm = await loadRealm();
// From here on the code of the project runs.
if (first.isAsync) readOn();
else for (;;) handle(takeFiles(readMessage()));
