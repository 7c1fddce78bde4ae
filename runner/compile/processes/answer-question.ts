import { readProjectFile } from "../../read-project-file.ts";
import { findPackage } from "./find-package.ts";

/** An answer, and the files that go with it. */
export type QuestionAnswer = Record<string, unknown> & { files?: Map<string, Buffer> };

/**
 * Answers a question of the project's code during compilation: the bytes of a file, why they cannot
 * be read, or where a package is. Accepts any input and reveals nothing outside the project.
 */
export function answerQuestion(question: unknown, projectDir: string): QuestionAnswer {
  const { read, why, resolve, from } = (question ?? {}) as Record<string, unknown>;
  if (typeof read === "string") {
    const file = readProjectFile(projectDir, read);
    return "bytes" in file ? { files: new Map([[read, file.bytes]]) } : {};
  }
  if (typeof why === "string") {
    const file = readProjectFile(projectDir, why);
    return "bytes" in file ? {} : file;
  }
  if (typeof resolve === "string" && typeof from === "string") {
    return findPackage(resolve, from, projectDir);
  }
  return {};
}
