import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { embeddedPaths } from "../../../runner/database/embedded/embedded-paths.ts";
import { replaceData } from "../../../runner/database/embedded/replace-data.ts";
import { takeWholeData } from "../../../runner/database/embedded/whole-data.ts";

/** The paths of the embedded server of a new project. */
function projectPaths() {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "replaced-data-")));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, ".dataform"));
  return embeddedPaths(join(folder, ".dataform"));
}

/** A project with data, which no other project may take or remove. */
function otherProject() {
  const paths = projectPaths();
  mkdirSync(paths.data);
  writeFileSync(join(paths.data, "PG_VERSION"), "18\n");
  return paths;
}

const noPrograms = { folder: "/nowhere/native", build: "none", major: 18 };

/** Begins to replace the data of a project, which ends where a server is needed. */
async function beginToReplace(paths: ReturnType<typeof projectPaths>): Promise<void> {
  await expect(replaceData(paths, noPrograms, async () => undefined)).rejects.toThrow();
}

it("what a killed replacement left is removed", async () => {
  const paths = projectPaths();
  for (const name of ["postgres-new", "postgres-whole"]) {
    mkdirSync(join(paths.folder, name, "postgres/base"), { recursive: true });
  }
  await beginToReplace(paths);
  expect(existsSync(join(paths.folder, "postgres-new/postgres"))).toBe(false);
  expect(existsSync(join(paths.folder, "postgres-whole"))).toBe(false);
});

it.each(["postgres-new", "postgres-whole"])(
  "a replacement removes nothing that a link %s, or one in it, leads to",
  async (name) => {
    const shop = otherProject();
    const linked = projectPaths();
    symlinkSync(shop.folder, join(linked.folder, name));
    const inside = projectPaths();
    mkdirSync(join(inside.folder, name));
    symlinkSync(shop.data, join(inside.folder, name, "postgres"));
    for (const paths of [linked, inside]) {
      await beginToReplace(paths);
      expect(readdirSync(shop.data)).toEqual(["PG_VERSION"]);
      expect(existsSync(join(paths.folder, name, "postgres"))).toBe(false);
    }
  },
);

it("new data are taken from a folder of the project, and from none that a link leads to", () => {
  const shop = otherProject();
  const hostile = projectPaths();
  symlinkSync(shop.folder, join(hostile.folder, "postgres-whole"));
  takeWholeData(hostile);
  expect(readdirSync(shop.data)).toEqual(["PG_VERSION"]);
  expect(existsSync(hostile.data)).toBe(false);
  const paths = projectPaths();
  mkdirSync(join(paths.folder, "postgres-whole/postgres"), { recursive: true });
  takeWholeData(paths);
  expect(readdirSync(paths.folder)).toEqual(["postgres"]);
});
