import { describe, expect, it } from "vitest";
import { parsePostgresSettings } from "../../../runner/compile/settings/postgres-settings.ts";
import { declaredObjects } from "../../../runner/plan/objects/declared-objects.ts";

const target = { schema: "shop", name: "orders" };

function declared(value: unknown, of = target) {
  const { settings, problems } = parsePostgresSettings(value);
  expect(problems).toEqual([]);
  return declaredObjects(of, settings, ({ references }) => ({ schema: "shop", ...references }));
}

describe("the objects that a postgres block declares", () => {
  it.each([
    ["id", '("id")'],
    ["Größe", '("Größe")'],
    ["order", '("order")'],
    ["id desc nulls last", '("id" desc nulls last)'],
    ['"my column" asc', '("my column" asc)'],
    ['name collate "C" text_pattern_ops', '("name" collate "C" text_pattern_ops)'],
    ["lower(name) desc", "((lower(name)\n) desc)"],
    ["a || ' desc'", "((a || ' desc'\n))"],
    ["(data->>'x')", "(((data->>'x')\n))"],
  ])("take %s for %s in an index", (entry, sql) => {
    expect(declared({ indexes: [{ columns: [entry] }] }).indexes[0]?.definition).toBe(sql);
  });

  it("have names of at most 63 bytes, other ones for other tables and definitions", () => {
    const long = "x".repeat(63);
    const names = [
      declared({ indexes: [{ columns: [long] }] }, { schema: "shop", name: long }),
      declared(
        { indexes: [{ columns: [long] }] },
        { schema: "shop", name: `${long.slice(0, -1)}y` },
      ),
      declared({ indexes: [{ columns: [long], unique: true }] }, { schema: "shop", name: long }),
      declared({ indexes: [{ columns: ["a"], name: "n".repeat(70) }] }),
    ].map(({ indexes }) => indexes[0]?.name ?? "");
    expect(new Set(names).size).toBe(4);
    for (const name of names) expect(Buffer.byteLength(name)).toBeLessThanOrEqual(63);
  });

  it("are the same whenever they are declared in the same way, and stand there once", () => {
    const value = { indexes: [{ columns: ["a"] }, { columns: "a" }], checks: ["a > 0", "a > 0"] };
    const first = declared(value);
    expect(first.indexes).toHaveLength(1);
    expect(first.constraints).toHaveLength(1);
    expect(declared(value)).toEqual(first);
  });

  it("order foreign keys by what they refer to, so that two actions lock in the same order", () => {
    const keys = ["b", "a", "c"].map((references) => ({ columns: "id", references }));
    const { constraints } = declared({ foreignKeys: keys });
    expect(constraints.map(({ definition }) => definition.split(" ").at(-1))).toEqual([
      '"shop"."a"',
      '"shop"."b"',
      '"shop"."c"',
    ]);
  });
});
