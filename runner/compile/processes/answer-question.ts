import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { isReadable, readProjectFile } from "../../read-project-file.ts";

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

/** As Node finds it, but in the project only: `id` is a package, or a path from one of its files. */
function findPackage(id: string, from: string, projectDir: string): QuestionAnswer {
  const isRelative = /^\.{1,2}(?:\/|$)/.test(id);
  const isInside = from === projectDir || from.startsWith(projectDir + path.sep);
  const wanted = path.resolve(from, id);
  if (!isInside || path.isAbsolute(id) || (!isRelative && id.split("/").includes(".."))) {
    return { missing: true };
  }
  if (isRelative && !isReadable(projectDir, wanted)) return { missing: true };
  try {
    // Node may give the path of a link when its loader was changed, as tsx does.
    const file = realpathSync.native(createRequire(from + path.sep).resolve(id));
    return isReadable(projectDir, file) ? { file } : { isOutside: true };
  } catch {
    return { missing: true };
  }
}
