import { describe, expect, it } from "vitest";
import { jitContext } from "../../../runner/compile/compiler-process/core/jit-context.js";

const raw = { schema: "raw", name: "orders" };
const silver = { schema: "silver", name: "orders" };
const contextWith = (...dependencies: (typeof raw)[]) =>
  jitContext(
    {
      code: "",
      type: "table",
      target: { schema: "shop", name: "totals" },
      dependencies,
      data: {},
    },
    {},
    false,
  );

describe("a reference of JiT code", () => {
  it.each([
    [["raw", "orders"]],
    [[["raw", "orders"]]],
    [[{ schema: "raw", name: "orders" }]],
    [[{ dataset: "raw", name: "orders" }]],
  ])("%j is the relation of that schema", (reference) => {
    expect(contextWith(silver, raw).ref(...reference)).toBe('"raw"."orders"');
  });

  it("is never the relation of that name in another schema", () => {
    const reference = { dataset: "raw", name: "orders" };
    expect(() => contextWith(silver).ref(reference)).toThrow(
      "Undeclared dependency referenced: raw.orders.",
    );
  });

  it("names a relation as the project does, whatever suffix and prefix the run has", () => {
    const context = jitContext(
      {
        code: "",
        type: "table",
        target: { schema: "shop_dev", name: "pr7_totals" },
        dependencies: [{ schema: "shop_dev", name: "pr7_orders" }],
        written: [
          { schema: "shop", name: "totals" },
          { schema: "shop", name: "orders" },
        ],
        data: {},
      },
      {},
      false,
    );
    const orders = '"shop_dev"."pr7_orders"';
    expect(context.ref("orders")).toBe(orders);
    expect(context.ref("shop", "orders")).toBe(orders);
    expect(context.ref("shop_dev", "pr7_orders")).toBe(orders);
    expect(context.ref("shop", "totals")).toBe(context.self());
  });
});
