import { createHash } from "node:crypto";
import { existsSync, readFileSync, realpathSync, renameSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { deserialize, serialize } from "node:v8";
import { inject } from "vitest";
import type { CompileOptions } from "../../runner/compile/compile-project.ts";
import type { CompiledGraph } from "../../runner/compile/compiled-graph.ts";
import { listProjectFiles } from "../../runner/compile/list-project-files.ts";
import { compileInWorker, compileProject } from "./compile-project.ts";
import { repository } from "./run-command.ts";

/**
 * `compileProject` for tests that are about something else: a project with the same files and options
 * is compiled once in a test run, and every caller gets a copy of its own. Three kinds of projects are
 * compiled each time: those with errors, those that print or cause a notice, and those whose code may
 * give another result the next time.
 */
export async function compileOnce(options: CompileOptions): Promise<CompiledGraph> {
  const file = fileFor(options);
  if (file !== undefined && existsSync(file)) return deserialize(readFileSync(file));
  let hasSpoken = false;
  // Code that says more than a graph gets a process, which may end as it likes.
  const compile = file === undefined ? compileProject : compileInWorker;
  const graph = await compile({
    ...options,
    onOutput: (text) => {
      hasSpoken = true;
      options.onOutput?.(text);
    },
    onNotice: (text) => {
      hasSpoken = true;
      options.onNotice?.(text);
    },
  });
  const errors = graph.graphErrors?.compilationErrors ?? [];
  if (file !== undefined && !hasSpoken && errors.length === 0) keep(file, graph);
  return graph;
}

/** Other workers may write the same file at this moment. */
function keep(file: string, graph: CompiledGraph): void {
  writeFileSync(`${file}.${process.pid}`, serialize(graph));
  renameSync(`${file}.${process.pid}`, file);
}

const inconstant =
  /\b(?:process|Date|Math\.random|console|performance)\b *[.([;]|\bglobalThis\b|["'`](?:node:)?(?:fs|crypto|os)["'`]/;
const readByCode = /^(?:definitions|includes)\/|^[^/]*\.js(?:on)?$/;

function fileFor({ projectDir, overrides, unitTests }: CompileOptions): string | undefined {
  const files = filesOf(realpathSync(projectDir));
  if (files === undefined) return undefined;
  const hash = createHash("sha256").update(compilerHash()).update(files);
  hash.update(JSON.stringify([overrides ?? {}, unitTests ?? false]));
  return join(inject("compiledFolder"), hash.digest("hex"));
}

let filesOfRepository: { hash: string | undefined } | undefined;

/** `hashOf` a project; no test changes the repository, so a worker reads that once. */
function filesOf(folder: string): string | undefined {
  if (folder !== repository) return hashOf(folder);
  filesOfRepository ??= { hash: hashOf(folder) };
  return filesOfRepository.hash;
}

/** A hash of the files of a project; undefined when their code may give another result the next time. */
function hashOf(folder: string): string | undefined {
  const hash = createHash("sha256");
  for (const name of listProjectFiles(folder)) {
    if (isOfRepositoryAlone(folder, name)) continue;
    const text = readFileSync(join(folder, name));
    if (readByCode.test(name) && inconstant.test(text.toString("latin1"))) return undefined;
    hash.update(`\0${name}\0${text.length}\0`).update(text);
  }
  return hash.digest("hex");
}

/** The repository is a project, too, but most of its files are not read by the compiler. */
function isOfRepositoryAlone(folder: string, name: string): boolean {
  return (
    folder === repository && !/^(?:definitions|includes|unit_tests)\/|^dataform\.json$/.test(name)
  );
}

let compilerSources: string | undefined;

/** In watch mode the compiler may change between two tests. */
function compilerHash(): string {
  if (compilerSources === undefined) {
    const folder = join(repository, "runner/compile");
    const hash = createHash("sha256");
    for (const name of listProjectFiles(folder)) hash.update(readFileSync(join(folder, name)));
    compilerSources = hash.digest("hex");
  }
  return compilerSources;
}
