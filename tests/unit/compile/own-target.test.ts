import { expect, it } from "vitest";
import { ownTarget } from "../../../runner/compile/usual-rows.ts";

it.each([
  { projectConfig: { assertionSchema: "checks", defaultSchema: "shop" }, schema: "checks" },
  { projectConfig: { defaultSchema: "shop" }, schema: "shop" },
  { projectConfig: { defaultSchema: "shop", schemaSuffix: "dev" }, schema: "shop_dev" },
  { projectConfig: {}, schema: "dataform_assertions" },
])(
  "keeps an assertion of our own where core keeps those of a config block: $projectConfig",
  ({ projectConfig, schema }) => {
    expect(ownTarget({ projectConfig }, "raw_orders_freshness")).toEqual({
      schema,
      name: "raw_orders_freshness",
    });
  },
);
