import {
  chmodSync,
  existsSync,
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
import { expect, it, onTestFinished, vi } from "vitest";
import { reachableBinaries } from "../../../runner/database/embedded/reachable-binaries.ts";

/** A folder for the caches and one for temporary files, for this test alone. */
function ownFolders() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "reachable-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const [cache, temporary] = [join(folder, "cache"), join(folder, "temporary")];
  mkdirSync(temporary);
  vi.stubEnv("XDG_CACHE_HOME", cache);
  vi.stubEnv("TMPDIR", temporary);
  onTestFinished(() => void vi.unstubAllEnvs());
  return {
    folder,
    inCache: join(cache, "dataform-postgres"),
    inTemporary: join(temporary, `dataform-postgres-${process.getuid?.()}`),
  };
}

/** Programs whose libraries cannot be linked where they are. */
function installedIn(folder: string) {
  const native = join(folder, "package/native");
  mkdirSync(join(native, "bin"), { recursive: true });
  writeFileSync(join(native, "bin/postgres"), "the installed one", { mode: 0o755 });
  const links = [{ source: "native/lib/a.so.1", target: "native/missing/a.so" }];
  writeFileSync(join(native, "pg-symlinks.json"), JSON.stringify(links));
  return { folder: native, build: "18.0.0-test", major: 18 };
}

const programIn = (folder: string) => readFileSync(join(folder, "bin/postgres"), "utf8");

it("a user's copy of programs that cannot be linked lies in the cache of that user, made once", () => {
  const { folder, inCache } = ownFolders();
  const installed = installedIn(folder);
  const copy = reachableBinaries(installed, undefined);
  expect(copy.folder).toBe(join(inCache, "build-18.0.0-test/native"));
  expect(programIn(copy.folder)).toBe("the installed one");
  expect(statSync(inCache).mode & 0o777).toBe(0o700);
  writeFileSync(join(copy.folder, "bin/postgres"), "the copy");
  expect(programIn(reachableBinaries(installed, undefined).folder)).toBe("the copy");
});

it("a cache to which others may write, or that is a link, is not trusted", () => {
  const { folder, inCache, inTemporary } = ownFolders();
  const installed = installedIn(folder);
  const hostile = join(folder, "hostile");
  mkdirSync(join(hostile, "build-18.0.0-test/native/bin"), { recursive: true });
  writeFileSync(join(hostile, "build-18.0.0-test/native/bin/postgres"), "the hostile one");
  mkdirSync(join(inCache, ".."), { recursive: true });
  symlinkSync(hostile, inCache);
  const copy = reachableBinaries(installed, undefined);
  expect(copy.folder).toBe(join(inTemporary, "build-18.0.0-test/native"));
  expect(programIn(copy.folder)).toBe("the installed one");

  rmSync(inCache);
  mkdirSync(inCache);
  chmodSync(inCache, 0o777);
  chmodSync(inTemporary, 0o777);
  expect(() => reachableBinaries(installed, undefined)).toThrow("there is no folder for a copy");
  expect(existsSync(join(inCache, "build-18.0.0-test"))).toBe(false);
});
