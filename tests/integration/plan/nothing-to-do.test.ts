// biome-ignore-all lint/suspicious/noTemplateCurlyInString: SQLX is full of them
import { expect, it, onTestFinished } from "vitest";
import { dataform } from "../../support/run-command.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { createDatabase, servers } from "../../support/test-database.ts";

const [server] = servers();
if (!server) throw new Error("no test server");

const nothing = "nothing to do: no definition changed since the last run (--verbose shows all)\n";

it("a plan says in one line that nothing changed, and lists only what did", async () => {
  const { url, drop } = await createDatabase(server);
  onTestFinished(drop);
  const project = temporaryProject({
    "orders.sqlx": `config { type: "table", assertions: { uniqueKey: ["id"] } }\nselect 1 as id, 2 as price`,
    "added.sqlx": `config { type: "incremental", uniqueKey: ["id"] }\nselect id from \${ref("orders")}`,
    "seen.sqlx": `config { type: "view" }\nselect id from \${ref("orders")}`,
    "made.sqlx": `config { type: "operations" }\ncreate table if not exists shop.made (id integer)`,
    "off.sqlx": `config { type: "view", disabled: true }\nselect 1 as id`,
  });
  const call = (...args: string[]) =>
    dataform(args, { cwd: project.folder, env: { DATABASE_URL: url } });
  const plan = async (...args: string[]) => (await call("plan", ...args)).stdout;

  expect(await plan()).toMatch(/^create +table +shop\.orders/m);
  await call("run");
  expect(await plan()).toBe(nothing);
  expect(await plan("--verbose")).toMatch(/^replace rows +table +shop\.orders/m);

  expect(await plan("--full-refresh")).toContain("shop.added");

  // Other rows with the same columns: nothing that the database alone could tell.
  project.write("orders.sqlx", `config { type: "table" }\nselect 2 as id, 2 as price`);
  const changed = await plan();
  expect(changed).toMatch(/^replace rows +table +shop\.orders/m);
  expect(changed).not.toContain("shop.seen");
  expect(changed).toMatch(/unchanged \(--verbose shows all\)\n$/);

  // A run of a part records only that part.
  await call("run", "--actions", "orders");
  expect(await plan()).toBe(nothing);
  await call("query", "drop view shop.seen");
  expect(await plan()).toMatch(/^create +view +shop\.seen/m);
  await call("query", "alter table shop.orders add column later integer");
  expect(await plan()).toContain("shop.orders");
});
