import { Client } from "pg";
import { beforeEach, describe, expect, it } from "vitest";
import { readIdentity } from "../../../runner/database/connection/server-identity.ts";
import { outcomeOfLost } from "../../../runner/database/connection/transaction-outcome.ts";
import { openUrl } from "../../support/opened-database.ts";
import { createDatabase, serversByVersion } from "../../support/test-database.ts";

describe.each(serversByVersion())("a transaction whose end was not seen on $name", (server) => {
  let url: string;
  let client: Client;

  beforeEach(async () => {
    const { url: made, drop } = await createDatabase(server);
    url = made;
    client = new Client(url);
    client.on("error", () => undefined);
    await client.connect();
    return async () => {
      await client.end();
      await drop();
    };
  });

  async function begin() {
    await client.query("begin");
    const { rows } = await client.query(
      'select pg_current_xact_id()::text as "transactionId", pg_backend_pid() as "processId"',
    );
    return rows[0] as { transactionId: string; processId: number };
  }

  const identity = async () => readIdentity(await openUrl(url));
  const ask = async (lost: { transactionId: string; processId: number }, other = {}) =>
    outcomeOfLost({ connectionString: url }, { ...lost, identity: await identity(), ...other }, 0);

  it.each([
    ["commit", "committed"],
    ["rollback", "rolledBack"],
  ])("is known after a %s", async (statement, outcome) => {
    const lost = await begin();
    await client.query(statement);
    expect(await ask(lost)).toEqual({ outcome });
  });

  it("is ended when it is still at work, and is rolled back then", async () => {
    await client.query("create table t (id int)");
    const lost = await begin();
    await client.query("insert into t values (1)");
    expect(await ask(lost)).toEqual({ outcome: "rolledBack" });
    expect((await (await openUrl(url)).query("select count(*) from t")).rows).toEqual([["0"]]);
  });

  it("is not guessed when another server answers, or one that lacks its number", async () => {
    const lost = await begin();
    await client.query("commit");
    const restored = { ...(await identity()), timeline: "77" };
    expect(await ask(lost, { identity: restored })).toMatchObject({ outcome: "unknown" });
    expect(await ask(lost, { identity: undefined })).toMatchObject({ outcome: "unknown" });
    expect(await ask({ ...lost, transactionId: "99999999999" })).toMatchObject({
      outcome: "unknown",
      reason: expect.stringContaining("in the future"),
    });
  });
});
