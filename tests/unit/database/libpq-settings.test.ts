import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { chooseConnection } from "../../../runner/database/settings/connection-settings.ts";

const secret = "CANARY-pw-xyz";
let home: string;

beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), "dataform-home-"));
  return () => rmSync(home, { recursive: true });
});

type Env = Record<string, string | undefined>;

function server(env: Env) {
  const setting = chooseConnection({ projectDir: "/nonexistent", env: { HOME: home, ...env } });
  if (setting.kind !== "server") throw new Error("the embedded server was chosen");
  return setting;
}

const address = (url: string, env: Env = {}) => server({ DATABASE_URL: url, ...env }).address;

function refused(env: Env) {
  try {
    server(env);
  } catch (error) {
    expect(error).toMatchObject({ code: "USAGE" });
    expect(JSON.stringify([String(error), error, (error as Error).stack])).not.toContain(secret);
    return error as Error & { hint: string };
  }
  throw new Error("it was accepted");
}

function write(name: string, text: string, mode = 0o600): string {
  const path = join(home, name);
  mkdirSync(join(path, ".."), { recursive: true });
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

it.runIf(process.getuid?.() === 0)(
  "a user id without a name has no home, and has to be told who it is",
  () => {
    const { HOME } = process.env;
    const choose = (url: string) =>
      chooseConnection({ projectDir: "/nonexistent", env: { DATABASE_URL: url } });
    process.seteuid?.(54_321);
    delete process.env.HOME;
    try {
      expect(choose("postgres://ann@db.example/shop").kind).toBe("server");
      expect(() => choose("postgres://db.example/shop")).toThrow("user id 54321 has no name here");
    } finally {
      process.seteuid?.(0);
      if (HOME !== undefined) process.env.HOME = HOME;
    }
  },
);

it.runIf(process.getuid?.() === 0)("a file of libpq that may not be read is named", () => {
  const name = write("services", "[shop]\nhost=db.example\n");
  write(".pgpass", "*:*:*:*:other");
  chmodSync(home, 0o755);
  process.seteuid?.(54_321);
  try {
    const url = "postgres://ann@db.example/shop";
    expect(server({ DATABASE_URL: url }).address).toMatchObject({
      password: undefined,
      passwordNote: expect.stringMatching(/pgpass cannot be read: EACCES/),
    });
    const env = { PGSERVICE: "shop", PGSERVICEFILE: name, PGUSER: "ann" };
    expect(refused(env).message).toMatch(/services cannot be read: EACCES/);
  } finally {
    process.seteuid?.(0);
  }
});

describe("the password file", () => {
  const url = "postgres://ann@db.example:6000/shop";

  it.each([
    [`db.example:6000:shop:ann:${secret}`, secret],
    [`*:*:*:*:${secret}`, secret],
    [`# db.example:*:*:*:no\nother:*:*:*:no\n*:6000:*:ann:${secret}\n*:*:*:*:later`, secret],
    ["db.example:6000:shop:ann:a\\:b\\\\c", "a:b\\c"],
    ["db.example:6000:shop:bob:no", undefined],
    ["db.example:6000:shop:ann:", undefined],
  ])("gives the password of the first line that fits: %j", (text, password) => {
    write(".pgpass", text);
    expect(address(url).password).toBe(password);
  });

  it("knows a socket as localhost, and names with colons", () => {
    write(".pgpass", `localhost:5432:my\\:shop:ann:${secret}`);
    expect(address("postgres://ann@/my%3Ashop?host=/run/pg").password).toBe(secret);
  });

  it("stands behind every other place for a password, and can be named", () => {
    write(".pgpass", "*:*:*:*:home");
    const other = write("other", "*:*:*:*:named");
    expect(address(url, { PGPASSFILE: other }).password).toBe("named");
    expect(address(`${url}?passfile=${other}`).password).toBe("named");
    expect(address(url, { PGPASSWORD: secret }).password).toBe(secret);
    expect(address("postgres://ann:own@db.example/shop").password).toBe("own");
  });

  it("is not used when others may read it, and the reason is kept", () => {
    write(".pgpass", `*:*:*:*:${secret}`, 0o644);
    expect(address(url)).toMatchObject({
      password: undefined,
      passwordNote: expect.stringMatching(/others may read it: chmod 0600 .*\.pgpass$/),
    });
  });
});

describe("a service", () => {
  const service = (text: string, env: Env = {}) => {
    write(".pg_service.conf", text);
    return server({ PGSERVICE: "shop", ...env });
  };

  it("names the server, behind a URL and before the PG variables", () => {
    const text = `[other]\nhost=no\n\n# comment\n[shop]\nhost=db.example\nport=6000\nuser=ann\npassword=${secret}\ndbname=shop\nsslmode=require\n[last]\nhost=no`;
    const found = service(text, { PGHOST: "from-variable", PGUSER: "bob" });
    expect(found.address).toMatchObject({
      ...{ host: "db.example", port: 6000, user: "ann", password: secret, database: "shop" },
      tls: { mode: "require" },
    });
    const { DATABASE_URL } = { DATABASE_URL: "postgres://carl@/sales?service=shop" };
    expect(server({ DATABASE_URL }).address).toMatchObject({
      ...{ host: "db.example", user: "carl", database: "sales", password: secret },
    });
  });

  it("is looked for in PGSERVICEFILE, then in PGSYSCONFDIR", () => {
    const file = write("mine.conf", "[shop]\nhost=from-file");
    const folder = join(write("etc/pg_service.conf", "[shop]\nhost=from-system"), "..");
    const env = { PGSERVICE: "shop", PGSYSCONFDIR: folder };
    expect(server({ ...env, PGSERVICEFILE: file }).address.host).toBe("from-file");
    expect(server(env).address.host).toBe("from-system");
  });

  it("is refused when no file has it or its lines are wrong, without repeating them", () => {
    write(".pg_service.conf", "[other]\nhost=db.example");
    const missing = refused({ PGSERVICE: "shop" });
    expect(missing.message).toBe('PGSERVICE names the service "shop", which no file has');
    expect(missing.hint).toContain(join(home, ".pg_service.conf"));
    write(".pg_service.conf", `[shop]\nhost=h\n${secret}`);
    expect(refused({ PGSERVICE: "shop" }).message).toMatch(/pg_service\.conf:3 is not of the form/);
    write(".pg_service.conf", "[shop]\nhostt=h");
    expect(refused({ PGSERVICE: "shop" })).toMatchObject({
      message: expect.stringMatching(/pg_service\.conf:2: .* no connection parameter hostt/),
      hint: "did you mean host?",
    });
  });
});

describe("a connection parameter", () => {
  it.each([
    ["sslmod=require", /no connection parameter sslmod/, /sslmode/],
    ["pgbouncer=true", /no connection parameter pgbouncer/, /remove it|did you mean/],
    ["sslcrl=/x", /sslcrl is not supported/, /remove/],
    ["require_auth=scram-sha-256", /require_auth is not supported/, /remove/],
    ["target_session_attrs=standby", /target_session_attrs is "standby"/, /primary/],
    ["sslnegotiation=direkt", /sslnegotiation is "direkt"/, /postgres, direct/],
    ["sslnegotiation=direct&sslmode=prefer", /direct needs sslmode=require/, undefined],
    ["channel_binding=yes", /channel_binding is "yes"/, /disable, prefer, require/],
    ["channel_binding=require&sslmode=disable", /channel_binding=require needs TLS/, /sslmode/],
    ["sslrootcert=system&sslmode=require", /system needs sslmode=verify-full/, /require/],
    ["password=%E0%A4%A", /holds a % that is not written as %25/, /percent-encoded/],
  ])("that cannot be honoured is refused: %s", (query, message, hint) => {
    const error = refused({ DATABASE_URL: `postgres://ann:${secret}@db.example/shop?${query}` });
    expect(error.message).toMatch(message);
    if (hint) expect(error.hint).toMatch(hint);
  });

  it.each([
    [`postgres://ann:${secret}@a:1,b:2/shop`],
    [`postgres://ann:${secret}@/shop?host=a,b`],
    [`postgres://a,b`],
  ])("with several servers is refused: %s", (url) => {
    expect(refused({ DATABASE_URL: url }).message).toContain("names several servers");
  });

  it.each([
    `postgres://ann:a,${secret}?x@db.example/shop`,
    `postgres://ann:a,${secret}/x@db.example/shop`,
    `postgres://ann:1/${secret}@db.example/shop`,
  ])("with a password that is not encoded is refused, and none of it is shown: %s", (url) => {
    expect(refused({ DATABASE_URL: url }).hint).toContain("percent-encoded");
  });

  it("with a variable that nothing has replaced is refused by its name", () => {
    const variable = `$\{DB_PASSWORD}`;
    const env = { DATABASE_URL: `postgres://ann:${variable}@db.example/shop` };
    expect(refused(env).message).toBe(`DATABASE_URL holds ${variable}, which nothing has replaced`);
  });

  it("may stand in the URL and in the environment as psql has it", () => {
    const url =
      "postgres://db.example?user=ann&dbname=shop&port=6000&password=a%2Bb+c&application_name=x";
    expect(address(url)).toMatchObject({
      ...{ host: "db.example", user: "ann", database: "shop", port: 6000, password: "a+b+c" },
    });
    const env = { PGOPTIONS: "-c lock_timeout=3s", PGCONNECT_TIMEOUT: "4", PGHOST: "db.example" };
    expect(server(env).address).toMatchObject({
      options: "-c lock_timeout=3s",
      connectTimeoutMillis: 4000,
    });
    const patient = server({ ...env, PGCONNECT_TIMEOUT: "9999999" }).address.connectTimeoutMillis;
    expect(patient).toBe(2 ** 31 - 1);
    for (const value of ["any", "read-write", "primary"]) {
      expect(address("postgres://db.example", { PGTARGETSESSIONATTRS: value }).host).toBe(
        "db.example",
      );
    }
  });

  it("gives an address beside the name that the certificate is checked against", () => {
    const found = address("postgres://ann@db.example/shop?hostaddr=10.0.0.1");
    expect(found).toMatchObject({
      host: "10.0.0.1",
      tls: { mode: "verify-full", ssl: { servername: "db.example" } },
    });
    expect(address("postgres://ann@db.example/shop", { PGHOSTADDR: "10.0.0.1" }).host).toBe(
      "db.example",
    );
  });
});

describe("the certificates in ~/.postgresql", () => {
  const tls = (query = "") => address(`postgres://ann@db.example/shop${query}`).tls;

  it("name the authority, so that require checks it as in libpq", () => {
    write(".postgresql/root.crt", "ROOT");
    expect(tls("?sslmode=require").ssl).toMatchObject({ ca: "ROOT", rejectUnauthorized: true });
    expect(tls().ssl).toMatchObject({ ca: "ROOT", rejectUnauthorized: true });
    expect(tls("?sslmode=disable").ssl).toBe(false);
    expect(tls("?sslrootcert=system")).toEqual({
      ...{ ssl: { rejectUnauthorized: true }, optional: false, mode: "verify-full" },
    });
  });

  it("identify the client, with a key that only its owner reads", () => {
    write(".postgresql/postgresql.crt", "CERT");
    const key = write(".postgresql/postgresql.key", "KEY");
    expect(tls().ssl).toMatchObject({ cert: "CERT", key: "KEY" });
    chmodSync(key, 0o644);
    expect(refused({ DATABASE_URL: "postgres://ann@db.example/shop" })).toMatchObject({
      message: `sslkey names ${key}, which others may read`,
      hint: `chmod 0600 ${key}`,
    });
  });

  it("are not needed for sslnegotiation and channel_binding", () => {
    expect(tls("?sslnegotiation=direct&channel_binding=require")).toMatchObject({
      ...{ direct: true, channelBinding: true, optional: false },
    });
    expect(tls("?channel_binding=prefer")).not.toHaveProperty("channelBinding");
  });
});
