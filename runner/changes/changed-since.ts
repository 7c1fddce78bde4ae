import { realpathSync } from "node:fs";
import path from "node:path";
import { type CompileOptions, compileProject } from "../compile/compile-project.ts";
import type { CompiledGraph } from "../compile/compiled-graph.ts";
import { findProject } from "../compile/find-project.ts";
import { listProjectFiles } from "../compile/list-project-files.ts";
import { actionFingerprints } from "../resume/action-fingerprints.ts";
import { targetKey } from "../target.ts";
import { type EarlierFiles, readEarlierFiles } from "./git-files.ts";

/** What of a project has changed since a commit. */
export interface ProjectChanges {
  /** The commit that it was compared with. */
  commit: string;
  /** `targetKey` of the actions that are new or compile to something else. */
  actions: ReadonlySet<string>;
  /** `unitTestKey` of the tests that are new or otherwise, and of those whose table compiles otherwise. */
  unitTests: ReadonlySet<string>;
}

/**
 * Compares a compiled project with what it compiled to where this branch left `ref` (a branch, tag or
 * commit). The packages are those that are installed now. When the project did not compile there, or git does not say
 * what a submodule held, everything has changed, and `onNotice` is told. Throws USAGE as `readEarlierFiles` does.
 */
export async function changedSince(
  compiled: CompiledGraph,
  ref: string,
  options: CompileOptions,
): Promise<ProjectChanges> {
  const projectDir = findProject(options.projectDir);
  const files = await readEarlierFiles(projectDir, ref);
  const { commit, texts, added, unknown } = withLinks(files, projectDir);
  const before = { ...options, addedFiles: texts, missingFiles: added };
  const [submodule] = unknown;
  const earlier = submodule === undefined ? await compileEarlier(before) : undefined;
  if (earlier === undefined) {
    const why = submodule
      ? `${submodule} is a repository of its own and has changed`
      : `the project did not compile at ${ref}`;
    options.onNotice?.(`${why}: everything counts as changed`);
  }
  return {
    commit,
    actions: newIn(actionFingerprints(compiled), earlier && actionFingerprints(earlier)),
    unitTests: newIn(unitTestTexts(compiled), earlier && unitTestTexts(earlier)),
  };
}

/** A link, or a file behind one, was what it leads to was: git knows the file by one path alone. */
function withLinks({ texts, added, ...rest }: EarlierFiles, projectDir: string): EarlierFiles {
  const all = { ...rest, texts: { ...texts }, added: new Set(added) };
  if (added.size === 0 && Object.keys(texts).length === 0) return all;
  for (const file of listProjectFiles(projectDir)) {
    const real = path.relative(projectDir, realpathSync(path.join(projectDir, file)));
    const text = texts[real];
    if (real === file || file in texts) continue;
    if (text !== undefined) all.texts[file] = text;
    if (added.has(real)) all.added.add(file);
  }
  return all;
}

/** Names a unit test among those of a project. */
export function unitTestKey({ dataset, name }: Pick<UnitTest, "dataset" | "name">): string {
  return targetKey({ ...dataset, name: `${dataset.name} ${name}` });
}

type UnitTest = NonNullable<CompiledGraph["unitTests"]>[number];

async function compileEarlier(options: CompileOptions): Promise<CompiledGraph | undefined> {
  const silent = { onNotice: () => undefined, onOutput: () => undefined, child: undefined };
  try {
    const graph = await compileProject({ ...options, ...silent });
    return (graph.graphErrors?.compilationErrors ?? []).length > 0 ? undefined : graph;
  } catch (error) {
    if (options.signal?.aborted) throw error;
    return undefined;
  }
}

function unitTestTexts({ unitTests = [] }: CompiledGraph): Map<string, string> {
  return new Map(unitTests.map((test) => [unitTestKey(test), JSON.stringify(test)]));
}

function newIn(now: ReadonlyMap<string, string>, earlier: ReadonlyMap<string, string> = new Map()) {
  return new Set([...now].flatMap(([key, text]) => (earlier.get(key) === text ? [] : key)));
}
