// The program of a process that compiles one project after the other, for tests that are about something else. It
// evaluates the program of a compiler process, `runner/compile/sandbox/outer.js`, again for each project: the realm,
// core and the modules of the project are new each time. Only Node itself stays.
import * as buffer from "node:buffer";
import * as fs from "node:fs";
import * as nodeModule from "node:module";
import path from "node:path";
import * as timers from "node:timers";
import * as util from "node:util";
import vm from "node:vm";

const { process } = globalThis;
const program = process.argv.at(-1) ?? "";
const exit = process.exit.bind(process);
const ended = new Error("this project is compiled");
const endMark = "\0the end of a project\n";
let hasAnswered = false;

/** @param {number} descriptor @param {Buffer} bytes @param {number} [offset] */
function writeSync(descriptor, bytes, offset = 0) {
  if (descriptor === 3) hasAnswered = !bytes.toString("latin1", 0, 7).startsWith('{"ask":');
  return fs.writeSync(descriptor, bytes, offset);
}

/** @param {number} code */
function endProject(code) {
  if (!hasAnswered || code !== 0) exit(code);
  throw ended;
}

/** @type {Map<string, Buffer>} */
const codeCaches = new Map();
const largeText = 2 ** 18;

/**
 * Core is the only large function: V8 takes a third of the time when it need not read the text again.
 * @param {string} code
 * @param {string[]} parameters
 * @param {vm.CompileFunctionOptions & { filename: string, parsingContext: vm.Context }} options
 */
function compileFunction(code, parameters, options) {
  if (code.length < largeText) return vm.compileFunction(code, parameters, options);
  const { filename, parsingContext } = options;
  const text = `(function (${parameters}) {${code}\n})`;
  const cachedData = codeCaches.get(code);
  const script = new vm.Script(text, { filename, ...(cachedData && { cachedData }) });
  const compiled = script.runInContext(parsingContext);
  if (cachedData !== undefined) return compiled;
  return function callOnce(...values) {
    const result = Reflect.apply(compiled, this, values);
    codeCaches.set(code, script.createCachedData());
    return result;
  };
}

/** @type {Record<string, Record<string, unknown>>} */
const builtins = {
  "node:buffer": buffer,
  "node:fs": { ...fs, writeSync },
  "node:module": nodeModule,
  "node:path": { default: path },
  "node:timers": timers,
  "node:util": util,
  "node:vm": { default: Object.create(vm, { compileFunction: { value: compileFunction } }) },
};

/** @param {string} name */
function builtin(name) {
  const values = builtins[name] ?? {};
  const names = Object.keys(values);
  return new vm.SyntheticModule(names, function setAll() {
    for (const key of names) this.setExport(key, values[key]);
  });
}

for (;;) {
  hasAnswered = false;
  globalThis.process = Object.assign(process, { exit: endProject });
  const module = new vm.SourceTextModule(program, { identifier: "outer.js" });
  await module.link(builtin);
  try {
    await module.evaluate();
  } catch (error) {
    if (error !== ended) throw error;
  }
  for (const descriptor of [1, 2, 3]) fs.writeSync(descriptor, endMark);
}
