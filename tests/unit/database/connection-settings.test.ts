import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  type ConnectionSetting,
  chooseConnection,
} from "../../../runner/database/settings/connection-settings.ts";
import { RunnerError } from "../../../runner/errors.ts";

const secret = "CANARY-pw-xyz";
const complete = {
  host: "db.example",
  port: 6000,
  username: "ann",
  password: secret,
  databaseName: "shop",
};

let projectDir: string;

beforeEach(() => {
  projectDir = mkdtempSync(join(tmpdir(), "dataform-settings-"));
  return () => rmSync(projectDir, { recursive: true });
});

type Env = Record<string, string | undefined>;

function choose(env: Env = {}, credentials?: string): ConnectionSetting {
  return chooseConnection({ projectDir, env, credentials });
}

function server(env: Env = {}, credentials?: string) {
  const setting = choose(env, credentials);
  if (setting.kind !== "server") throw new Error("the embedded server was chosen");
  return setting;
}

function usageError(env: Env, credentials?: string): RunnerError {
  try {
    choose(env, credentials);
  } catch (error) {
    expect(error).toBeInstanceOf(RunnerError);
    expect(error).toMatchObject({ code: "USAGE" });
    expect(JSON.stringify([String(error), error, (error as Error).stack])).not.toContain(secret);
    return error as RunnerError;
  }
  throw new Error("no error was thrown");
}

function writeCredentials(content: unknown, name = ".df-credentials.json"): string {
  const path = join(projectDir, name);
  writeFileSync(path, typeof content === "string" ? content : JSON.stringify(content));
  return path;
}

it("reads --credentials from the project or the current folder, and asks which where both have one", () => {
  const name = `credentials-${randomUUID()}.json`;
  expect(usageError({}, name).message).toContain(name);
  writeCredentials({ ...complete, host: "from-project" }, name);
  expect(server({}, name).address.host).toBe("from-project");
  const here = mkdtempSync(join(tmpdir(), "dataform-here-"));
  onTestFinished(() => rmSync(here, { recursive: true }));
  const before = process.cwd();
  process.chdir(here);
  onTestFinished(() => process.chdir(before));
  writeFileSync(join(here, name), JSON.stringify({ ...complete, host: "from-here" }));
  expect(usageError({}, name).message).toMatch(/may mean .* or /);
  rmSync(join(projectDir, name));
  expect(server({}, name).address.host).toBe("from-here");
});

describe("the choice of the database", () => {
  it("goes from the flag over DATABASE_URL, PG variables and the credentials file to the embedded server", () => {
    const flag = writeCredentials({ ...complete, host: "from-flag" }, "other.json");
    writeCredentials({ ...complete, host: "from-file" });
    const env = { DATABASE_URL: "postgres://ann@from-url/shop", PGHOST: "from-variable" };
    expect(server(env, flag)).toMatchObject({
      source: "--credentials",
      address: { host: "from-flag" },
    });
    expect(server(env)).toMatchObject({ source: "DATABASE_URL", address: { host: "from-url" } });
    const { PGHOST } = env;
    expect(server({ PGHOST })).toMatchObject({
      source: "PGHOST",
      address: { host: "from-variable" },
    });
    expect(server()).toMatchObject({
      source: ".df-credentials.json",
      address: { host: "from-file" },
    });
    rmSync(join(projectDir, ".df-credentials.json"));
    expect(choose()).toEqual({
      kind: "embedded",
      source: "embedded",
      folder: join(projectDir, ".dataform"),
    });
  });

  it.each(["PGHOST", "PGHOSTADDR", "PGPORT", "PGDATABASE", "PGUSER"])(
    "takes %s alone for a server",
    (name) => {
      expect(server({ [name]: "6543" }).source).toBe(name);
    },
  );

  it("does not take a password or an empty variable for a choice", () => {
    const env = { PGPASSWORD: secret, PGHOST: "", DATABASE_URL: "", PGSSLMODE: "disable" };
    expect(choose(env).kind).toBe("embedded");
  });

  it("reads .env when the environment chooses no database", () => {
    writeFileSync(
      join(projectDir, ".env"),
      `DATABASE_URL=postgres://ann:${secret}@from-dotenv/shop\nPGPORT=7000\n`,
    );
    expect(server().address).toMatchObject({ host: "from-dotenv", password: secret, port: 7000 });
    expect(server({ DATABASE_URL: "postgres://ann@real/shop" }).address.host).toBe("real");
    expect(server({ DATABASE_URL: "" }).source).toBe("PGPORT");
  });

  it("takes all of a connection from one origin", () => {
    const home = join(projectDir, "home");
    mkdirSync(home);
    const passwords = (line: string) =>
      writeFileSync(join(home, ".pgpass"), `${line}\n`, { mode: 0o600 });
    const dotEnv = (text: string) => writeFileSync(join(projectDir, ".env"), text);
    const user = { PGPASSWORD: secret, PGSSLMODE: "disable", PGOPTIONS: "-c x=y", HOME: home };

    // The environment has a server: no file of the project has a say.
    dotEnv("DATABASE_URL=postgres://x@evil:55081/db?sslmode=disable\nPGHOST=evil\nPGPORT=1\n");
    writeCredentials({ ...complete, host: "evil" });
    const chosen = server({ ...user, PGUSER: "ann" });
    expect(chosen.address).toMatchObject({ host: "localhost", port: 5432, password: secret });
    expect(server({ ...user, DATABASE_URL: "postgres://good/db" }).address.host).toBe("good");

    // The file has a password: no setting of the user is used but a password for this very server.
    passwords(`*:*:*:*:${secret}`);
    const file = server(user).address;
    expect(file).toMatchObject({ host: "evil", port: 55_081, password: undefined });
    expect(file).toMatchObject({
      passwordNote: expect.stringContaining("must name host and port"),
    });
    expect(file.options).toBeUndefined();
    passwords(`evil:55081:*:*:${secret}`);
    expect(server(user).address.password).toBe(secret);
    dotEnv("DATABASE_URL=postgres://x@evil:55081/db?hostaddr=10.0.0.1\n");
    expect(server(user).address.password).toBeUndefined();
    dotEnv("DATABASE_URL=postgres://x@evil/db?service=prod\n");
    expect(usageError(user).message).toContain('names the service "prod"');
    dotEnv("PGPASSWORD=of-dotenv\n");
    passwords(`*:*:*:*:${secret}`);
    const { password: _, ...bare } = complete;
    writeCredentials(bare);
    expect(server(user)).toMatchObject({
      source: ".df-credentials.json",
      address: { password: undefined },
    });
    // Named on the command line, the file is the user's.
    const named = server({ ...user, PGTZ: "Asia/Tokyo" }, join(projectDir, ".df-credentials.json"));
    expect(named.address).toMatchObject({
      password: secret,
      options: "-c timezone=Asia/Tokyo -c x=y",
    });
  });
});

describe("DATABASE_URL", () => {
  const address = (url: string, env: Env = {}) => server({ DATABASE_URL: url, ...env }).address;

  it("gives every part, percent-decoded, and is described without its password", () => {
    const setting = server({ DATABASE_URL: `postgresql://a%40n:p%2F%23@h:6000/my%20db` });
    expect(setting.address).toMatchObject({
      host: "h",
      port: 6000,
      user: "a@n",
      password: "p/#",
      database: "my db",
    });
    expect(setting.description).toBe("postgres://a%40n@h:6000/my%20db");
  });

  it("leads to a unix socket in both spellings", () => {
    for (const url of ["postgres://ann@/shop?host=/run/pg", "postgres://ann@%2Frun%2Fpg/shop"]) {
      const setting = server({ DATABASE_URL: url });
      expect(setting.address).toMatchObject({
        host: "/run/pg",
        database: "shop",
        tls: { ssl: false },
      });
      expect(setting.description).toBe("postgres://ann@/shop?host=/run/pg");
    }
  });

  it("is completed by the PG variables and the operating system's user", () => {
    expect(
      address("postgres://h", {
        PGUSER: "bob",
        PGPASSWORD: secret,
        PGPORT: "7000",
        PGDATABASE: "x",
      }),
    ).toMatchObject({ port: 7000, user: "bob", password: secret, database: "x" });
    const { username } = userInfo();
    expect(address("postgres://")).toMatchObject({
      host: "localhost",
      port: 5432,
      user: username,
      database: username,
    });
  });

  it("takes an IPv6 address, a timeout and options", () => {
    const url = "postgres://ann@[::1]:6000/shop?connect_timeout=3&options=-c%20work_mem%3D64MB";
    expect(address(url)).toMatchObject({
      host: "::1",
      connectTimeoutMillis: 3000,
      options: "-c work_mem=64MB",
    });
    expect(server({ DATABASE_URL: url }).description).toBe("postgres://ann@[::1]:6000/shop");
  });

  it.each([
    ["mysql://ann:CANARY-pw-xyz@h/shop", /does not start with postgres:\/\//],
    ["host=h password=CANARY-pw-xyz", /does not start with postgres:\/\//],
    ["postgres://ann:CANARY-pw-xyz#1@h/shop", /holds a #/],
    ["postgres://ann:CANARY-pw-xyz/1@h/shop", /cannot be read/],
    ["postgres://ann:CANARY-pw-xyz@h:port/shop", /cannot be read/],
    ["postgres://ann:CANARY-pw-xyz@h:0/shop", /"0" is not a port number/],
    ["postgres://ann:CANARY-pw-xyz@h/shop?sslmode=on", /sslmode is "on"/],
    [
      "postgres://ann:CANARY-pw-xyz@h/shop?sslrootcert=/no/such.pem",
      /sslrootcert names \/no\/such\.pem/,
    ],
  ])("is refused without repeating it: %s", (url, message) => {
    expect(usageError({ DATABASE_URL: url }).message).toMatch(message);
  });
});

describe("TLS", () => {
  const tls = (url: string, env: Env = {}) => server({ DATABASE_URL: url, ...env }).address.tls;

  it.each(["db.example", "10.0.0.1", "127.example.com", "[2001:db8::1]", "localhost.example"])(
    "is verified in full for %s unless a mode is given",
    (host) => {
      expect(tls(`postgres://ann@${host}/shop`)).toEqual({
        ssl: { rejectUnauthorized: true },
        optional: false,
        mode: "verify-full",
      });
    },
  );

  it.each(["localhost", "127.0.0.1", "127.1.2.3", "[::1]"])("is optional for %s", (host) => {
    expect(tls(`postgres://ann@${host}/shop`)).toMatchObject({ optional: true, mode: "prefer" });
  });

  it.each([
    ["disable", { ssl: false, optional: false }],
    ["allow", { ssl: { rejectUnauthorized: false }, optional: true }],
    ["prefer", { ssl: { rejectUnauthorized: false }, optional: true }],
    ["require", { ssl: { rejectUnauthorized: false }, optional: false }],
    ["no-verify", { ssl: { rejectUnauthorized: false }, optional: false }],
    [
      "verify-ca",
      {
        ssl: { rejectUnauthorized: true, checkServerIdentity: expect.any(Function) },
        optional: false,
      },
    ],
    ["verify-full", { ssl: { rejectUnauthorized: true }, optional: false }],
  ])("means with sslmode=%s what libpq means", (mode, expected) => {
    expect(tls(`postgres://ann@db.example/shop?sslmode=${mode}`)).toEqual({ ...expected, mode });
    expect(tls("postgres://ann@db.example/shop", { PGSSLMODE: mode })).toEqual({
      ...expected,
      mode,
    });
    expect(server({ PGHOST: "db.example", PGSSLMODE: mode }).address.tls).toEqual({
      ...expected,
      mode,
    });
  });

  it("checks the authority with require when one is named", () => {
    const ca = join(projectDir, "ca.pem");
    writeFileSync(ca, "PEM");
    const expected = {
      ca: "PEM",
      rejectUnauthorized: true,
      checkServerIdentity: expect.any(Function),
    };
    expect(tls(`postgres://ann@db.example/shop?sslmode=require&sslrootcert=${ca}`).ssl).toEqual(
      expected,
    );
    expect(
      tls("postgres://ann@db.example/shop?sslmode=require", { PGSSLROOTCERT: ca }).ssl,
    ).toEqual(expected);
  });
});

describe("a credentials file", () => {
  it("has the fields of Dataform 2.x", () => {
    writeCredentials(complete);
    const setting = server();
    expect(setting.address).toMatchObject({
      host: "db.example",
      port: 6000,
      user: "ann",
      password: secret,
      database: "shop",
    });
    expect(setting.description).toBe("postgres://ann@db.example:6000/shop");
  });

  it.each([
    [{}, "verify-full"],
    [{ ssl: false }, "disable"],
    [{ ssl: true }, "verify-full"],
    [{ ssl: { ca: "PEM" } }, "verify-full"],
    [{ sslmode: "require" }, "require"],
  ])("says with %j how to encrypt: %s", (more, mode) => {
    writeCredentials({ ...complete, ...more });
    expect(server().address.tls.mode).toBe(mode);
  });

  it.each([
    ["{ broken CANARY-pw-xyz", /not valid JSON/],
    ["[]", /not a JSON object/],
    [{ ...complete, host: undefined }, /host is missing/],
    [{ ...complete, username: "" }, /username is missing/],
    [{ ...complete, databaseName: undefined }, /databaseName is missing/],
    [{ ...complete, host: 5 }, /host is not a text/],
    [{ ...complete, port: "x" }, /port: "x" is not a port number/],
    [{ ...complete, ssl: "yes" }, /ssl is neither/],
    [{ ...complete, sshTunnel: {} }, /sshTunnel is not supported/],
    [{ projectId: "p", location: "EU" }, /BigQuery credentials \(projectId\)/],
  ])("is refused with the field that is wrong: %j", (content, message) => {
    writeCredentials(content);
    const error = usageError({});
    expect(error.message).toMatch(message);
    expect(error.message).toContain(".df-credentials.json");
  });

  it("of BigQuery is refused beside DATABASE_URL, too, with the flag that has to go", () => {
    writeCredentials({ projectId: "p", location: "EU" });
    const env = { DATABASE_URL: "postgres://ann@db.example/shop" };
    const { message, hint } = usageError(env, ".df-credentials.json");
    expect(message).toContain("BigQuery credentials");
    expect(hint).toContain("set DATABASE_URL and leave --credentials out");
  });

  it("is missed by name when the flag leads nowhere", () => {
    expect(usageError({}, "no/such.json").message).toContain("no/such.json cannot be read");
  });
});

describe("a file of the project that is a link", () => {
  const files = [
    [".env", "DATABASE_URL=postgres://ann@shop.example/shop\n", "set its variables"],
    [".df-credentials.json", JSON.stringify(complete), "--credentials FILE"],
  ];

  it.each(files)("%s is refused when it leads out of the project", (name, text, instead) => {
    const shop = mkdtempSync(join(tmpdir(), "dataform-shop-"));
    try {
      writeFileSync(join(shop, name), text);
      symlinkSync(join(shop, name), join(projectDir, name));
      const { message, hint } = usageError({});
      expect(message).toBe(`${join(projectDir, name)} is a link that leads out of the project`);
      expect(hint).toContain(instead);
      expect(message + hint).not.toContain(shop);
      expect(server({ DATABASE_URL: "postgres://ann@chosen/shop" }).source).toBe("DATABASE_URL");
      expect(server({}, writeCredentials(complete, "other.json")).source).toBe("--credentials");
    } finally {
      rmSync(shop, { recursive: true });
    }
  });

  // As Kubernetes and Docker put secrets into a folder.
  it.each(files)("%s is read when it leads to a file of the project", (name, text) => {
    mkdirSync(join(projectDir, "..2026_11_29"));
    writeFileSync(join(projectDir, "..2026_11_29", name), text);
    symlinkSync("..2026_11_29", join(projectDir, "..data"));
    symlinkSync(join("..data", name), join(projectDir, name));
    expect(server().kind).toBe("server");
  });

  it.each(files)("%s counts as none when it leads to nothing", (name) => {
    symlinkSync("/nowhere/at/all", join(projectDir, name));
    expect(choose().kind).toBe("embedded");
  });
});
