import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { isCopied, leaveCopiedData } from "../../../runner/database/embedded/copied-data.ts";
import { embeddedPaths } from "../../../runner/database/embedded/embedded-paths.ts";

function temporaryFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "linked-data-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** The paths of the embedded server of a project in a folder. */
function projectIn(folder: string) {
  const own = join(folder, ".dataform");
  mkdirSync(own, { recursive: true });
  return embeddedPaths(own);
}

/** A folder that looks like data that their user moved elsewhere. */
function dataElsewhere(owner: string): string {
  const data = join(temporaryFolder(), "data");
  mkdirSync(data);
  writeFileSync(join(data, "PG_VERSION"), "18\n");
  writeFileSync(join(data, "dataform_owner"), owner);
  return data;
}

const ownerOf = (data: string) => readFileSync(join(data, "dataform_owner"), "utf8");

const refused = expect.objectContaining({
  code: "USAGE",
  message: expect.stringContaining(`${join(".dataform", "postgres")} is a link`),
  hint: expect.stringContaining("remove the link"),
});

function refusalOf(paths: ReturnType<typeof embeddedPaths>): unknown {
  const thrownBy = (use: () => unknown) => {
    try {
      return use();
    } catch (error) {
      return error;
    }
  };
  const thrown = thrownBy(() => leaveCopiedData(paths));
  expect(thrownBy(() => isCopied(paths))).toEqual(thrown);
  return thrown;
}

it("a link is followed to data that name their owner, also after the project was moved", () => {
  const folder = temporaryFolder();
  const paths = projectIn(join(folder, "shop"));
  const data = dataElsewhere(paths.folder);
  symlinkSync(data, paths.data);
  expect(leaveCopiedData(paths)).toBeUndefined();
  renameSync(join(folder, "shop"), join(folder, "moved"));
  const moved = projectIn(join(folder, "moved"));
  expect(leaveCopiedData(moved)).toBeUndefined();
  expect(ownerOf(data)).toBe(moved.folder);
  expect(lstatSync(moved.data).isSymbolicLink()).toBe(true);
  expect(readdirSync(data).sort()).toEqual(["PG_VERSION", "dataform_owner"]);
});

it("a copy lets go of the link and leaves the data to their owner", () => {
  const paths = projectIn(temporaryFolder());
  const data = dataElsewhere(paths.folder);
  symlinkSync(data, paths.data);
  const copy = projectIn(temporaryFolder());
  symlinkSync(data, copy.data);
  expect(leaveCopiedData(copy)).toContain("is a copy of");
  expect(existsSync(copy.data)).toBe(false);
  expect(ownerOf(data)).toBe(paths.folder);
});

it("a link that leads to nothing is left to those who make new data", () => {
  const paths = projectIn(temporaryFolder());
  symlinkSync("/nowhere/at/all", paths.data);
  expect(leaveCopiedData(paths)).toBeUndefined();
});

it("a link to any other folder is refused without telling where it leads", () => {
  const outside = temporaryFolder();
  for (const target of [outside, `${outside}/.`]) {
    const paths = projectIn(temporaryFolder());
    symlinkSync(target, paths.data);
    const error = refusalOf(paths);
    expect(error).toEqual(refused);
    expect(JSON.stringify(error) + String(error)).not.toContain(outside);
  }
  expect(readdirSync(outside)).toEqual([]);
});

it("an owner's file that is a link is neither believed nor written through", () => {
  const folder = temporaryFolder();
  const paths = projectIn(folder);
  const victim = join(temporaryFolder(), "victim");
  writeFileSync(victim, "kept");
  mkdirSync(join(folder, "data"));
  symlinkSync(victim, join(folder, "data/dataform_owner"));
  symlinkSync("../data", paths.data);
  expect(refusalOf(paths)).toEqual(refused);
  expect(readFileSync(victim, "utf8")).toBe("kept");
});

it("the data of another project are refused, in its folder or by way of its link", () => {
  const shop = projectIn(temporaryFolder());
  mkdirSync(shop.data);
  writeFileSync(join(shop.data, "dataform_owner"), "/gone/.dataform");
  const linked = projectIn(temporaryFolder());
  const data = dataElsewhere("/gone/.dataform");
  symlinkSync(data, linked.data);
  for (const target of [shop.data, linked.data, `${linked.data}/.`]) {
    const paths = projectIn(temporaryFolder());
    symlinkSync(target, paths.data);
    expect(refusalOf(paths), target).toEqual(refused);
  }
  expect(ownerOf(data)).toBe("/gone/.dataform");
});
