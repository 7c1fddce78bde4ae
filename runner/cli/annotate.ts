import { RunnerError } from "../errors.ts";
import { type Annotation, formatProblems } from "../report/github/github-annotations.ts";

/**
 * Tells a GitHub workflow of problems, so that they are shown beside the lines of a pull request; does
 * nothing elsewhere. GitHub reads standard error too: standard output may have to stay pure JSON.
 */
export function annotate(problems: readonly Annotation[], projectDir: string): void {
  if (process.env.GITHUB_ACTIONS !== "true") return;
  const workspace = process.env.GITHUB_WORKSPACE ?? process.cwd();
  const lines = formatProblems(problems, { workspace, projectDir });
  process.stderr.write(lines.map((line) => `${line}\n`).join(""));
}

/** Tells a GitHub workflow of an error that names a place in the project, and throws it on. */
export function annotateError(error: unknown, projectDir: string): never {
  if (error instanceof RunnerError && error.place !== undefined) {
    const { fileName, line = 1, message } = error.place;
    const title = error.code === "COMPILATION_FAILED" ? "Compilation failed" : "Wrong setting";
    annotate([{ fileName, line, title, message }], projectDir);
  }
  throw error;
}
