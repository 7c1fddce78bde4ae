import { expect, it } from "vitest";
import { errorOf, runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

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
