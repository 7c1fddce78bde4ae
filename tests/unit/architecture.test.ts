import { readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { circlesIn, type Import, readImports } from "../support/imports.ts";

/** A row of the table in docs/architecture.md. */
interface Room {
  name: string;
  /** Folders, which end in a slash, or files. */
  paths: string[];
  isPure: boolean;
  /** Rooms and packages that it may import, and those of which it may import types only. */
  may: string[];
  mayTypes: string[];
}

const root = path.resolve(import.meta.dirname, "../..");
const rooms = readRooms(readFileSync(path.join(root, "docs/architecture.md"), "utf8"));
const shared = "errors";
const folders = new Set(
  rooms.flatMap(({ paths }) => paths.map((each) => each.split("/")[0] ?? "")),
);
const imports = readImports(root, [...folders]);

describe("the rooms of docs/architecture.md", () => {
  it("holds every file", () => {
    expect([...imports.keys()].filter((file) => roomOf(file) === undefined)).toEqual([]);
  });

  it("names a room only where it stands further up", () => {
    const downward = rooms.flatMap(({ name, may, mayTypes }, index) =>
      [...may, ...mayTypes]
        .filter((other) => rooms.findIndex((each) => each.name === other) >= index)
        .map((other) => `${name} → ${other}`),
    );
    expect(downward).toEqual([]);
  });

  it("allows every import", () => {
    const refused = [...imports].flatMap(([file, all]) =>
      all.filter((each) => !isAllowed(file, each)).map(({ to }) => `${file} → ${to}`),
    );
    expect(refused).toEqual([]);
  });

  it("has no circle, neither of files nor of the rooms within a room", () => {
    const files = new Map([...imports].map(([file, all]) => [file, all.map(({ to }) => to)]));
    expect(circlesIn(files)).toEqual([]);
    const inner = new Map<string, string[]>();
    for (const [file, all] of files) {
      const folder = innerRoom(file);
      if (folder === undefined) continue;
      const others = all.flatMap((to) => innerRoom(to) ?? []);
      inner.set(folder, [...(inner.get(folder) ?? []), ...others]);
    }
    expect(circlesIn(inner)).toEqual([]);
  });

  it("says the same as Biome's rules", async () => {
    const rules = `{ "overrides": [\n${rooms.map((room) => JSON.stringify(ruleOf(room))).join(",\n")}\n] }\n`;
    await expect(rules).toMatchFileSnapshot(path.join(root, "biome-rooms.json"));
  });
});

function readRooms(text: string): Room[] {
  const rows = [...text.matchAll(/^\| `([^|]*)\|[^|]*\|[^|]*\|([^|]*)\|$/gm)];
  return rows.map(([, first = "", last = ""]) => {
    const paths = namesIn(`\`${first}`);
    const folder = path.dirname(paths[0] ?? "");
    const [may = "", types = ""] = last.split("types of");
    return {
      name: path.basename(paths[0] ?? "", ".ts"),
      paths: paths.map((each) => (each.includes("/") ? each : `${folder}/${each}`)),
      isPure: last.includes("pure"),
      may: namesIn(may),
      mayTypes: namesIn(types),
    };
  });
}

function namesIn(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name = ""]) => name);
}

function roomOf(file: string): Room | undefined {
  return rooms.find(({ paths }) =>
    paths.some((each) => (each.endsWith("/") ? file.startsWith(each) : file === each)),
  );
}

function isAllowed(file: string, { to, isType }: Import): boolean {
  const room = roomOf(file);
  if (room === undefined) return false;
  if (to.startsWith("node:")) return !room.isPure;
  const name = imports.has(to) ? roomOf(to)?.name : to;
  if (name === undefined || name === room.name || name === shared) return true;
  return room.may.includes(name) || (isType && room.mayTypes.includes(name));
}

/** The folder of a file within its room; absent for a file that lies in the room itself. */
function innerRoom(file: string): string | undefined {
  const parts = file.split("/");
  const depth = parts[0] === "runner" ? 3 : 2;
  return parts.length > depth ? parts.slice(0, depth).join("/") : undefined;
}

function ruleOf({ name, paths, isPure, may, mayTypes }: Room) {
  const allowed = [...may, ...mayTypes, name, shared];
  const others = rooms.filter((other) => !allowed.includes(other.name));
  const known = new Set(rooms.flatMap((room) => room.may));
  const packages = [...known].filter((each) => !rooms.some((room) => room.name === each));
  const group = [
    ...others.flatMap((other) => other.paths.map(patternOf)),
    ...packages.filter((each) => !may.includes(each)),
    ...(isPure ? ["node:*"] : []),
  ];
  const message = `docs/architecture.md says what ${paths[0]} may import`;
  const options = { patterns: [{ group, message }] };
  return {
    includes: paths.map((each) => (each.endsWith("/") ? `${each}**` : each)),
    linter: { rules: { style: { noRestrictedImports: { level: "error", options } } } },
  };
}

// There is a warehouse/ beside the runner and one within a room of it.
function patternOf(place: string): string {
  if (!place.startsWith("runner/")) return `**/../${place}**`;
  const inRunner = place.slice("runner/".length);
  return place.endsWith("/") ? `**/${inRunner}**` : `**/${inRunner}`;
}
