import { type CompileOptions, compileProject } from "../compile/compile-project.ts";
import type { CompiledGraph } from "../compile/compiled-graph.ts";
import { findProject } from "../compile/find-project.ts";
import { actionFingerprints } from "../resume/action-fingerprints.ts";
import { targetKey } from "../target.ts";
import { readEarlierFiles } from "./git-files.ts";

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
 * commit). The packages are those that are installed now. When the project did not compile there,
 * everything has changed, and `onNotice` is told. Throws USAGE as `readEarlierFiles` does.
 */
export async function changedSince(
  compiled: CompiledGraph,
  ref: string,
  options: CompileOptions,
): Promise<ProjectChanges> {
  const projectDir = findProject(options.projectDir);
  const { commit, texts, added } = await readEarlierFiles(projectDir, ref);
  const earlier = await compileEarlier({ ...options, addedFiles: texts, missingFiles: added });
  if (earlier === undefined) {
    options.onNotice?.(`the project did not compile at ${ref}: everything counts as changed`);
  }
  return {
    commit,
    actions: newIn(actionFingerprints(compiled), earlier && actionFingerprints(earlier)),
    unitTests: newIn(unitTestTexts(compiled), earlier && unitTestTexts(earlier)),
  };
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
