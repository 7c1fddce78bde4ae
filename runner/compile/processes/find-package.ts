import { lstatSync } from "node:fs";
import { isBuiltin } from "node:module";
import path from "node:path";
import { isReadable, readablePlace, readProjectFile } from "../../read-project-file.ts";
import { exportedPath } from "./exported-path.ts";

/** The real path of a file, or why there is none. */
export type FoundPackage = { file: string } | { isOutside: true } | { missing: true };

/** A link on the way leads to what the project's code may not read. */
class LeadsOutside extends Error {}

/**
 * Finds what `require(id)` means in a file of the folder `from`, as Node does, but in the project only: `id`
 * is a package, or a path from one of its files. Accepts any texts. Node's own way would also look at what is
 * outside, above the project and behind links, and its answer would tell whether something is there.
 */
export function findPackage(id: string, from: string, projectDir: string): FoundPackage {
  const folder = path.resolve(from);
  const isInside = folder === projectDir || folder.startsWith(projectDir + path.sep);
  const mayBeFound = isInside && id !== "" && !path.isAbsolute(id) && !isBuiltin(id);
  if (!mayBeFound) return { missing: true };
  try {
    const file = new Packages(projectDir).find(id, folder);
    return file === undefined ? { missing: true } : { file };
  } catch (error) {
    return error instanceof LeadsOutside ? { isOutside: true } : { missing: true };
  }
}

/** Each method returns the real path of a file, or undefined when there is none. */
class Packages {
  readonly #projectDir: string;

  constructor(projectDir: string) {
    this.#projectDir = projectDir;
  }

  find(id: string, from: string): string | undefined {
    if (/^\.{1,2}(?:\/|$)/.test(id)) return this.#fileOrFolder(path.resolve(from, id), id);
    if (id.split("/").includes("..")) return undefined;
    if (id.startsWith("#")) return this.#imported(id, from);
    for (const folder of this.#above(from)) {
      if (path.basename(folder) === "node_modules") continue;
      const found = this.#installed(id, path.join(folder, "node_modules"));
      if (found !== undefined) return found;
    }
    return undefined;
  }

  /** Throws when the package is there and does not export that path. */
  #installed(id: string, packages: string): string | undefined {
    const [, name, inside = ""] = /^((?:@[^/\\%]+\/)?[^./\\%][^/\\%]*)(\/.*)?$/.exec(id) ?? [];
    const folder = name === undefined ? undefined : path.join(packages, name);
    const exported = folder && this.#settings(folder)?.exports;
    if (folder === undefined || exported === undefined || exported === null) {
      return this.#fileOrFolder(path.join(packages, id), id);
    }
    return this.#target(exportedPath(exported, `.${inside}`), folder);
  }

  /** `#name` of the package in which the asking file lies. */
  #imported(id: string, from: string): string | undefined {
    const all = this.#above(from);
    const end = all.findIndex((each) => path.basename(each) === "node_modules");
    const own = end < 0 ? all : all.slice(0, end);
    const scope = own.find((each) => this.#settings(each) !== undefined);
    const imports = scope && this.#settings(scope)?.imports;
    if (scope === undefined || typeof imports !== "object" || imports === null) return undefined;
    const target = exportedPath(imports, id);
    const isPackage = target !== undefined && !target.startsWith("./") && !target.startsWith("#");
    return isPackage ? this.find(target, scope) : this.#target(target, scope);
  }

  /** Where a package names a file, that one is meant and no other. */
  #target(target: string | undefined, folder: string): string | undefined {
    const isNamed = target?.startsWith("./") && !target.split(/[/\\]/).includes("..");
    const file =
      isNamed && target !== undefined ? this.#file(path.join(folder, target)) : undefined;
    if (file === undefined) throw new Error("the package has no such file");
    return file;
  }

  /** `id` says whether a folder is meant alone. */
  #fileOrFolder(base: string, id: string): string | undefined {
    const isFolderMeant = /(?:^|\/)\.{0,2}$/.test(id);
    return (isFolderMeant ? undefined : this.#fileLike(base)) ?? this.#entry(base);
  }

  #fileLike(base: string): string | undefined {
    return this.#file(base) ?? this.#withEnding(base);
  }

  #withEnding(base: string): string | undefined {
    return this.#file(`${base}.js`) ?? this.#file(`${base}.json`) ?? this.#file(`${base}.node`);
  }

  #entry(folder: string): string | undefined {
    const main = this.#settings(folder)?.main;
    const base = typeof main === "string" && main !== "" ? path.resolve(folder, main) : undefined;
    const named = base && (this.#fileLike(base) ?? this.#withEnding(path.join(base, "index")));
    return named ?? this.#withEnding(path.join(folder, "index"));
  }

  #settings(folder: string): Record<string, unknown> | undefined {
    const file = this.#file(path.join(folder, "package.json"));
    const read = file === undefined ? undefined : readProjectFile(this.#projectDir, file);
    if (read === undefined || !("bytes" in read)) return undefined;
    return JSON.parse(read.bytes.toString("utf8").replace(/^\uFEFF/, ""));
  }

  #file(place: string): string | undefined {
    if (!isReadable(this.#projectDir, place)) return undefined;
    const found = readablePlace(this.#projectDir, place);
    if ("isOutside" in found) throw new LeadsOutside();
    return "real" in found && lstatSync(found.real).isFile() ? found.real : undefined;
  }

  /** A folder and those above it, up to the project's own. */
  #above(folder: string): string[] {
    const isLast = folder === this.#projectDir;
    return isLast ? [folder] : [folder, ...this.#above(path.dirname(folder))];
  }
}
