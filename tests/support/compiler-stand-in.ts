import type { ChildProcess } from "node:child_process";
import { EventEmitter, once } from "node:events";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { PassThrough, Writable } from "node:stream";
import vm from "node:vm";
import { transformSync } from "esbuild";
import {
  childProgram,
  outerProgram,
  realmFolder,
  textOf,
} from "../../runner/compile/child-program.ts";
import { answerQuestion } from "../../runner/compile/processes/answer-question.ts";
import { sendMessage } from "../../runner/compile/processes/start-child.ts";

const require = createRequire(import.meta.url);
const bundle = require.resolve("@dataform/core");

/**
 * A compiler for one project (a real path) inside this worker, as the `child` of `compileProject`: the program and the
 * realm of a compiler process as they are, without a process, its walls and its limits. It takes a seventh of the
 * processor time, since V8 has compiled everything but the project before.
 */
export function compilerInThisWorker(projectDir: string): ChildProcess {
  const [stdout, stderr, answers] = [new PassThrough(), new PassThrough(), new PassThrough()];
  const messages: Buffer[] = [];
  const stdin = new Writable({
    write(chunk: Buffer, _encoding, done) {
      messages.push(chunk);
      // The files of the message have been written by then.
      if (chunk.includes('{"call":"compile"')) setImmediate(() => void compile());
      done();
    },
  });
  const child = Object.assign(new EventEmitter(), {
    ...{ pid: 0, exitCode: null as number | null, signalCode: null as string | null },
    ...{ stdin, stdout, stderr, stdio: [stdin, stdout, stderr, answers] },
    kill: (signal: string) => end({ exitCode: null, signalCode: signal }),
  });
  const end = (how: { exitCode: number | null; signalCode: string | null }) => {
    if (child.exitCode !== null || child.signalCode !== null) return false;
    Object.assign(child, how);
    const streams = [stdout, stderr, answers];
    void Promise.all(streams.map((stream) => once(stream, "end"))).then(() =>
      child.emit("close", how.exitCode, how.signalCode),
    );
    for (const stream of streams) stream.end();
    return true;
  };
  const compile = async () => {
    const write = (to: number, bytes: Buffer) =>
      ({ 1: stdout, 2: stderr, 3: answers })[to]?.write(bytes);
    const exitCode = await runOuter({ projectDir, input: Buffer.concat(messages), write });
    end({ exitCode, signalCode: null });
  };
  const standIn = child as unknown as ChildProcess;
  const { entry, files } = childProgram("compiler-process.js");
  sendMessage(standIn, { entry, realm: realmFolder, projectDir, isAsync: false }, files);
  sendMessage(standIn, { call: "load", argument: bundle }, new Map([[bundle, textOf(bundle)]]));
  return standIn;
}

interface OuterOptions {
  projectDir: string;
  /** What standard input brings. */
  input: Buffer;
  write: (descriptor: number, bytes: Buffer) => void;
}

/** Runs the program around the realm and returns its exit code. */
async function runOuter({ projectDir, input, write }: OuterOptions): Promise<number> {
  let exitCode: number | undefined;
  const exit = (code = 0) => {
    exitCode ??= code;
    // Nothing after it runs, as in a process that ends.
    throw new Error(`exit ${code}`);
  };
  const { platform, arch, version } = process;
  const context = vm.createContext({ process: { exit, platform, arch, version } });
  const builtins: Record<string, object> = {
    "node:fs": descriptors({ projectDir, input, write }),
    "node:timers": { setTimeout: () => undefined },
    "node:vm": { ...vm, compileFunction, SourceTextModule: RealmModule },
  };
  const program = outerProgram().replaceAll(
    /^import (.*) from ("[^"]+");$/gm,
    (_, names, id) => `const ${names} = modules(${id});`,
  );
  const outer = new vm.Script(`(async (modules) => {${program}})`).runInContext(context);
  try {
    await outer((name: string) => builtins[name] ?? require(name));
  } catch (error) {
    if (exitCode === undefined) write(2, Buffer.from(`${(error as Error).stack}\n`));
  }
  return exitCode ?? 1;
}

/** The functions of `node:fs` that the program uses: on its input, which also brings the answers to its questions. */
function descriptors({ projectDir, input, write }: OuterOptions) {
  let rest = input;
  const answers = {
    cork: () => undefined,
    write: (chunk: string | Buffer) => {
      rest = Buffer.concat([rest, Buffer.from(chunk as Buffer)]);
    },
    uncork: () => undefined,
  };
  return {
    readSync(_descriptor: number, into: Buffer, start: number, size: number) {
      const count = rest.copy(into, start, 0, size);
      rest = rest.subarray(count);
      return count;
    },
    writeSync(descriptor: number, bytes: Buffer, start: number) {
      const written = Buffer.from(bytes.subarray(start));
      write(descriptor, written);
      if (descriptor === 3 && written.indexOf('{"ask":') === 0) {
        const { ask } = JSON.parse(written.toString("utf8"));
        const { files, ...words } = answerQuestion(ask, { projectDir });
        sendMessage({ stdin: answers } as unknown as ChildProcess, words, files);
      }
      return written.length;
    },
    read: () => undefined,
  };
}

/** As the class of `node:vm`, whose modules are never freed in Node 20. */
class RealmModule {
  readonly identifier: string;
  readonly #module: { exports: object } = { exports: {} };
  #linker: Linker | undefined;
  #isEvaluated = false;

  readonly #run: (load: (name: string) => object) => void;

  constructor(code: string, options: { context: vm.Context; identifier: string }) {
    this.identifier = options.identifier;
    const meta = { dirname: dirname(this.identifier) };
    const script = new vm.Script(asFunction(code), { filename: this.identifier });
    this.#run = (load) => script.runInContext(options.context)(this.#module, load, meta);
  }

  get namespace(): object {
    return this.#module.exports;
  }

  link(linker: Linker): void {
    this.#linker = linker;
  }

  evaluate(): void {
    if (this.#isEvaluated) return;
    this.#isEvaluated = true;
    this.#run((name) => {
      const module = (this.#linker as Linker)(name, this);
      module.link(this.#linker as Linker);
      module.evaluate();
      return module.namespace;
    });
  }
}

type Linker = (name: string, from: RealmModule) => RealmModule;

const functions = new Map<string, string>();

/** The text of a function that takes a module, the way to others, and `import.meta`. */
function asFunction(code: string): string {
  const known = functions.get(code);
  if (known !== undefined) return known;
  const { code: body } = transformSync(code, { format: "cjs", define: { "import.meta": "meta" } });
  const text = `(function (module, require, meta) {${body}\n})`;
  functions.set(code, text);
  return text;
}

/** As the function of `node:vm`, but V8 compiles Dataform's core once: it keeps scripts, not functions. */
function compileFunction(
  code: string,
  parameters: string[],
  options: vm.CompileFunctionOptions & { parsingContext: vm.Context },
) {
  if (options.filename !== bundle) return vm.compileFunction(code, parameters, options);
  const text = `(function (${parameters.join(", ")}) {${code}\n})`;
  return new vm.Script(text, { filename: bundle }).runInContext(options.parsingContext);
}
