import { Readable } from "node:stream";
import { describe, expect, it } from "vitest";
import { openTestDatabase } from "../../support/opened-database.ts";
import { serversByVersion } from "../../support/test-database.ts";

const copy = "copy orders from stdin (format csv)";

function* lines(count: number, last?: string) {
  for (let id = 1; id <= count; id++) yield `${id},${"x".repeat(100)}\n`;
  if (last !== undefined) yield last;
}

describe.each(serversByVersion())("copying rows into $name", (server) => {
  async function openWithOrders() {
    const { database } = await openTestDatabase(server);
    await database.query("create table orders (id int check (id < 100000), note text)");
    const count = async () => (await database.query("select count(*) from orders")).rows[0]?.[0];
    return { database, count };
  }

  it("loads a stream and says how many rows", async () => {
    const { database, count } = await openWithOrders();
    const rows = await database.session((one) => one.copyFrom(copy, Readable.from(lines(50_000))));
    expect(rows).toBe(50_000);
    expect(await count()).toBe("50000");
  });

  it("loads nothing from an empty stream", async () => {
    const { database } = await openWithOrders();
    expect(await database.session((one) => one.copyFrom(copy, Readable.from([])))).toBe(0);
  });

  it("loads nothing when the source fails, and throws the source's error", async () => {
    const { database, count } = await openWithOrders();
    const failure = new Error("the disk is gone");
    const source = Readable.from(
      (function* () {
        yield* lines(5000);
        throw failure;
      })(),
    );
    await database.session(async (session) => {
      await expect(session.copyFrom(copy, source)).rejects.toBe(failure);
      expect((await session.query("select 1")).rows).toEqual([["1"]]);
    });
    expect(await count()).toBe("0");
  });

  it.each([
    ["at the first line", () => ["one,two,three\n"]],
    ["in the middle", () => ["1,a\n", "2,b,c\n", ...lines(20_000)]],
    ["at the last line", () => lines(20_000, "nonsense,x\n")],
    ["by a rule of the table", () => lines(100_000)],
  ])("loads nothing when the server refuses a row %s, and goes on working", async (_, rows) => {
    const { database, count } = await openWithOrders();
    await database.session(async (session) => {
      await expect(session.copyFrom(copy, Readable.from(rows()))).rejects.toMatchObject({
        name: "SqlFailure",
        error: { statement: copy, where: expect.stringContaining("COPY orders, line") },
      });
      expect((await session.query("select 1")).rows).toEqual([["1"]]);
    });
    expect(await count()).toBe("0");
  });

  it("reports a statement that the server does not understand", async () => {
    const { database } = await openWithOrders();
    await database.session(async (session) => {
      const copying = session.copyFrom("copy nowhere from stdin", Readable.from(lines(20_000)));
      await expect(copying).rejects.toMatchObject({ error: { sqlstate: "42P01" } });
      expect((await session.query("select 1")).rows).toEqual([["1"]]);
    });
  });

  it("stops, loads nothing and keeps its connection when it is cancelled", async () => {
    const { database, count } = await openWithOrders();
    const processes = "select count(*) from pg_stat_activity where pid = $1";
    let processId = 0;
    const cancel = new AbortController();
    const source = Readable.from(
      (async function* () {
        yield* lines(5000);
        cancel.abort();
        yield* lines(5000);
        await new Promise(() => undefined);
      })(),
    );
    const copying = database.session((session) => {
      processId = session.processId;
      return session.copyFrom(copy, source);
    }, cancel.signal);
    await expect(copying).rejects.toMatchObject({ code: "CANCELLED" });
    expect((await database.query(processes, [processId])).rows).toEqual([["1"]]);
    expect(await count()).toBe("0");
  });

  it("reports a connection that breaks meanwhile", async () => {
    const { database, count } = await openWithOrders();
    const copying = database.session((session) => {
      const source = Readable.from(
        (async function* () {
          yield* lines(5000);
          await database.query("select pg_terminate_backend($1, 10000)", [session.processId]);
          yield* lines(50_000);
        })(),
      );
      return session.copyFrom(copy, source);
    });
    await expect(copying).rejects.toMatchObject({ name: "SqlFailure" });
    expect(await count()).toBe("0");
  });
});
