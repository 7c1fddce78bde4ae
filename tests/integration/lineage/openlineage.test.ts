import { readdirSync, readFileSync, symlinkSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import type { LineageEvent } from "../../../runner/openlineage/run-events.ts";
import { sendEvents } from "../../../runner/openlineage/send-events.ts";
import { namespaceOf } from "../../../runner/openlineage/tell-lineage.ts";
import { openTestDatabase } from "../../support/opened-database.ts";
import { httpReceiver } from "../../support/receivers.ts";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { anyServer } from "../../support/test-database.ts";

const files = {
  "orders.sqlx": `config { type: "table", assertions: { nonNull: ["id"] } }
    select id, id * 10 as amount, 'paid' as status from generate_series(1, 5) as id
    post_operations { select 1 as one }`,
  "totals.sqlx": `config { type: "view" }
    select status, sum(amount) as total from \${ref("orders")} where id > 1 group by status`,
  "counted.sqlx": `config { type: "view" } select count(*) as number from \${ref("orders")}`,
  "too_many.sqlx": `config { type: "assertion" } select total from \${ref("totals")} where total > 100`,
  "few_are_large.sqlx": `config { type: "assertion", postgres: { failAbove: { rows: 5 } } }
    select id from \${ref("orders")} where amount > 10`,
  "broken.sqlx": `config { type: "table" } select 1 / (id - id) as x from \${ref("orders")}`,
};

const folder = join(import.meta.dirname, "openlineage-schemas");
const ajv = new Ajv2020({ strict: false, validateFormats: false });
for (const name of readdirSync(folder).filter((each) => each.endsWith(".json"))) {
  ajv.addSchema(JSON.parse(readFileSync(join(folder, name), "utf8")));
}

/** What the schema of an event, or of a facet in it, says against it. */
function problemsOf(value: unknown, schema: string): unknown[] {
  const validate = ajv.getSchema(schema);
  if (!validate) return [`no schema ${schema}`];
  return validate(value) ? [] : [schema, ...(validate.errors ?? [])];
}

function facetsIn(value: unknown): { _schemaURL: string }[] {
  if (typeof value !== "object" || value === null) return [];
  const own = "_schemaURL" in value ? [value as { _schemaURL: string }] : [];
  return [...own, ...Object.values(value).flatMap(facetsIn)];
}

describe.each(anyServer())("events of a run on $name", (server) => {
  it("are valid, of every action, with columns and assertions", async () => {
    const { url, database } = await openTestDatabase(server);
    const { folder: project } = temporaryProject(files);
    const receiver = await httpReceiver(201);
    const env = {
      DATABASE_URL: url,
      OPENLINEAGE_URL: receiver.url.origin,
      OPENLINEAGE_API_KEY: "key of test",
      OPENLINEAGE_NAMESPACE: "shop",
    };
    const run = await dataform(["run"], { cwd: project, env });
    expect(run.exitCode, run.stderr).toBe(1);
    expect(run.stderr).not.toContain("lineage events");
    expect(receiver.received.map(({ headers }) => headers.authorization)).toContain(
      "Bearer key of test",
    );
    const events: LineageEvent[] = receiver.received.map(({ body }) => JSON.parse(body));
    for (const event of events) {
      expect(problemsOf(event, event.schemaURL)).toEqual([]);
      for (const facet of facetsIn(event)) expect(problemsOf(facet, facet._schemaURL)).toEqual([]);
    }
    const ends = events.filter(({ eventType }) => eventType !== "START");
    expect(events).toHaveLength(2 * ends.length);
    expect(Object.fromEntries(ends.map(({ job, eventType }) => [job.name, eventType]))).toEqual({
      run: "FAIL",
      "shop.orders": "COMPLETE",
      "shop.totals": "COMPLETE",
      "shop.counted": "COMPLETE",
      "shop.broken": "FAIL",
      "shop_assertions.shop_orders_assertions_rowConditions": "COMPLETE",
      "shop_assertions.too_many": "FAIL",
      "shop_assertions.few_are_large": "COMPLETE",
    });
    const namespace = namespaceOf(database.description);
    const name = (await database.query("select current_database()")).rows[0]?.[0];
    const endOf = (name: string) => ends.find(({ job }) => job.name === name);
    const [totals] = endOf("shop.totals")?.outputs ?? [];
    const orders = { namespace, name: `${name}.shop.orders` };
    expect(totals).toMatchObject({ namespace, name: `${name}.shop.totals` });
    expect(totals?.facets?.schema).toMatchObject({
      fields: [{ name: "status", type: "text" }, {}],
    });
    expect(totals?.facets?.columnLineage).toMatchObject({
      fields: {
        status: {
          inputFields: [
            {
              ...orders,
              field: "status",
              transformations: [{ type: "DIRECT", subtype: "IDENTITY" }],
            },
          ],
        },
        total: {
          inputFields: [{ field: "amount", transformations: [{ subtype: "AGGREGATION" }] }],
        },
      },
      dataset: [
        { field: "id", transformations: [{ type: "INDIRECT", subtype: "FILTER" }] },
        { field: "status", transformations: [{ type: "INDIRECT", subtype: "GROUP_BY" }] },
      ],
    });
    expect(endOf("shop.orders")?.outputs[0]?.outputFacets).toMatchObject({
      outputStatistics: { rowCount: 5 },
    });
    expect(endOf("shop.counted")?.inputs).toMatchObject([orders]);
    expect(endOf("shop.broken")?.run.facets).toMatchObject({
      errorMessage: { message: "division by zero" },
      parent: { job: { name: "run", namespace: "shop" } },
    });
    const checked = (name: string) => endOf(`shop_assertions.${name}`)?.inputs[0]?.inputFacets;
    expect(checked("too_many")).toMatchObject({
      dataQualityAssertions: { assertions: [{ success: false, actual: "1 failing rows" }] },
    });
    expect(checked("shop_orders_assertions_rowConditions")).toMatchObject({
      dataQualityAssertions: { assertions: [{ success: true, assertion: expect.any(String) }] },
    });
    expect(checked("few_are_large")).toMatchObject({
      dataQualityAssertions: { assertions: [{ success: true, actual: "4 failing rows" }] },
    });
  });

  it("go into a file, and wrong settings end the command before the run", async () => {
    const { url, database } = await openTestDatabase(server);
    const { folder: project, write } = temporaryProject({ "orders.sqlx": files["orders.sqlx"] });
    write(
      "./openlineage.yml",
      "transport:\n  type: file\n  log_file_path: target/lineage.ndjson\n",
    );
    const env = { DATABASE_URL: url, OPENLINEAGE_CONFIG: join(project, "openlineage.yml") };
    expect((await dataform(["run"], { cwd: project, env })).exitCode).toBe(0);
    const lines = readFileSync(join(project, "target/lineage.ndjson"), "utf8").trim().split("\n");
    expect(lines.map((line) => JSON.parse(line).eventType)).toEqual([
      "START",
      "START",
      "COMPLETE",
      "START",
      "COMPLETE",
      "COMPLETE",
    ]);
    await database.query("drop schema shop cascade");
    write(
      "./openlineage.yml",
      "transport:\n  type: http\n  url: http://localhost\n  auth: { apiKey: secret }\n",
    );
    const refused = await dataform(["run"], { cwd: project, env });
    expect(refused.exitCode).toBe(2);
    expect(refused.stderr).toContain(
      "transport.auth would be a secret in a file; use OPENLINEAGE_API_KEY",
    );
    expect((await database.query("select to_regclass('shop.orders')")).rows).toEqual([[null]]);
  });

  it("do not go where the project wants: into a file of the user, through a link, to a server with the key", async () => {
    const { url } = await openTestDatabase(server);
    const { folder: project, write } = temporaryProject({ "orders.sqlx": files["orders.sqlx"] });
    const outside = temporaryProject({ "precious.sqlx": "precious" });
    const precious = join(outside.folder, "definitions/precious.sqlx");
    const receiver = await httpReceiver(201);
    const env = { DATABASE_URL: url, OPENLINEAGE_API_KEY: "secret" };
    for (const transport of [
      `type: file, log_file_path: "${precious}", append: false`,
      `type: http, url: "${receiver.url.origin}"`,
    ]) {
      write("./openlineage.yml", `transport: { ${transport} }`);
      const { exitCode, stderr } = await dataform(["run"], { cwd: project, env });
      expect({ exitCode, stderr }).toEqual({
        exitCode: 0,
        stderr: expect.stringContaining(
          "openlineage.yml is not read: name it in OPENLINEAGE_CONFIG",
        ),
      });
    }
    symlinkSync(precious, join(project, "lineage.ndjson"));
    const { stderr } = await dataform(["run"], {
      cwd: project,
      env: { ...env, OPENLINEAGE_URL: `file://${project}/lineage.ndjson` },
    });
    expect(stderr).toContain("lineage events were not written");
    expect(readFileSync(precious, "utf8")).toBe("precious");
    expect(receiver.received).toEqual([]);
  });
});

it.each([
  ["postgres://user@db.example:6543/shop", "postgres://db.example:6543"],
  ["postgres://user@[::1]:5432/shop", "postgres://[::1]:5432"],
  ["postgres://user@/shop?host=/run/postgresql&port=5433", `postgres://${hostname()}:5433`],
  ["embedded PostgreSQL 18 in .dataform", `postgres://${hostname()}:5432`],
])("the datasets of %s are in %s", (description, namespace) => {
  expect(namespaceOf(description)).toBe(namespace);
});

describe("a receiver that does not take events", () => {
  const event = { eventType: "START" } as LineageEvent;
  const sendTo = (url: URL, patienceMillis?: number) =>
    sendEvents([event, event, event], { kind: "http", url, apiKey: "secret", patienceMillis });

  it("is named, and is not asked again and again", async () => {
    const refusing = await httpReceiver(403);
    expect(await sendTo(refusing.url)).toBe(
      `lineage events for ${refusing.url.origin}: 0 of 3 were delivered: it answered with HTTP 403`,
    );
    expect(refusing.received).toHaveLength(2);
    const hanging = await httpReceiver(undefined);
    expect(await sendTo(hanging.url, 50)).toContain(
      "0 of 3 were delivered: no answer within 0.05 s",
    );
    expect(await sendTo(new URL("http://127.0.0.1:1/"))).toContain("0 of 3 were delivered: ");
  });

  it("gets a second try", async () => {
    const busy = await httpReceiver(503, 201);
    expect(await sendTo(busy.url)).toBeUndefined();
    expect(busy.received).toHaveLength(4);
  });
});
