import { describe, expect, it } from "vitest";
import type { RunEvent } from "../../../runner/results/run-event.ts";
import { runInDatabase } from "../../support/run-in-database.ts";
import { runProject, validateProject } from "../../support/run-project.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const types = {
  a_table: 'type: "table"',
  added: 'type: "incremental"',
  seen: 'type: "view"',
  kept: 'type: "view", materialized: true',
};
const described = 'description: "what it is", columns: { a: "the first", b: "the second" }';

describe.each(anyServer())("descriptions, on $name,", (server) => {
  const open = async () => {
    const { database, rows } = await runInDatabase(server);
    const project = temporaryProject({});
    const write = (more: string) => {
      for (const [name, type] of Object.entries(types)) {
        project.write(
          `definitions/${name}.sqlx`,
          `config { ${type}, ${more} }\nselect 1 as a, 2 as b`,
        );
      }
    };
    const options = { projectDir: project.folder, database };
    const run = async (fullRefresh = false) => {
      const told: string[] = [];
      const listener = (event: RunEvent) => {
        if (event.type === "notice") told.push(event.message);
      };
      const { status } = await runProject({ ...options, listener, runConfig: { fullRefresh } });
      expect(status).toBe("successful");
      return told;
    };
    const plan = async () =>
      (await validateProject(options)).findings.actions.flatMap(({ notes = [] }) => notes);
    const comments = () =>
      rows(`select c.relname, coalesce(a.attname, ''), d.description from pg_description as d
        join pg_class as c on c.oid = d.objoid left join pg_attribute as a on a.attrelid = c.oid and a.attnum = nullif(d.objsubid, 0)
        where c.relnamespace = 'shop'::regnamespace order by 1, 2`);
    return { database, rows, write, run, plan, comments };
  };
  const ofAll = (texts: Record<string, string>) =>
    Object.keys(types)
      .sort()
      .flatMap((name) => Object.entries(texts).map(([column, text]) => [name, column, text]));

  it.each([false, true])(
    "that are taken out are removed, and those of others stay (full refresh: %s)",
    async (fullRefresh) => {
      const { database, write, run, plan, comments } = await open();
      write(described);
      await run();
      expect(await comments()).toEqual(
        ofAll({ "": "what it is", a: "the first", b: "the second" }),
      );
      expect(await plan()).toEqual([]);
      expect(await run()).toEqual([]);
      for (const name of Object.keys(types)) {
        await database.query(`comment on column shop.${name}.b is 'somebody else'`);
      }
      write('columns: { a: "the first" }');
      expect(await plan()).toEqual(
        Object.keys(types).map(() => "its description would be removed"),
      );
      const told = await run(fullRefresh);
      expect(told).toContain("shop.seen: its description is removed: its config has none any more");
      expect(await comments()).toEqual(ofAll({ a: "the first", b: "somebody else" }));
      expect(await run()).toEqual([]);
      write("tags: []");
      await run(fullRefresh);
      expect(await comments()).toEqual(ofAll({ b: "somebody else" }));
    },
  );

  it("of columns that are not there are told with the nearest name, in the run and in the plan", async () => {
    const { write, run, plan } = await open();
    write('columns: { A: "upper", no_such: "nothing like it", b: "there" }');
    const lines = (prefix: string) => [
      `${prefix}the column "A" is described and not there: did you mean "a"?`,
      `${prefix}the column "no_such" is described and not there`,
    ];
    expect((await plan()).slice(0, 2)).toEqual(lines(""));
    const told = await run();
    expect(told).toEqual(expect.arrayContaining(lines("shop.a_table: ")));
    expect(told).toHaveLength(8);
  });

  it("are set by a role that may not make anything to remember them in", async () => {
    const { database, rows: read, write, run, comments } = await open();
    await database.query("create schema shop");
    const role = `describer_${process.pid}_${server.name.replace(/\D/g, "")}`;
    await database.query(`create role ${role}; grant all on schema shop to ${role}`);
    const { rows } = await database.query("select current_database(), current_user");
    const [[name = "", owner = ""] = []] = rows;
    try {
      await database.query(`alter database "${name}" set role ${role}`);
      write(described);
      await run();
    } finally {
      await database.query(
        `reset role; alter database "${name}" reset role; alter schema shop owner to "${owner}"`,
      );
    }
    expect(await comments()).toHaveLength(12);
    expect(await read("select to_regnamespace('dataform_postgres')")).toEqual([[null]]);
  });
});
