import { describe, expect, it } from "vitest";
import type { Gate } from "../../../runner/execute/gates/gate.ts";
import { publish } from "../../../runner/execute/publish/publish.ts";
import type { PublishTask } from "../../../runner/plan/publish-task.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { anyServer } from "../../support/test-database.ts";

const target = { schema: "public", name: "orders" };
const statement = "select 2 as id";
const tasks: Record<string, [task: PublishTask, create: string]> = {
  table: [
    {
      type: "publish",
      strategy: "replace",
      statement,
      uniqueKey: [],
      replace: "swap",
    },
    "create table orders as select 1 as id",
  ],
  "materialized view": [
    {
      type: "publish",
      strategy: "materialized",
      statement,
    },
    "create materialized view orders as select 1 as id",
  ],
};

describe.each(anyServer())(
  "what somebody else does while a new one is filled, on $name",
  (server) => {
    it.each(
      Object.entries(tasks).flatMap(([kind, [task, create]]) => [
        { kind, task, create, change: "grant select on orders to pg_monitor", named: "grants" },
        { kind, task, create, change: "create index by_id on orders (id)", named: "index by_id" },
        { kind, task, create, change: `comment on ${kind} orders is 'mine'`, named: "comments" },
      ]),
    )("is not lost with the old $kind: $change", async ({ task, create, change, named }) => {
      const { database } = await openTestDatabase(server);
      await database.query(create);
      const swap = (gate: Gate) =>
        database.transaction((session) =>
          publish({ session, target, task, rebuiltLater: new Set(), gate }),
        );
      await expect(swap(async () => void (await database.query(change)))).rejects.toThrow(
        `public.orders was changed by somebody else while it was rebuilt: ${named}`,
      );
      expect((await database.query("select id from orders")).rows).toEqual([["1"]]);
      await swap(async () => undefined);
      expect((await database.query("select id from orders")).rows).toEqual([["2"]]);
    });
  },
);
