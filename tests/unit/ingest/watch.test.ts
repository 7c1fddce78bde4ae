import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import type { InputFile } from "../../../ingest/files/list-files.ts";
import { watchFiles } from "../../../ingest/watch.ts";

const shortly = { pauseMs: 10, afterFailureMs: 10 };

it("hands files over again when they could not be loaded, and once when they were", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-watch-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, "one.csv"), "a");
  const end = new AbortController();
  const given: string[][] = [];
  const onFiles = async (files: { name: string }[]) => {
    given.push(files.map(({ name }) => name.slice(folder.length + 1)));
    if (given.length === 2) writeFileSync(join(folder, "two.csv"), "b");
    if (given.length === 3) end.abort();
    return given.length > 1;
  };
  await watchFiles([folder], end.signal, onFiles, shortly);
  expect(given).toEqual([["one.csv"], ["one.csv"], ["two.csv"]]);
});

it("tells once of a folder that is not there, and hands over what comes into it later", async () => {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-watch-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const later = join(folder, "later");
  const end = new AbortController();
  const given: (string | undefined)[] = [];
  const onFiles = async (files: InputFile[]) => {
    given.push(...files.map(({ name, problem }) => problem?.message ?? name));
    if (given.length > 1) end.abort();
    mkdirSync(later, { recursive: true });
    writeFileSync(join(later, "one.csv"), "a");
    return true;
  };
  await watchFiles([later], end.signal, onFiles, shortly);
  expect(given).toEqual(["there is no such file or folder", join(later, "one.csv")]);
});
