import { onAbort } from "../../ending-listeners.ts";
import { type CompileOptions, compileProject } from "../compile-project.ts";
import type { CompiledGraph } from "../compiled-graph.ts";
import { tryPrepareCompiler } from "../early-compiler.ts";
import { watchFolders } from "./watch-folders.ts";

/** One compilation of a project that is watched. */
export interface Compilation {
  /** The graph, or what `compileProject` threw. */
  outcome: { graph: CompiledGraph } | { error: unknown };
  /** Milliseconds from the change (the first time: from the start) to the graph. */
  millis: number;
}

/**
 * Compiles a project now and after every change of its files, and resolves when the signal is
 * aborted. Each compilation uses a new process, so nothing is left over from the one before; the
 * process is started in advance and has already read the files.
 */
export async function watchProject(
  options: CompileOptions & { signal: AbortSignal },
  onCompiled: (compilation: Compilation) => void | Promise<void>,
): Promise<void> {
  let changedAt: number | undefined = performance.now();
  let wake: () => void = () => undefined;
  const stop = watchFolders(options.projectDir, () => {
    changedAt ??= performance.now();
    wake();
  });
  const stopListening = onAbort(options.signal, () => wake());
  let child: CompileOptions["child"];
  try {
    while (!options.signal.aborted) {
      if (changedAt === undefined) {
        await new Promise<void>((resolve) => (wake = resolve));
        continue;
      }
      const startedAt = changedAt;
      changedAt = undefined;
      const outcome = await compileProject({ ...options, child }).then(
        (graph) => ({ graph }),
        (error: unknown) => ({ error }),
      );
      if (options.signal.aborted) return;
      await onCompiled({ outcome, millis: performance.now() - startedAt });
      child = tryPrepareCompiler(options.projectDir, options.maxHeapMegabytes);
    }
  } finally {
    stopListening();
    stop();
    child?.kill("SIGKILL");
  }
}
