import { chmodSync, chownSync, copyFileSync, readFileSync, statSync } from "node:fs";
import type { Socket } from "node:net";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { inspect } from "node:util";
import { Client } from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { openUrl } from "../../support/opened-database.ts";
import { startOwnServer } from "../../support/own-server.ts";
import { startProxy } from "../../support/tcp-proxy.ts";

const secret = "CANARY-pw-xyz";
const fixtures = join(import.meta.dirname, "../../fixtures/tls");
const certificate = join(fixtures, "server.crt");
const expired = join(fixtures, "expired.crt");

// A host that is not taken for this machine, and leads to it all the same.
const elsewhere = "0.0.0.0";

async function failureOf(url: string): Promise<Error & { hint: string }> {
  const error = await openUrl(url).catch((failure: unknown) => failure);
  expect(inspect(error, { depth: null, showHidden: true })).not.toContain(secret);
  expect(error).toMatchObject({ code: "CONNECTION_FAILED", hint: expect.any(String) });
  return error as Error & { hint: string };
}

/** What a man in the middle hears when he says that the server has no TLS. */
async function stripTls(): Promise<{ port: number; heard: Buffer[] }> {
  const heard: Buffer[] = [];
  const intercept = (client: Socket) => {
    client.on("data", (bytes: Buffer) => {
      heard.push(bytes);
      client.write("N");
    });
    return true;
  };
  return { port: await startProxy("/nonexistent", { intercept }), heard };
}

/** A server that begins TLS with a certificate of its own. */
async function impersonate(name: string): Promise<number> {
  const [key, cert] = ["key", "crt"].map((end) => readFileSync(join(fixtures, `${name}.${end}`)));
  const intercept = (client: Socket) => {
    client.once("data", () => {
      client.write("S");
      new TLSSocket(client, { isServer: true, key, cert }).on("error", () => client.destroy());
    });
    return true;
  };
  return await startProxy("/nonexistent", { intercept });
}

describe("TLS to another machine", () => {
  it.each([
    "",
    "?sslmode=require",
    "?sslmode=no-verify",
    "?sslmode=verify-ca",
    "?sslmode=verify-full",
  ])("is not given up when somebody says there is none: %j", async (parameters) => {
    const { port, heard } = await stripTls();
    const url = `postgres://ann:${secret}@${elsewhere}:${port}/shop${parameters}`;
    const failure = await failureOf(url);
    expect(failure.message).toMatch(/the server does not offer TLS, and sslmode is [a-z-]+$/);
    // The question for TLS, and nothing of the login.
    expect(Buffer.concat(heard).toString("hex")).toBe("0000000804d2162f");
  });

  it("says which check of the certificate has failed", async () => {
    const server = await impersonate("server");
    const old = await impersonate("expired");
    const at = (host: string, port: number, parameters: string) =>
      failureOf(`postgres://ann:${secret}@${host}:${port}/shop?${parameters}`);
    const wrongName = await at(elsewhere, server, `sslrootcert=${certificate}`);
    expect(wrongName.message).toMatch(
      /not accepted: it is not for 0\.0\.0\.0 \(it is for DNS:localhost\)/,
    );
    expect(wrongName.hint).toContain("verify-ca");
    const unknown = await at(elsewhere, server, "sslmode=verify-ca");
    expect(unknown.message).toMatch(/not accepted: its authority is not trusted here/);
    expect(unknown.hint).toContain("sslrootcert=<file>");
    const late = await at("localhost", old, `sslmode=verify-full&sslrootcert=${expired}`);
    expect(late.message).toMatch(/not accepted: it has expired$/);
    expect(late.hint).toBe("renew the server's certificate");
    const direct = await at("localhost", server, "sslmode=verify-full&sslrootcert=system");
    expect(direct.message).toMatch(/its authority is not trusted here/);
  });
});

describe("a login over TLS", () => {
  let port: number;
  let socketFolder: string;

  beforeAll(async () => {
    port = 20_000 + (process.pid % 20_000);
    const server = await startOwnServer({
      settings: `listen_addresses = '127.0.0.1'\nport = ${port}\nssl = on\nssl_cert_file = 'server.crt'\nssl_key_file = 'server.key'\n`,
      hostRules:
        "hostnossl all plain all trust\nhostssl all ann all scram-sha-256\nhost all bob all trust",
      prepare(dataFolder) {
        const { uid, gid } = statSync(dataFolder);
        for (const name of ["server.crt", "server.key"]) {
          copyFileSync(join(fixtures, name), join(dataFolder, name));
          chmodSync(join(dataFolder, name), 0o600);
          chownSync(join(dataFolder, name), uid, gid);
        }
      },
    });
    socketFolder = server.socketFolder;
    const admin = new Client(`postgres://postgres@/dataform?host=${socketFolder}&port=${port}`);
    await admin.connect();
    await admin.query(`create role ann login password '${secret}'`);
    await admin.query("create role bob login; create role plain login");
    await admin.end();
    return server.remove;
  });

  const url = (login: string, parameters: string) =>
    `postgres://${login}@localhost:${port}/dataform?${parameters}`;
  const verified = `sslmode=verify-full&sslrootcert=${certificate}`;

  async function encryption(address: string): Promise<unknown> {
    const database = await openUrl(address);
    const { rows } = await database.query(
      "select ssl from pg_stat_ssl where pid = pg_backend_pid()",
    );
    return rows[0]?.[0];
  }

  it("is bound to the connection with channel_binding=require, or refused", async () => {
    const bound = `${verified}&channel_binding=require`;
    expect(await encryption(url(`ann:${secret}`, bound))).toBe("t");
    const unbound = await failureOf(url("bob", bound));
    expect(unbound.message).toContain("does not bind the login to the TLS connection");
  });

  it("begins with TLS at once with sslnegotiation=direct", async () => {
    const direct = `${verified}&sslnegotiation=direct`;
    // Servers understand it from PostgreSQL 17 on.
    expect(await encryption(url("bob", direct))).toBe("t");
  });

  it("is tried without TLS too, with prefer and allow, when the server wants that", async () => {
    expect(await encryption(url("plain", "sslmode=prefer"))).toBe("f");
    expect(await encryption(url("plain", "sslmode=allow"))).toBe("f");
    const failure = await failureOf(url("plain", "sslmode=require"));
    expect(failure.message).toContain("no pg_hba.conf entry");
  });

  it("is checked by the authority that is named from require on, and encrypted anyway below", async () => {
    const wrong = `sslrootcert=${expired}`;
    for (const mode of ["allow", "prefer", "no-verify"]) {
      expect(await encryption(url("bob", `sslmode=${mode}&${wrong}`))).toBe("t");
    }
    for (const mode of ["require", "verify-ca", "verify-full"]) {
      const failure = await failureOf(url("bob", `sslmode=${mode}&${wrong}`));
      expect(failure.message).toContain("its authority is not trusted here");
      expect(await encryption(url("bob", `sslmode=${mode}&sslrootcert=${certificate}`))).toBe("t");
    }
    const missing = "sslmode=prefer&sslrootcert=/nonexistent/root.crt";
    await expect(openUrl(url("bob", missing))).rejects.toMatchObject({ code: "USAGE" });
  });

  it("is verified under its name at an address", async () => {
    const parameters = `host=localhost&hostaddr=127.0.0.1&port=${port}&${verified}`;
    expect(await encryption(`postgres://bob@/dataform?${parameters}`)).toBe("t");
  });
});
