import { describe, expect, it } from "vitest";
import type { FileReport } from "../../ingest/file-report.ts";
import { ingestAll } from "../../ingest/ingest-all.ts";
import { ingestLock } from "../../ingest/load/bronze-tables.ts";
import type { Database } from "../../runner/database/database.ts";
import { type HeldMessage, startFaultProxy } from "../support/fault-proxy.ts";
import { folderOf, ingestFiles, plainOptions } from "../support/ingested.ts";
import { openUrl } from "../support/opened-database.ts";
import { anyServer } from "../support/test-database.ts";
import { inThisDatabase, until } from "../support/watch-server.ts";
import { whenTestEnds } from "../support/when-test-ends.ts";
import { filledWarehouse, projectDir } from "./warehouse.ts";

interface Line {
  id: string | number;
  app?: string;
  scenario?: string;
  status?: string;
}

/** A line of NDJSON. */
function line({ id, app = "Payment Service", scenario = "Failover", status = "passed" }: Line) {
  const times = { start_time: "2026-01-05T10:00:00Z", duration_ms: 60_000 };
  const name = { source_system: "drills", source_run_id: String(id) };
  return `${JSON.stringify({ app_name: app, scenario_name: scenario, status, ...times, ...name })}\n\n`;
}

const ids = "select source_run_id from resiliency.raw_resiliency_tests order by test_id";

/** What `load` reports before it fails, and its failure. */
async function failingLoad(database: Database, files: Record<string, string>) {
  const reported: FileReport[] = [];
  const loading = ingestAll([folderOf(files)], database, projectDir, plainOptions, (report) =>
    reported.push(report),
  );
  const failure = await loading.then(
    () => undefined,
    (error: Error) => error,
  );
  return { reported: reported.map(({ name }) => name.replace(/.*\//, "")), failure };
}

describe.each(anyServer())("many small files on $name", (server) => {
  async function open() {
    const { url, drop } = await filledWarehouse(server, async () => {});
    whenTestEnds(drop);
    const database = await openUrl(url);
    return { url, database, rows: async (sql: string) => (await database.query(sql)).rows };
  }

  it("are loaded in their order, each in a transaction and with a report of its own", async () => {
    const { database, rows } = await open();
    const many = Array.from({ length: 600 }, (_, index) => line({ id: `many ${index}` }));
    const text = 'back\\slash, "quotes", {braces}, NULL and\ttab';
    const files = {
      "01.ndjson": line({ id: 1 }) + line({ id: 2 }),
      "02.ndjson": line({ id: 2 }) + line({ id: 1, status: "failed" }),
      "03.ndjson": line({ id: 3, app: "Ledger" }) + line({ id: 4, status: "mended" }),
      "04.json": `{ "cut": [`,
      "05.ndjson": many.join(""),
      "06.ndjson":
        line({ id: 5, app: "Ledger" }) + line({ id: 5, app: "Ledger", status: "failed" }),
      "07.csv": `app_name,outage_start,outage_end,outage_id\nLedger,2026-01-05,2026-01-06,o1\n`,
      "08.ndjson": line({ id: text, scenario: `\\N\r\n${text}` }),
      "09.txt": "no result",
    };
    const reports = await ingestFiles(files, {}, database);
    expect(Object.keys(reports)).toEqual(Object.keys(files));
    expect(reports["01.ndjson"]).toMatchObject({ loaded: 2, known: 0, quarantined: {} });
    expect(reports["02.ndjson"]).toMatchObject({ loaded: 1, known: 1, corrected: 1 });
    const odd = { unknown_application: 1, bad_status: 1 };
    expect(reports["03.ndjson"]).toMatchObject({ loaded: 2, quarantined: odd });
    expect(reports["04.json"]?.refused?.message).toContain("cut off");
    expect(reports["05.ndjson"]).toMatchObject({ loaded: 600, quarantined: {} });
    const twice = { loaded: 2, corrected: 1, quarantined: { unknown_application: 2 } };
    expect(reports["06.ndjson"]).toMatchObject(twice);
    const outage = { loaded: 1, quarantined: { unknown_application: 1 } };
    expect(reports["07.csv"]).toMatchObject(outage);
    expect(reports["08.ndjson"]).toMatchObject({ loaded: 1, quarantined: {} });
    expect(reports["09.txt"]).toMatchObject({ isPassedOver: true });
    const transactions = await rows(`
      select string_agg(source_run_id, ' ' order by test_id)
      from resiliency.raw_resiliency_tests where source_run_id not like 'many%'
      group by ingested_xid order by min(test_id)`);
    expect(transactions).toEqual([["1 2"], ["1"], ["3 4"], ["5 5"], [text]]);
    const scenario = `select scenario_name from resiliency.raw_resiliency_tests where source_run_id like 'back%'`;
    expect(await rows(scenario)).toEqual([[`\\N\r\n${text}`]]);
    const again = await ingestFiles(files, {}, database);
    expect(Object.values(again).map(({ loaded }) => loaded)).toEqual(Array(9).fill(0));
    expect(again["05.ndjson"]).toMatchObject({ known: 600 });
  });

  it("take no other with them when one fails, and the failure names its file", async () => {
    const { database, rows } = await open();
    await database.query(`
      create function resiliency.refuse() returns trigger language plpgsql as
        $$ begin raise exception 'no % here', new.scenario_name; end $$;
      create trigger refuse before insert on resiliency.raw_resiliency_tests
      for each row when (new.scenario_name = 'Flood') execute function resiliency.refuse()`);
    const { reported, failure } = await failingLoad(database, {
      "1.ndjson": line({ id: 1 }),
      "2.ndjson": line({ id: 2 }) + line({ id: 3, scenario: "Flood" }),
      "3.ndjson": line({ id: 4 }),
    });
    expect(failure?.message).toMatch(/2\.ndjson: no Flood here$/);
    expect(reported).toEqual(["1.ndjson", "3.ndjson"]);
    expect(await rows(ids)).toEqual([["1"], ["4"]]);
  });

  it("are reported only when the server has answered for all, and are loaded once after its failure", async () => {
    const { database, rows } = await open();
    await database.query(`
      create function resiliency.break_off() returns trigger language plpgsql as
        $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$;
      create trigger break_off before insert on resiliency.raw_resiliency_tests
      for each row when (new.scenario_name = 'Flood') execute function resiliency.break_off()`);
    const files = {
      "1.ndjson": line({ id: 1 }),
      "2.ndjson": line({ id: 2, scenario: "Flood" }),
      "3.ndjson": line({ id: 3 }),
    };
    const { reported, failure } = await failingLoad(database, files);
    expect(failure?.message).toContain("terminating connection");
    expect(reported).toEqual([]);
    expect(await rows(ids)).toEqual([["1"]]);
    await database.query("drop trigger break_off on resiliency.raw_resiliency_tests");
    const again = await ingestFiles(files, {}, database);
    expect(Object.values(again).map(({ loaded, known }) => [loaded, known])).toEqual([
      [0, 1],
      [1, 0],
      [1, 0],
    ]);
    expect(await rows(ids)).toEqual([["1"], ["2"], ["3"]]);
  });

  it("are added once when several load them at the same time", async () => {
    const { database, rows } = await open();
    // slow enough that all of them look for the rows before one has added them
    await database.query(`
      create function resiliency.dawdle() returns trigger language plpgsql as
        $$ begin perform pg_sleep(0.3); return new; end $$;
      create trigger dawdle before insert on resiliency.raw_resiliency_tests
      for each row execute function resiliency.dawdle()`);
    const files = { "1.ndjson": line({ id: 1 }), "2.ndjson": line({ id: 2 }) };
    const all = await Promise.all([1, 2, 3].map(() => ingestFiles(files, {}, database)));
    const counts = all.flatMap((reports) => Object.values(reports));
    expect(counts.filter(({ loaded }) => loaded === 1)).toHaveLength(2);
    expect(counts.filter(({ known }) => known === 1)).toHaveLength(4);
    expect(await rows(ids)).toEqual([["1"], ["2"]]);
  });

  it("wait for another ingest and can be stopped there", async () => {
    const { database, rows } = await open();
    const stop = new AbortController();
    const files = { "1.ndjson": line({ id: 1 }), "2.ndjson": line({ id: 2 }) };
    await database.session(async (other) => {
      await other.query(`select pg_advisory_lock(${ingestLock})`);
      const loading = ingestFiles(files, { signal: stop.signal }, database);
      const ended = loading.then(
        () => "LOADED",
        (error: { code?: string }) => error.code,
      );
      const waiting = `select from pg_locks where locktype = 'advisory' and not granted and ${inThisDatabase}`;
      await until(async () => (await other.query(waiting)).rows);
      stop.abort();
      expect(await ended).toBe("CANCELLED");
    });
    expect(await rows(ids)).toEqual([]);
  });

  it("cost one statement each, and nothing else for each of them", async () => {
    const { url } = await open();
    let sent: HeldMessage[] = [];
    // A busy machine adds looks at what a slow statement waits for, to its Sync. Any connection may be used for them.
    const looks = new Map<number | undefined, string>();
    const looking = new Set<number | undefined>();
    const isLook = ({ type, text, processId }: HeldMessage) => {
      const [first = "", second = ""] = text.slice(5).split("\0");
      if (type === "P" && second.includes("pg_blocking_pids")) looks.set(processId, first);
      return type === "P" ? looks.get(processId) === first : looks.get(processId) === second;
    };
    const proxy = await startFaultProxy(url, (message) => {
      const { type, processId } = message;
      if (["P", "B"].includes(type) && isLook(message)) looking.add(processId);
      if (!looking.has(processId)) sent.push(message);
      if (type === "S") looking.delete(processId);
      message.forward();
    });
    whenTestEnds(() => proxy.close());
    const database = await openUrl(proxy.url);
    const load = async (prefix: string, count: number) => {
      sent = [];
      const files = Array.from({ length: count }, (_, index) => index + 100).map(
        (index) => [`${index}.ndjson`, line({ id: `${prefix} ${index}` })] as const,
      );
      await ingestFiles(Object.fromEntries(files), {}, database);
      const own = sent;
      return (type: string) => own.filter((each) => each.type === type).length;
    };
    // No later look opens a connection.
    await until(async () => {
      await database.query("select pg_sleep(0.13)");
      return [...looks];
    });
    await load("first", 1);
    const few = await load("few", 2);
    const many = await load("many", 52);
    const types = ["Q", "P", "B", "D", "E", "S"];
    const more = types.map((type) => [type, many(type) - few(type)]);
    // for each file a bind, a describe, an execute and the end of its transaction
    expect(more).toEqual(types.map((type) => [type, ["Q", "P"].includes(type) ? 0 : 50]));
  });
});
