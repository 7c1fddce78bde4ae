import { type AddressInfo, createConnection, createServer } from "node:net";
import { Transform } from "node:stream";
import { describe, expect, it, onTestFinished } from "vitest";
import { openTestDatabase, openUrl } from "../../support/opened-database.ts";
import { anyServer } from "../../support/test-database.ts";

const endOfAnswer = Buffer.from([0x5a, 0, 0, 0, 5]);

/** A server whose answers arrive in two parts, the transaction's status a moment after the rest. */
async function startSlowly(socketPath: string): Promise<number> {
  const server = createServer({ noDelay: true }, (client) => {
    const upstream = createConnection(socketPath).on("error", () => client.destroy());
    client.on("error", () => upstream.destroy()).pipe(upstream);
    upstream.pipe(inTwoParts()).pipe(client);
    onTestFinished(() => void client.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function inTwoParts(): Transform {
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const at = chunk.lastIndexOf(endOfAnswer);
      if (at <= 0) return done(null, chunk);
      this.push(chunk.subarray(0, at));
      setTimeout(() => done(null, chunk.subarray(at)), 5);
    },
  });
}

describe.each(anyServer())("an answer of $name that arrives in parts", (server) => {
  it("leaves the session after a failed statement as one that arrives whole", async () => {
    const { url } = await openTestDatabase(server);
    const folder = url.split("host=")[1];
    const port = await startSlowly(`${folder}/.s.PGSQL.5432`);
    const name = /\/(\w+)\?/.exec(url)?.[1];
    const database = await openUrl(`postgres://postgres@127.0.0.1:${port}/${name}?sslmode=disable`);
    const rows = await database.transaction(async (session) => {
      await session.query("savepoint before");
      await expect(session.statement("select 1 / 0")).rejects.toMatchObject({
        error: { sqlstate: "22012" },
      });
      await session.own.query("rollback to before");
      return (await session.statement("select 1")).rows;
    });
    expect(rows).toEqual([["1"]]);
  });
});
