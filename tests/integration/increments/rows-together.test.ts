import { beforeEach, describe, expect, it } from "vitest";
import {
  errorOf,
  type RunningDatabase,
  runInDatabase,
  statusesOf,
} from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const projectOf = (settings: string) =>
  temporaryProject({
    "events.sqlx": `config { type: "declaration", schema: "shop" }`,
    "steps.sqlx": `config {
        type: "incremental", ${settings}
        postgres: { follows: { events: { id: "event_id" } }, together: ["session_id"] }
      }
      select id as event_id, session_id, row_number() over (partition by session_id order by id) as step
      from \${ref("events")}`,
  });
const uniqueKey = `uniqueKey: ["event_id"],`;

describe.each(anyServer())("rows that are computed together on $name", (server) => {
  let database: RunningDatabase["database"];
  let run: RunningDatabase["run"];
  let rows: RunningDatabase["rows"];

  beforeEach(async () => {
    ({ database, run, rows } = await runInDatabase(server));
    await database.query("create schema shop; create table shop.events (id int, session_id int)");
  });

  it("have a value in the columns that they have in common, from the first build on", async () => {
    const project = projectOf(uniqueKey);
    const refused = "1 row of shop.steps has NULL in a column of postgres.together (session_id)";
    await database.query("insert into shop.events values (4, 7), (5, null)");
    expect(errorOf(await run(project), "steps")?.message).toBe(refused);
    await database.query("update shop.events set session_id = 7 where id = 5");
    expect(statusesOf(await run(project))).toEqual({ steps: "successful" });
    await database.query("update shop.events set session_id = null where id = 5");
    expect(errorOf(await run(project), "steps")?.message).toBe(refused);
    expect(await rows("select * from shop.steps order by 1")).toEqual([
      ["4", "7", "1"],
      ["5", "7", "2"],
    ]);
  });

  it.each([["a unique key", uniqueKey] as const, ["no key", ""] as const])(
    "are found with %s where an earlier version has stored them without such a value",
    async (_, settings) => {
      const project = projectOf(settings);
      await database.query("insert into shop.events values (4, 7), (5, 8), (6, 9)");
      expect(statusesOf(await run(project))).toEqual({ steps: "successful" });
      await database.query(`update shop.steps set session_id = null where event_id > 4;
        delete from shop.events where id = 5; update shop.events set session_id = 7 where id = 6`);
      expect(statusesOf(await run(project))).toEqual({ steps: "successful" });
      expect(await rows("select * from shop.steps order by 1")).toEqual([
        ["4", "7", "1"],
        ["6", "7", "2"],
      ]);
    },
  );
});
