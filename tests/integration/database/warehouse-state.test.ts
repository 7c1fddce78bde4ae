import { describe, expect, it } from "vitest";
import { readWarehouseState } from "../../../runner/database/warehouse/warehouse-state.ts";
import { targetKey } from "../../../runner/target.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { serversByVersion } from "../../support/test-database.ts";

describe.each(serversByVersion())("the warehouse state on $name", (server) => {
  it("knows tables and views with their columns, in the schemas that were asked for", async () => {
    const { database } = await openTestDatabase(server);
    await database.query(`
      create schema "Gold ""1"""; create schema empty; create schema other;
      create table "Gold ""1""".orders (id bigint, gone int, price numeric(10, 2), tags text[]);
      alter table "Gold ""1""".orders drop column gone;
      create table "Gold ""1""".parts (day date) partition by range (day);
      create table "Gold ""1""".bare ();
      create view "Gold ""1""".report as select id from "Gold ""1""".orders;
      create materialized view "Gold ""1""".cached as select 1::smallint as one;
      create materialized view "Gold ""1""".keyed as select 1 as key;
      create unique index on "Gold ""1""".keyed (key);
      create sequence "Gold ""1""".numbers;
      create type "Gold ""1""".pair as (a int, b int);
      create table other.hidden (id int)`);
    const schema = 'Gold "1"';
    const state = await readWarehouseState(database, [schema, "empty", "missing"]);
    expect(state.schemas).toEqual(new Set([schema, "empty"]));
    const key = (name: string) => targetKey({ schema, name });
    expect(Object.fromEntries(state.relations)).toEqual({
      [key("orders")]: {
        kind: "table",
        columns: [
          { name: "id", type: "bigint" },
          { name: "price", type: "numeric(10,2)" },
          { name: "tags", type: "text[]" },
        ],
      },
      [key("parts")]: { kind: "table", columns: [{ name: "day", type: "date" }] },
      [key("bare")]: { kind: "table", columns: [] },
      [key("report")]: { kind: "view", columns: [{ name: "id", type: "bigint" }] },
      [key("cached")]: {
        kind: "materialized view",
        columns: [{ name: "one", type: "smallint" }],
        refreshesConcurrently: false,
      },
      [key("keyed")]: {
        kind: "materialized view",
        columns: [{ name: "key", type: "integer" }],
        refreshesConcurrently: true,
      },
    });
  });

  it("is empty when no schema is asked for", async () => {
    const { database } = await openTestDatabase(server);
    const state = await readWarehouseState(database, []);
    expect(state).toEqual({ schemas: new Set(), relations: new Map() });
  });
});
