import path from "node:path";
import { type ProjectFile, readProjectFile } from "../../read-project-file.ts";
import { findPackage } from "./find-package.ts";

/** An answer, and the files that go with it. */
export type QuestionAnswer = Record<string, unknown> & { files?: Map<string, Buffer> };

/** The project that is compiled. */
export interface AskedProject {
  /** A real path. */
  projectDir: string;
  /** Files that count as not there, by their path in the project. */
  missingFiles?: ReadonlySet<string> | undefined;
}

/**
 * Answers a question of the project's code during compilation: the bytes of a file, why they cannot
 * be read, or where a package is. Accepts any input and reveals nothing outside the project.
 */
export function answerQuestion(question: unknown, project: AskedProject): QuestionAnswer {
  const { read, why, resolve, from } = (question ?? {}) as Record<string, unknown>;
  const { projectDir } = project;
  if (typeof read === "string") {
    const file = fileOf(project, read);
    return "bytes" in file ? { files: new Map([[read, file.bytes]]) } : {};
  }
  if (typeof why === "string") {
    const file = fileOf(project, why);
    return "bytes" in file ? {} : file;
  }
  if (typeof resolve === "string" && typeof from === "string") {
    return findPackage(resolve, from, projectDir);
  }
  return {};
}

function fileOf({ projectDir, missingFiles }: AskedProject, file: string): ProjectFile {
  const name = path.relative(projectDir, path.resolve(projectDir, file));
  return missingFiles?.has(name) ? { missing: true } : readProjectFile(projectDir, file);
}
