import { beforeEach, describe, expect, it } from "vitest";
import type { AuditProjectOptions } from "../../../runner/audit/audit-project.ts";
import { auditProject } from "../../../runner/audit/audit-project.ts";
import type { TableAudit } from "../../../runner/audit/audit-result.ts";
import { openUrl } from "../../support/opened-database.ts";
import { dataform } from "../../support/run-command.ts";
import { type RunningDatabase, runInDatabase, statusesOf } from "../../support/run-in-database.ts";
import { runProject } from "../../support/run-project.ts";
import { type TemporaryProject, temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const sinceNewest = `\${when(incremental(), \`where id > (select coalesce(max(id), 0) from \${self()})\`)}`;

describe.each(anyServer())("an audit of incremental tables on $name", (server) => {
  let database: RunningDatabase["database"];
  let run: RunningDatabase["run"];
  let rows: RunningDatabase["rows"];
  let url: string;

  const audit = (project: TemporaryProject, options: Partial<AuditProjectOptions> = {}) =>
    auditProject({ projectDir: project.folder, database, ...options });

  beforeEach(async () => {
    ({ database, run, rows, url } = await runInDatabase(server));
    await database.query("create table public.source (id int, word text)");
    await database.query("insert into public.source values (1, 'one'), (2, 'two'), (3, 'three')");
  });

  it("finds rows that are missing, extra and different, and changes nothing", async () => {
    const project = temporaryProject({
      "merged.sqlx": `config { type: "incremental", uniqueKey: ["id"] }\nselect id, word from public.source\n${sinceNewest}`,
      "appended.sqlx": `config { type: "incremental" }\nselect word from public.source`,
      "plain.sqlx": `config { type: "table" }\nselect * from \${ref("merged")}`,
      "logged.sqlx": `config { type: "incremental", uniqueKey: ["id"], dependencies: ["merged", "appended"] }
        pre_operations { insert into public.source values (100, 'by a pre-operation') }
        select id, word from public.source where id < 100`,
    });
    expect((await run(project)).status).toBe("successful");
    await database.query("delete from public.source where id = 100");
    expect(summaryOf((await audit(project)).tables)).toEqual([
      ["appended", "exact", 3],
      ["logged", "exact", 3],
      ["merged", "exact", 3],
    ]);
    expect(await rows("select max(id) from public.source")).toEqual([["3"]]);

    await database.query(`delete from public.source where id = 1;
      update public.source set word = 'corrected' where id = 2;
      insert into public.source values (0, 'late'), (4, 'four')`);
    expect(statusesOf(await run(project, { actions: ["merged"] })).merged).toBe("successful");
    const { status, tables } = await audit(project, { selection: { actions: ["merged"] } });
    expect(status).toBe("failed");
    expect(summaryOf(tables)).toEqual([["merged", "drifted", 4]]);
    expect(tables[0]?.drift).toMatchObject({ missingRows: 1, extraRows: 1, differentRows: 1 });
    expect(tables[0]?.drift?.difference.rows.map(({ side, values }) => [side, ...values])).toEqual([
      ["expected", "0", "late"],
      ["expected", "2", "corrected"],
      ["actual", "2", "two"],
      ["actual", "1", "one"],
    ]);
    expect(await rows("select id, word from shop.merged order by id")).toEqual([
      ["1", "one"],
      ["2", "two"],
      ["3", "three"],
      ["4", "four"],
    ]);
  });

  it("compares values as they are stored, byte by byte, and leaves out the named columns", async () => {
    const ignoring = `postgres: { audit: { ignoreColumns: ["built_at", "number"] } }`;
    await database.query("create sequence public.numbers");
    const project = temporaryProject({
      "a.sqlx": `config { type: "incremental", uniqueKey: ["id"], ${ignoring} }
        select id, word, clock_timestamp() as built_at, nextval('public.numbers') as number from public.source`,
      "prices.sqlx": `config { type: "incremental" }\nselect 1.0 as price, '{"a": 1}'::json as document`,
    });
    await run(project);
    expect((await audit(project)).status).toBe("successful");
    await database.query("update shop.prices set price = 1.00");
    const { tables } = await audit(project);
    expect(summaryOf(tables)).toEqual([
      ["a", "exact", 3],
      ["prices", "drifted", 1],
    ]);
  });

  it("does not miss rows that the retention of a partitioned table has dropped", async () => {
    const table = (name: string, partition: string, columns: string) => ({
      [`${name}.sqlx`]: `config { type: "incremental", postgres: ${partition} }
        select ${columns} from public.source \${when(incremental(), "where id > 3")}`,
    });
    const project = temporaryProject({
      ...table(
        "days",
        `{ partitionBy: { column: "day", range: "day" }, partitionRetention: "1 day" }`,
        "nullif(date '2024-01-01' + id, '2024-01-03') as day, id",
      ),
      ...table(
        "numbers",
        `{ partitionBy: { column: "id", range: 2 }, partitionRetention: 1 }`,
        "id",
      ),
    });
    await run(project);
    await database.query("insert into public.source values (4, 'four'), (5, 'five')");
    await run(project);
    expect(await rows("select id from shop.days order by id")).toEqual([["2"], ["4"], ["5"]]);
    expect(await rows("select id from shop.numbers order by id")).toEqual([["4"], ["5"]]);
    expect(summaryOf((await audit(project)).tables)).toEqual([
      ["days", "exact", 3],
      ["numbers", "exact", 2],
    ]);
    await database.query("delete from shop.numbers where id = 4");
    expect(summaryOf((await audit(project)).tables)).toEqual([
      ["days", "exact", 3],
      ["numbers", "drifted", 2],
    ]);
  });

  it("says which tables it cannot compare, and why", async () => {
    const project = temporaryProject({
      "disabled.sqlx": `config { type: "incremental", disabled: true }\nselect 1 as id`,
      "kept.sqlx": `config { type: "incremental", protected: true }\nselect 1 as id`,
      "later.sqlx": `config { type: "incremental" }\nselect 1 as id\npost_operations { update \${self()} set id = 2 }`,
      "broken.sqlx": `config { type: "incremental" }\nselect 1 / (id - 1) as id from public.source where id > 1`,
      "ending.sqlx": `config { type: "incremental" }\npre_operations { \${when(!incremental(), "select 1")} }\nselect 1 as id`,
      "columns.sqlx": `config { type: "incremental" }\nselect 1 as id`,
      "unknown.sqlx": `config { type: "incremental", postgres: { audit: { ignoreColumns: ["idd"] } } }\nselect 1 as id`,
    });
    await run(project);
    await database.query("insert into public.source values (1, 'divides by zero')");
    project.write(
      "broken.sqlx",
      `config { type: "incremental" }\nselect 1 / (id - 1) as id from public.source`,
    );
    project.write(
      "ending.sqlx",
      `config { type: "incremental" }\npre_operations { commit }\nselect 1 as id`,
    );
    project.write("columns.sqlx", `config { type: "incremental" }\nselect 1 as id, 2 as more`);
    project.write("unbuilt.sqlx", `config { type: "incremental" }\nselect 1 as id`);
    const { tables, status } = await audit(project);
    expect(status).toBe("failed");
    const found = Object.fromEntries(
      tables.map(({ target, reason, error, drift }) => [
        target.name,
        reason ?? error?.message ?? drift?.difference.missingColumns,
      ]),
    );
    expect(found).toEqual({
      disabled: "it is disabled",
      kept: "it is protected: a full refresh never rebuilds it",
      later: "its post-operations may change its rows after they are computed",
      unbuilt: "it is not built yet",
      broken: "division by zero",
      ending: expect.stringMatching(/transaction/),
      columns: ["more"],
      unknown: `postgres.audit.ignoreColumns names "idd", which is no column of shop.unknown`,
    });
  });

  it("compares a sample of the keys, the same ones on both sides", async () => {
    await database.query(
      "insert into public.source select n, 'word' from generate_series(4, 400) n",
    );
    const project = temporaryProject({
      "merged.sqlx": `config { type: "incremental", uniqueKey: ["id"] }\nselect id, word from public.source; -- all`,
      "appended.sqlx": `config { type: "incremental" }\nselect word from public.source`,
    });
    await run(project);
    const selection = { actions: ["merged"] };
    const parts = [];
    for (const seed of [1, 2]) {
      const { tables } = await audit(project, { selection, sample: { percent: 20, seed } });
      expect(tables[0]?.status).toBe("exact");
      parts.push(tables[0]?.rowCount ?? 0);
    }
    for (const part of parts) expect(part).toSatisfy((count: number) => count > 30 && count < 140);
    await database.query("update shop.merged set word = 'drifted'");
    const drifted = await audit(project, { selection, sample: { percent: 20, seed: 1 } });
    expect(drifted.tables[0]?.drift?.differentRows).toBe(parts[0]);
    await database.query("delete from public.source; delete from shop.merged");
    const empty = await audit(project, { selection, sample: { percent: 20, seed: 1 } });
    expect(empty.tables[0]).toMatchObject({
      status: "skipped",
      reason: "none of its keys is in the sample",
    });
    expect((await audit(project, { selection })).tables[0]).toMatchObject({
      ...{ status: "exact", rowCount: 0 },
    });
    const withoutKey = await audit(project, {
      selection: { actions: ["appended"] },
      sample: { percent: 20, seed: 1 },
    });
    expect(withoutKey.tables[0]?.error?.message).toMatch(/has no key to take a sample by/);
  });

  it("takes a sample by keys as they are under the settings of the query", async () => {
    const name = new URL(url.replace("@/", "@x/")).pathname.slice(1);
    await database.query(`alter database ${name} set timezone = 'Asia/Tokyo'`);
    const project = temporaryProject({
      "hours.sqlx": `config { type: "incremental", uniqueKey: ["at"] }
        select at from generate_series('2026-01-01'::timestamptz, '2026-01-05', '1 hour') as at`,
    });
    const inTokyo = await openUrl(url);
    await runProject({ projectDir: project.folder, database: inTokyo });
    const { status, sample, tables } = await auditProject({
      ...{ projectDir: project.folder, database: inTokyo, sample: { percent: 50, seed: 1 } },
    });
    expect({ status, sample }).toEqual({
      status: "successful",
      sample: { percent: 50, seed: 1 },
    });
    expect(tables[0]?.rowCount).toBeLessThan(90);
  });

  it("samples other keys each time, and says by which seed", async () => {
    const project = temporaryProject({
      "merged.sqlx": `config { type: "incremental", uniqueKey: ["id"] }\nselect id, word from public.source`,
    });
    await run(project);
    const seeds = new Set<number>();
    for (const _ of [1, 2, 3]) {
      const { stdout, stderr } = await dataform(["audit", "--sample", "50%", "--json"], {
        cwd: project.folder,
        env: { DATABASE_URL: url },
      });
      const { seed } = JSON.parse(stdout).sample;
      expect(stderr).toContain(`of 50 % of the keys (--seed ${seed})`);
      seeds.add(seed);
    }
    expect(seeds.size).toBeGreaterThan(1);
  });

  it("refuses a selection without an incremental table", async () => {
    const project = temporaryProject({ "plain.sqlx": `config { type: "table" }\nselect 1 as id` });
    expect(await audit(project)).toMatchObject({ status: "successful", tables: [] });
    await expect(audit(project, { selection: { actions: ["plain"] } })).rejects.toMatchObject({
      code: "SELECTION_EMPTY",
      message: "no selected action is an incremental table",
    });
  });
});

function summaryOf(tables: readonly TableAudit[]) {
  return tables
    .map(({ target, status, rowCount }) => [target.name, status, rowCount])
    .sort(([a], [b]) => String(a).localeCompare(String(b)));
}
