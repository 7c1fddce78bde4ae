import { execFileSync } from "node:child_process";
import { cpSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { temporaryFolder } from "./temporary-folder.ts";

/** The programs of the package, as npm links them. */
export interface PackagePrograms {
  dataform: string;
  ingest: string;
}

/**
 * Builds this repository and lays it out as npm installs it, so that what is measured starts as it does for users: by the
 * programs in `bin/`, which set what Node is started with. Gone when the process ends.
 */
export function makePackage(repository: string): PackagePrograms {
  const folder = temporaryFolder("package");
  const build = ["bin/build.js", join(folder, "dist")];
  execFileSync(process.execPath, build, { cwd: repository, stdio: "inherit" });
  for (const name of ["bin", "package.json"]) {
    cpSync(join(repository, name), join(folder, name), { recursive: true });
  }
  symlinkSync(join(repository, "node_modules"), join(folder, "node_modules"));
  const program = (name: string) => join(folder, "bin", name);
  return { dataform: program("dataform.js"), ingest: program("resiliency-ingest.js") };
}
