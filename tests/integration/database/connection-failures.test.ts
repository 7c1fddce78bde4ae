import { chmodSync, chownSync, copyFileSync, statSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { inspect } from "node:util";
import { Client } from "pg";
import { beforeAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { RunnerError } from "../../../runner/errors.ts";
import { holdTimers } from "../../support/hold-timers.ts";
import { openUrl } from "../../support/opened-database.ts";
import { startOwnServer } from "../../support/own-server.ts";
import { errorResponse, startProxy } from "../../support/tcp-proxy.ts";
import { servers } from "../../support/test-database.ts";

const secret = "CANARY-pw-xyz";
const fixtures = join(import.meta.dirname, "../../fixtures/tls");
const certificate = join(fixtures, "server.crt");

async function failureOf(url: string): Promise<RunnerError> {
  const error = await openUrl(url).catch((failure: unknown) => failure);
  expect(error).toBeInstanceOf(RunnerError);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(secret);
  expect(error).toMatchObject({ code: "CONNECTION_FAILED", hint: expect.any(String) });
  return error as RunnerError;
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("a server that does not answer", () => {
  it("is named with its address when nobody listens there", async () => {
    const port = await freePort();
    const failure = await failureOf(`postgres://ann:${secret}@localhost:${port}/shop`);
    expect(failure.message).toBe(
      `cannot connect to postgres://ann@localhost:${port}/shop (from DATABASE_URL): no server answers at localhost:${port}`,
    );
    expect(failure.hint).toContain("DATABASE_URL");
  });

  it("is named with its socket when that is not there", async () => {
    const failure = await failureOf(`postgres://ann:${secret}@/shop?host=/nonexistent`);
    expect(failure.message).toContain("no server answers at /nonexistent/.s.PGSQL.5432");
  });

  it("is named when its host does not exist", async () => {
    const failure = await failureOf(`postgres://ann:${secret}@nowhere.invalid/shop`);
    expect(failure.message).toContain("the host nowhere.invalid was not found");
  });

  it("is given up when it accepts and stays silent", async () => {
    const endLimit = holdTimers(600_000);
    const port = await startProxy("/nonexistent", {
      intercept: (client) => {
        client.once("data", endLimit);
        return true;
      },
    });
    const url = `postgres://ann:${secret}@127.0.0.1:${port}/shop?connect_timeout=600`;
    const { message } = await failureOf(url);
    expect(message).toContain(`127.0.0.1:${port} did not answer within 600 s`);
  });

  it("is reported when it hangs up", async () => {
    const port = await startProxy("/nonexistent", {
      intercept: (client) => Boolean(client.destroy()),
    });
    const url = `postgres://ann:${secret}@127.0.0.1:${port}/shop?sslmode=disable`;
    expect((await failureOf(url)).message).toContain(`postgres://ann@127.0.0.1:${port}/shop`);
  });
});

describe("a server that is not ready", () => {
  const [server] = servers();
  const socket = () => `${server?.url.split("host=")[1]}/.s.PGSQL.5432`;

  it.each(["57P03", "53300"])("is asked again after %s", async (sqlstate) => {
    let refused = 0;
    const port = await startProxy(socket(), {
      intercept(client, count) {
        if (count > 2) return false;
        client.once("data", () => client.end(errorResponse(sqlstate, "not now")));
        refused++;
        return true;
      },
    });
    const database = await openUrl(
      `postgres://postgres@127.0.0.1:${port}/postgres?sslmode=disable`,
    );
    expect(refused).toBe(2);
    expect((await database.query("select 1")).rows).toEqual([["1"]]);
  });

  it.each([
    ["57P03", "the database system is starting up", /wait until the server is ready/],
    ["53300", "sorry, too many clients already", /close other connections/],
  ])("is given up when it answers %s for long", async (sqlstate, words, hint) => {
    vi.useFakeTimers({ toFake: ["Date"] });
    onTestFinished(() => void vi.useRealTimers());
    let refused = 0;
    const port = await startProxy(socket(), {
      intercept(client) {
        client.once("data", () => client.end(errorResponse(sqlstate, words)));
        // Each try takes six seconds of the clock by which the runner gives up.
        vi.setSystemTime(Date.now() + 6_000);
        return ++refused > 0;
      },
    });
    const url = `postgres://ann:${secret}@127.0.0.1:${port}/postgres?sslmode=disable`;
    const failure = await failureOf(url);
    expect(refused).toBe(3);
    expect(failure.message).toContain(words);
    expect(failure.hint).toMatch(hint);
  });

  it("is refused when it is older than PostgreSQL 15", async () => {
    const port = await startProxy(socket(), {
      rewrite: (text) => text.replace(/18\d{4}(?=\0)/, "140017").replace(/18(\.\d+\0)/, "14$1"),
    });
    const url = `postgres://postgres:${secret}@127.0.0.1:${port}/postgres?sslmode=disable`;
    const rewritten = await failureOf(url);
    expect(rewritten.message).toMatch(/is PostgreSQL \d+\.\d+, and 15 is the oldest/);
  });
});

describe("a login that is refused", () => {
  let host: string;

  beforeAll(async () => {
    const server = await startOwnServer({ hostRules: "local all all scram-sha-256" });
    host = server.socketFolder;
    const admin = new Client(`postgres://postgres@/dataform?host=${host}`);
    await admin.connect();
    await admin.query(`create role ann login password '${secret}'`);
    await admin.query("create role guest nologin password 'x'");
    await admin.query("create database closed");
    await admin.query("revoke connect on database closed from public");
    await admin.end();
    return server.remove;
  });

  it.each([
    [
      "a wrong password",
      "ann:CANARY-pw-xyz1",
      "dataform",
      /password authentication failed/,
      /user and the password in DATABASE_URL/,
    ],
    [
      "no password",
      "ann",
      "dataform",
      /wants a password for ann, and none was given/,
      /PGPASSWORD/,
    ],
    [
      "an unknown role",
      "bob:CANARY-pw-xyz",
      "dataform",
      /password authentication failed/,
      /user and the password/,
    ],
    [
      "a role that may not log in",
      "guest:x",
      "dataform",
      /not permitted to log in/,
      /role guest exists, may log in/,
    ],
    [
      "an unknown database",
      "ann:CANARY-pw-xyz",
      "nowhere",
      /"nowhere" does not exist/,
      /create database "nowhere"/,
    ],
    [
      "a closed database",
      "ann:CANARY-pw-xyz",
      "closed",
      /permission denied/,
      /grant connect on database "closed" to "ann"/,
    ],
  ])("explains %s", async (_, login, database, message, hint) => {
    const failure = await failureOf(`postgres://${login}@/${database}?host=${host}`);
    expect(failure.message).toMatch(message);
    expect(failure.hint).toMatch(hint);
  });

  it("lets the right password in", async () => {
    const database = await openUrl(`postgres://ann:${secret}@/dataform?host=${host}`);
    expect((await database.query("select current_user")).rows).toEqual([["ann"]]);
    expect(inspect(database, { depth: null })).not.toContain(secret);
  });
});

describe("TLS", () => {
  let port: number;

  beforeAll(async () => {
    port = await freePort();
    const files = `ssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n`;
    const settings = `listen_addresses = '127.0.0.1'\nport = ${port}\nssl = on\n${files}`;
    const server = await startOwnServer({
      settings,
      hostRules: "host all all all trust",
      prepare(dataFolder) {
        const { uid, gid } = statSync(dataFolder);
        for (const name of ["server.crt", "server.key"]) {
          const copy = join(dataFolder, name);
          copyFileSync(join(fixtures, name), copy);
          chmodSync(copy, 0o600);
          chownSync(copy, uid, gid);
        }
      },
    });
    return server.remove;
  });

  const url = (host: string, parameters = "") =>
    `postgres://postgres:${secret}@${host}:${port}/dataform${parameters}`;
  const isEncrypted = async (address: string) => {
    const database = await openUrl(address);
    const { rows } = await database.query(
      "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
    );
    return rows[0]?.[0] === "t";
  };

  it.each([
    ["", true],
    ["?sslmode=prefer", true],
    ["?sslmode=require", true],
    ["?sslmode=no-verify", true],
    ["?sslmode=disable", false],
    [`?sslmode=verify-ca&sslrootcert=${certificate}`, true],
  ])("is used on this machine as %j asks: %s", async (parameters, encrypted) => {
    expect(await isEncrypted(url("127.0.0.1", parameters))).toBe(encrypted);
  });

  it("checks the name and the authority with verify-full", async () => {
    const parameters = `?sslmode=verify-full&sslrootcert=${certificate}`;
    expect(await isEncrypted(url("localhost", parameters))).toBe(true);
    const wrongName = await failureOf(url("127.0.0.1", parameters));
    expect(wrongName.message).toContain("its TLS certificate was not accepted");
    const unknown = await failureOf(url("localhost", "?sslmode=verify-full"));
    expect(unknown.message).toContain("its TLS certificate was not accepted");
    expect(unknown.hint).toContain("sslrootcert");
  });

  it("does not trust an unknown authority with verify-ca", async () => {
    const failure = await failureOf(url("127.0.0.1", "?sslmode=verify-ca"));
    expect(failure.message).toContain("its TLS certificate was not accepted");
  });

  it("says how to go on without it when the server has none", async () => {
    const plainPort = await startProxy(`${servers()[0]?.url.split("host=")[1]}/.s.PGSQL.5432`);
    const plain = `postgres://postgres:${secret}@127.0.0.1:${plainPort}/postgres`;
    const failure = await failureOf(`${plain}?sslmode=require`);
    expect(failure.message).toContain("does not offer TLS, and sslmode is require");
    expect(failure.hint).toContain("write ?sslmode=disable in the URL");
    const database = await openUrl(plain);
    expect((await database.query("select 1")).rows).toEqual([["1"]]);
  });
});
