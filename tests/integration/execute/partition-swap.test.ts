import { describe, expect, it } from "vitest";
import { byDay, native, overwrite, useFacts } from "../../support/facts-project.ts";
import { serversByVersion } from "../../support/test-database.ts";
import { inThisDatabase, until } from "../../support/watch-server.ts";

describe.each(serversByVersion())("swapping a partition on $name", (server) => {
  const { database, facts, files, give, reader, rows } = useFacts(server);

  it("rewrites the one partition that has new rows", async () => {
    const { run } = facts(overwrite("day", byDay));
    await give("('2024-01-01', 1), ('2024-01-02', 2), ('2024-01-03', 3), (null, 4)");
    await run();
    await database().query("create index facts_value on shop.facts (value)");
    await database().query("grant select on shop.facts_p20240102 to public");
    await database().query("alter table shop.facts_p20240102 set (fillfactor = 70)");
    await database().query("alter table shop.facts alter column value set statistics 300");
    const before = await files();
    await give("('2024-01-02', 20)");
    expect((await run())?.error).toBeUndefined();
    const { "shop.facts_p20240102": rewritten, ...others } = await files();
    const { "shop.facts_p20240102": old, ...kept } = before;
    expect(others).toEqual(kept);
    expect(rewritten).not.toBe(old);
    expect(await rows("select value from shop.facts order by 1")).toEqual([
      ["1"],
      ["3"],
      ["4"],
      ["20"],
    ]);
    expect(
      await rows(`select count(*), bool_and(i.indisvalid), bool_or(c.reloptions::text = '{fillfactor=70}'),
        has_table_privilege('pg_monitor', 'shop.facts_p20240102', 'select')
        from pg_index as i join pg_class as c on c.oid = i.indrelid
        where indrelid = 'shop.facts_p20240102'::regclass`),
    ).toEqual([["1", "t", "t", "t"]]);
    expect(
      await rows(
        "select attstattarget from pg_attribute where attrelid = 'shop.facts_p20240102'::regclass and attname = 'value'",
      ),
    ).toEqual([["300"]]);
    expect(await rows("select count(*) from pg_class where relname like 'dataform%'")).toEqual([
      ["0"],
    ]);
    expect(
      await rows(
        "select count(*) from pg_constraint where conrelid::regclass::text like '%facts%' and contype = 'c'",
      ),
    ).toEqual([["0"]]);
  });

  it("lets readers see old rows or new ones, never none and no error", async () => {
    const { run } = facts(overwrite("day", byDay));
    await give("('2024-01-01', 1), ('2024-01-02', 1)");
    await run();
    const other = await reader();
    const seen = new Set<string>();
    let isDone = false;
    const reading = (async () => {
      const parts = "count(*), count(distinct value) filter (where day = '2024-01-01')";
      let reads = 0;
      for (; !isDone; reads++) {
        const whole =
          reads % 2 === 0
            ? await other.query(`select ${parts} from shop.facts`)
            : await other.query(`select ${parts} from shop.facts where value > $1`, [0]);
        seen.add(String(whole.rows[0]));
      }
      return reads;
    })();
    for (let value = 2; value < 8; value++) {
      await give(`('2024-01-01', ${value})`);
      expect((await run())?.error).toBeUndefined();
    }
    isDone = true;
    expect(await reading).toBeGreaterThan(6);
    expect([...seen]).toEqual(["2,1"]);
  });

  it("waits for a reader that is at work without making others wait", async () => {
    const { run } = facts(overwrite("day", byDay));
    await give("('2024-01-01', 1)");
    await run();
    await give("('2024-01-01', 2)");
    const finished = await database().transaction(async (session) => {
      await session.query("select * from shop.facts");
      const running = run();
      const waiting = `select pid from pg_locks where not granted and ${inThisDatabase}`;
      await until(async () => (await session.query(waiting)).rows);
      await rows("set statement_timeout = '60s'; select * from shop.facts");
      return { running };
    });
    expect(await finished.running).toMatchObject({ status: "successful" });
    expect(await rows("select value from shop.facts")).toEqual([["2"]]);
  });

  it("keeps keys, checks, defaults and generated columns, under a long name with capitals", async () => {
    const name = `Umsätze je Tag ${"x".repeat(47)}`;
    const config = overwrite('"Day"', native(`partitionBy: { column: "Day", range: "day" }`));
    const { run } = facts(`name: "${name}", ${config}`, 'day as "Day", value as "order"');
    await give("('2024-01-01', 1), ('2024-01-02', 2)");
    expect((await run())?.error).toBeUndefined();
    const table = `shop."${name}"`;
    await database().query(`
      delete from ${table} where "Day" is null;
      alter table ${table} add primary key ("Day", "order"), add check ("order" < 100);
      alter table ${table} add column loaded int default 7;
      alter table ${table} add column twice int generated always as ("order" * 2) stored`);
    await give("('2024-01-02', 20), ('2024-01-03', 30)");
    expect((await run())?.error).toBeUndefined();
    expect(await rows(`select "order", loaded, twice from ${table} order by 1`)).toEqual([
      ["1", "7", "2"],
      ["20", "7", "40"],
      ["30", "7", "60"],
    ]);
    await give("('2024-01-02', 20), ('2024-01-02', 20)");
    expect((await run())?.error?.sqlstate).toBe("23505");
    await give("('2024-01-02', 200)");
    expect((await run())?.error?.sqlstate).toBe("23514");
    expect(await rows(`select "order" from ${table} order by 1`)).toEqual([["1"], ["20"], ["30"]]);
  });

  it("moves rows from the default partition into the partition that they get at last", async () => {
    const { run } = facts(
      overwrite("day", native(`partitionBy: { column: "day", range: "month" }`)),
    );
    await give("('2024-01-01', 1)");
    await run();
    await database().query("insert into shop.facts values ('2024-05-01', 5), ('2024-05-02', 6)");
    await give("('2024-05-02', 60)");
    expect((await run())?.error).toBeUndefined();
    expect(await rows("select value from shop.facts_p202405 order by 1")).toEqual([["5"], ["60"]]);
    expect(await rows("select count(*) from shop.facts_default")).toEqual([["0"]]);
  });

  it("changes nothing when a view stands on the partition itself, and says so", async () => {
    const { run } = facts(overwrite("day", byDay));
    await give("('2024-01-01', 1)");
    await run();
    await database().query("create view public.mine as select * from shop.facts_p20240101");
    await give("('2024-01-01', 2)");
    expect((await run())?.error).toMatchObject({ sqlstate: "2BP01" });
    expect(await rows("select value from public.mine")).toEqual([["1"]]);
  });
});
