import {
  chmodSync,
  existsSync,
  lstatSync,
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
import { startPostmaster } from "../../../runner/database/embedded/postmaster.ts";
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

/** Does what comes before the start of a server, which ends where a program is needed. */
async function beginToStart({ data, log }: ReturnType<typeof projectPaths>): Promise<void> {
  const binaries = { folder: "/nowhere/native", build: "none", major: 18 };
  const starting = startPostmaster({ binaries, dataFolder: data, user: undefined, log });
  await expect(starting).rejects.toThrow("cannot be run");
}

it("neither reads nor writes a pid file that is a link", async () => {
  const paths = projectPaths();
  const victim = join(paths.folder, "victim");
  writeFileSync(victim, "kept\n");
  symlinkSync(victim, join(paths.data, "postmaster.pid"));
  await beginToStart(paths);
  expect(readFileSync(victim, "utf8")).toBe("kept\n");
  expect(existsSync(join(paths.data, "postmaster.pid"))).toBe(false);
});

it("removes no other folder than that of a socket which a pid file names", async () => {
  const paths = projectPaths();
  const pidFile = join(paths.data, "postmaster.pid");
  const name = `dataform-pg-${process.pid}`;
  const linked = join(tmpdir(), `${name}-link`);
  const made = join(tmpdir(), name);
  onTestFinished(() =>
    [linked, made].forEach((each) => void rmSync(each, { recursive: true, force: true })),
  );
  const victims = [join(paths.folder, name), linked];
  mkdirSync(join(paths.folder, name));
  symlinkSync(paths.folder, linked);
  mkdirSync(made);
  for (const socketFolder of [...victims, made]) {
    writeFileSync(pidFile, `1\n${paths.data}\n1\n5432\n${socketFolder}\n\n 1 2\nready   \n`);
    await beginToStart(paths);
    expect(readFileSync(pidFile, "utf8")).toMatch(new RegExp(`^${process.pid}\n`));
  }
  expect(victims.map((each) => lstatSync(each, { throwIfNoEntry: false }) !== undefined)).toEqual([
    true,
    true,
  ]);
  expect(existsSync(paths.data)).toBe(true);
  expect(existsSync(made)).toBe(false);
});
