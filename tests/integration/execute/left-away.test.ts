import { beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../../../runner/database/database.ts";
import { catalogueFingerprint } from "../../support/catalogue-fingerprint.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { errorOf, runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer, serversByVersion } from "../../support/test-database.ts";

// The catalogue is another one in each version.
describe.each(serversByVersion())(
  "a view that is edited together with its table on $name",
  (server) => {
    let database: Database;

    beforeEach(async () => {
      ({ database } = await openTestDatabase(server));
    });

    /** Of everything but the table, whose columns change. */
    const fingerprint = async () =>
      (await catalogueFingerprint(database)).filter((line) => !line.includes("| shop.orders |"));
    const ordersWith = (column: string) =>
      `config { type: "table" }\nselect 1 as id, 2 as ${column}`;
    const seenWith = (column: string, config = 'type: "view"') =>
      `config { ${config} }\nselect id, ${column} as amount from \${ref("orders")}`;

    /** The run of both, then what somebody attaches to the view, and a run in which both have another column. */
    async function editBoth(attached: string, config?: string, configLater = config) {
      const project = temporaryProject({
        "orders.sqlx": ordersWith("price"),
        "seen.sqlx": seenWith("price", config),
      });
      const run = () => runProject({ projectDir: project.folder, database });
      expect((await run()).status).toBe("successful");
      await database.query(attached);
      const before = await fingerprint();
      project.write("orders.sqlx", ordersWith("total"));
      project.write("seen.sqlx", seenWith("total", configLater));
      return { result: await run(), before };
    }

    it("keeps its options, grants, comments and triggers", async () => {
      const { result, before } = await editBoth(`
      alter view shop.seen set (security_barrier = true, security_invoker = true);
      grant select (id) on shop.seen to pg_monitor;
      grant select on shop.seen to pg_read_all_stats with grant option;
      comment on view shop.seen is 'hand-made';
      comment on column shop.seen.amount is 'the amount';
      create function public.nothing() returns trigger language plpgsql as 'begin return new; end';
      create trigger instead instead of insert on shop.seen for each row execute function public.nothing();
      alter view shop.seen owner to pg_monitor`);
      expect(result.status).toBe("successful");
      expect(await fingerprint()).toEqual(
        before.map((line) => line.replace("price AS", "total AS")),
      );
      expect((await database.query("select * from shop.seen")).rows).toEqual([["1", "2"]]);
    });

    it("keeps the indexes of a materialized view", async () => {
      const { result, before } = await editBoth(
        `create unique index by_amount on shop.seen (amount);
      grant select on shop.seen to pg_monitor;
      comment on index shop.by_amount is 'by amount'`,
        'type: "view", materialized: true',
      );
      expect(result.status).toBe("successful");
      expect(await fingerprint()).toEqual(
        before.map((line) => line.replace("price AS", "total AS")),
      );
    });

    it.each(["view", "table"])("keeps grants when it becomes a %s", async (type) => {
      const { result } = await editBoth(
        "grant select on shop.seen to pg_monitor",
        'type: "view", materialized: true',
        `type: "${type}"`,
      );
      expect(result.status).toBe("successful");
      const mayRead = "select has_table_privilege('pg_monitor', 'shop.seen', 'select')";
      expect((await database.query(mayRead)).rows).toEqual([["t"]]);
      expect((await database.query("select * from shop.seen")).rows).toEqual([["1", "2"]]);
    });

    it("is named when it can no longer have what was attached", async () => {
      const { result } = await editBoth(
        "create index by_amount on shop.seen (amount)",
        'type: "view", materialized: true',
        'type: "view"',
      );
      const seen = result.actions.find(({ target }) => target.name === "seen");
      expect(seen?.status).toBe("failed");
      expect(JSON.stringify(seen)).toContain("index by_amount");
    });
  },
);

it.each(anyServer())(
  "a view that this run has made already is not left away by a table that comes later, on $name",
  async (server) => {
    const { run, rows } = await runInDatabase(server);
    const both = (query: string, more: string) => `config { type: "table"${more} }\n${query}`;
    const project = temporaryProject({ "t.sqlx": both("select 1 as x, 2 as y", "") });
    await run(project);
    // It reads the table and does not say so.
    project.write("v.sqlx", `config { type: "view" }\nselect x from shop.t`);
    project.write("t.sqlx", both("select 2 as y", `, dependencies: ["v"]`));
    const result = await run(project);
    expect(statusesOf(result)).toEqual({ v: "successful", t: "failed" });
    expect(errorOf(result, "t")?.message).toContain("shop.v is built on it and would break");
    expect(await rows("select x from shop.v")).toEqual([["1"]]);
  },
);
