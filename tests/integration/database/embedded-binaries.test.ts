import { cpSync, lstatSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it, onTestFinished } from "vitest";
import {
  type Binaries,
  binariesIn,
  findBinaries,
} from "../../../runner/database/embedded/binaries.ts";
import { startEmbedded } from "../../../runner/database/embedded/embedded-lease.ts";
import { sharedTemporaryFolder } from "../../support/own-server.ts";

const installed = findBinaries();

/** A platform package as npm lays it out, before its install script ran. */
function unpack(folder: string, version: string): Binaries {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "package.json"), JSON.stringify({ version }));
  cpSync(installed.folder, join(folder, "native"), {
    recursive: true,
    filter: (path) => !lstatSync(path).isSymbolicLink(),
  });
  return binariesIn(join(folder, "native"));
}

async function startOnce(folder: string, binaries: Binaries): Promise<number> {
  const { stop, port } = await startEmbedded({ folder, binaries });
  await stop();
  return port;
}

describe("the programs of the embedded server", () => {
  const shared = sharedTemporaryFolder();
  afterAll(() => rmSync(shared, { recursive: true }));

  it("are those of PostgreSQL 18", () => {
    expect(installed.major).toBe(18);
    expect(installed.build).toMatch(/^18\..*-(linux|darwin)-(x64|arm64)$/);
  });

  it("run also when npm did not link their libraries", async () => {
    const binaries = unpack(join(shared, "unlinked"), "18.0.0");
    expect(await startOnce(join(shared, "data-unlinked"), binaries)).toBe(5432);
    expect(lstatSync(join(binaries.folder, "lib/libpq.so.5")).isSymbolicLink()).toBe(true);
  });

  it.runIf(process.getuid?.() === 0)(
    "are copied once to where the server's account can read when root's install is private",
    async () => {
      const version = `18.0.0-test.${process.pid}`;
      const hidden = mkdtempSync(join(tmpdir(), "dataform-private-"));
      const copy = `/var/lib/dataform-postgres/build-${version}-${process.platform}-${process.arch}`;
      onTestFinished(() => {
        rmSync(hidden, { recursive: true });
        rmSync(copy, { recursive: true, force: true });
      });
      const binaries = unpack(join(hidden, "package"), version);
      expect(await startOnce(join(shared, "data-copied"), binaries)).toBe(5432);
      const made = lstatSync(copy).ctimeMs;
      expect(await startOnce(join(shared, "data-copied"), binaries)).toBe(5432);
      expect(lstatSync(copy).ctimeMs).toBe(made);
    },
  );
});
