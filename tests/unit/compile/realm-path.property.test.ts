import nodePath from "node:path";
import fc from "fast-check";
import { expect, it } from "vitest";

const asked: string[] = [];
// The door of the realm (runner/compile/sandbox/outer.js), as far as paths need it.
Object.assign(globalThis, {
  door: (service: string, name: string, values: string) => {
    if (service === "about")
      return `=${JSON.stringify({ platform: "linux", projectDir: "/project" })}`;
    asked.push(name);
    const call = (nodePath as unknown as Record<string, (...values: unknown[]) => unknown>)[name];
    return `=${JSON.stringify(call?.(...JSON.parse(values)))}`;
  },
});
const { default: realmPath } = await import("../../../runner/compile/sandbox/realm/path.js");
const names = ["basename", "dirname", "extname", "join", "resolve", "relative"] as const;

const part = fc.oneof(
  fc.constantFrom("a", "b.sqlx", ".", "..", "...", ".hidden", "..x", "x.", "a.b.c", "", " ", "é\n"),
  fc.string({ maxLength: 3 }),
);
const somePath = fc
  .tuple(fc.constantFrom("", "/", "//"), fc.array(part, { maxLength: 4 }))
  .map(([start, parts]) => start + parts.join("/"));

it("gives what Node's own path module gives", () => {
  fc.assert(
    fc.property(
      fc.constantFrom(...names),
      fc.array(somePath, { minLength: 1, maxLength: 3 }),
      (name, values) => {
        const given = name === "relative" ? [values[0], values.at(-1)] : values;
        const few = /name$/.test(name) ? given.slice(0, 2) : given;
        const call = (path: object) =>
          (path as Record<string, (...values: unknown[]) => unknown>)[name];
        expect(call(realmPath)?.(...few)).toBe(call(nodePath)?.(...few));
      },
    ),
    { numRuns: 5_000 },
  );
});

it("asks Node for nothing that can be seen in the path of a project's file", () => {
  asked.length = 0;
  const [folder, file] = ["/project", "/project/definitions/orders.sqlx"];
  expect([
    ...[realmPath.resolve(file), realmPath.resolve(folder, "definitions", "orders.sqlx")],
    ...[realmPath.join(folder, "definitions/orders.sqlx"), realmPath.dirname(file)],
    ...[realmPath.basename(file), realmPath.extname(file), realmPath.relative(folder, file)],
  ]).toEqual([
    ...[file, file, file, "/project/definitions", "orders.sqlx", ".sqlx"],
    "definitions/orders.sqlx",
  ]);
  expect(asked).toEqual([]);
});
