import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { dataVersion } from "../../../runner/database/embedded/data-folder.ts";
import { embeddedPaths } from "../../../runner/database/embedded/embedded-paths.ts";
import { passwordFor } from "../../../runner/database/embedded/tcp-access.ts";

/** The paths of the embedded server of a new project, with a folder for data. */
function projectPaths() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "hostile-data-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, ".dataform/postgres"), { recursive: true });
  return embeddedPaths(join(folder, ".dataform"));
}

it("tells the version of data, and nothing else that a file of that name holds", () => {
  const { folder, data } = projectPaths();
  expect(dataVersion(data)).toBeUndefined();
  const versions = [
    ["18\n", "18"],
    ["9.6\n", "9.6"],
    ["PASSWORD=secret\n", "unknown"],
    ["18\u001b[2J", "unknown"],
  ];
  for (const [text = "", version] of versions) {
    writeFileSync(join(data, "PG_VERSION"), text);
    expect(dataVersion(data)).toBe(version);
  }
  writeFileSync(join(folder, "secret"), "PASSWORD=secret\n");
  rmSync(join(data, "PG_VERSION"));
  symlinkSync(join(folder, "secret"), join(data, "PG_VERSION"));
  expect(dataVersion(data)).toBe("unknown");
});

it("takes no stored password that others can read or that a link leads to", () => {
  const paths = projectPaths();
  const made = passwordFor(paths, undefined);
  expect(made.isNew).toBe(true);
  expect(passwordFor(paths, undefined)).toEqual({ password: made.password, isNew: false });

  writeFileSync(paths.password, "known-to-all\n");
  chmodSync(paths.password, 0o644);
  expect(passwordFor(paths, undefined)).toMatchObject({ isNew: true });
  expect(readFileSync(paths.password, "utf8")).not.toContain("known-to-all");
  expect(statSync(paths.password).mode & 0o777).toBe(0o600);

  const victim = join(paths.folder, "victim");
  writeFileSync(victim, "kept\n", { mode: 0o600 });
  rmSync(paths.password);
  symlinkSync(victim, paths.password);
  expect(passwordFor(paths, undefined)).toMatchObject({ isNew: true });
  expect(readFileSync(victim, "utf8")).toBe("kept\n");
});
