import {
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { startOwnServer } from "../../support/own-server.ts";
import { dataform } from "../../support/run-command.ts";
import { startProxy } from "../../support/tcp-proxy.ts";
import { temporaryProject } from "../../support/temporary-project.ts";
import { until } from "../../support/watch-server.ts";

const secret = "CANARY pw/x+y@1:%~é";
const encoded = encodeURIComponent(secret);
const forms = [
  secret,
  encoded,
  encodeURI(secret),
  JSON.stringify(secret).slice(1, -1),
  Buffer.from(secret).toString("base64"),
  Buffer.from(secret).toString("base64url"),
  Buffer.from(secret).toString("hex"),
  [...secret].join(" "),
  [...secret].reverse().join(""),
  // However it is written, this much of it would be seen.
  "CANARY",
];

const project = {
  "good.sqlx": `config { type: "table", assertions: { rowConditions: ["id > 1"] } }\nselect 1 as id`,
  "bad.sqlx": `config { type: "table" }\nselect nosuch`,
  // The project's own code prints everything that it can read.
  "includes/tell.js": `console.log(JSON.stringify([process.env, process.argv, process.execArgv]));
    module.exports = "'" + JSON.stringify(Object.values(process.env)) + "'";`,
  "told.sqlx": `config { type: "view" }\nselect \${tell} as told`,
};

function found(text: string): string[] {
  return forms.filter((form) => text.includes(form));
}

/** Texts of the files below a folder, but for those that were given the password by hand. */
function filesOf(folder: string): string {
  const names = readdirSync(folder, { recursive: true, encoding: "utf8" });
  const given = /(^|\/)(\.env|\.df-credentials\.json|\.pgpass|other\.json)$/;
  const files = names.filter((name) => !given.test(name) && statSync(join(folder, name)).isFile());
  return files.map((name) => readFileSync(join(folder, name), "latin1")).join("\n");
}

describe("a password", () => {
  let socketFolder: string;

  beforeAll(async () => {
    const server = await startOwnServer({ hostRules: "local all all scram-sha-256" });
    socketFolder = server.socketFolder;
    const admin = new Client(`postgres://postgres@/dataform?host=${socketFolder}`);
    await admin.connect();
    await admin.query(`create role ann superuser login password '${secret}'`);
    await admin.end();
    return server.remove;
  });

  const good = () => ({ DATABASE_URL: `postgres://ann:${encoded}@/dataform?host=${socketFolder}` });
  type Case = [what: string, args: string[], exitCode: number, env: () => Promise<object> | object];

  it.each<Case>([
    ["a run with failures", ["run", "--summary", "target/summary.md"], 1, good],
    ["a run as JSON", ["run", "--json"], 1, good],
    [
      "every debug output",
      ["run"],
      1,
      () => ({ ...good(), DEBUG: "*", NODE_DEBUG: "net,tls,stream" }),
    ],
    ["a dry run", ["run", "--dry-run"], 1, good],
    ["a plan as JSON", ["plan", "--json"], 1, good],
    ["an SQL error of a query", ["query", "select nosuch"], 4, good],
    ["a run in GitHub's CI", ["run"], 1, () => ({ ...good(), GITHUB_ACTIONS: "true" })],
    [
      "PGPASSWORD",
      ["run"],
      1,
      () => ({ PGHOST: socketFolder, PGUSER: "ann", PGDATABASE: "dataform", PGPASSWORD: secret }),
    ],
    [
      "a wrong password",
      ["run"],
      4,
      () => ({ DATABASE_URL: `postgres://ann:no${encoded}@/dataform?host=${socketFolder}` }),
    ],
    [
      "a wrong database",
      ["run"],
      4,
      () => ({ DATABASE_URL: `postgres://ann:${encoded}@/nowhere?host=${socketFolder}` }),
    ],
    [
      "no server",
      ["run"],
      4,
      () => ({ DATABASE_URL: `postgres://ann:${encoded}@127.0.0.1:1/shop` }),
    ],
    [
      "no host",
      ["run"],
      4,
      () => ({ DATABASE_URL: `postgres://ann:${encoded}@nowhere.invalid/shop` }),
    ],
    ["an unencoded URL", ["run"], 2, () => ({ DATABASE_URL: `postgres://ann:${secret}@h/shop` })],
    [
      "another program's URL",
      ["run"],
      2,
      () => ({ DATABASE_URL: `mysql://ann:${encoded}@h/shop` }),
    ],
    [
      "a wrong parameter",
      ["run"],
      2,
      () => ({ DATABASE_URL: `postgres://ann@h/shop?pasword=${encoded}` }),
    ],
    [
      "a wrong sslmode",
      ["run"],
      2,
      () => ({ DATABASE_URL: `postgres://ann:${encoded}@h/shop?sslmode=x` }),
    ],
    ["a broken credentials file", ["run", "--credentials", "other.json"], 2, () => ({})],
    [
      "a server without TLS",
      ["run"],
      4,
      async () => ({
        DATABASE_URL: `postgres://ann:${encoded}@0.0.0.0:${await startProxy(`${socketFolder}/.s.PGSQL.5432`)}/dataform`,
      }),
    ],
    [
      "a server that hangs up",
      ["run"],
      4,
      async () => ({
        DATABASE_URL: `postgres://ann:${encoded}@127.0.0.1:${await startProxy("/nonexistent")}/dataform?sslmode=disable`,
      }),
    ],
  ])("is nowhere to be seen with %s", async (_, args, exitCode, env) => {
    const { folder } = temporaryProject({
      ...project,
      "other.json": `{"password": "${secret}", oops`,
    });
    writeFileSync(join(folder, ".pgpass"), `*:*:*:*:${secret}`, { mode: 0o644 });
    const finished = await dataform(args, {
      cwd: folder,
      env: { PGPASSFILE: join(folder, ".pgpass"), ...(await env()) } as Record<string, string>,
    });
    expect(finished.exitCode, finished.stderr).toBe(exitCode);
    expect(found(finished.stdout + finished.stderr)).toEqual([]);
    expect(found(filesOf(folder))).toEqual([]);
  });

  it("is in no argument of a process, nor in what the compiler is given", async () => {
    const { folder } = temporaryProject({
      "includes/endless.js": "while (true);",
      "one.sqlx": `select \${endless}`,
    });
    let kill: (signal: NodeJS.Signals) => void = () => undefined;
    const onStart = (send: typeof kill) => {
      kill = send;
    };
    const finished = dataform(["run"], { cwd: folder, env: good(), onStart });
    const [compiler = ""] = await until(() =>
      readdirSync("/proc").filter((id) => isCompiler(id) && isBelow(id, folder)),
    );
    const commands = readdirSync("/proc").map((id) => readProcess(id, "cmdline"));
    // A shell in which a person searches for the password would be found, too: only the whole password
    // counts.
    expect(commands.filter((text) => text.includes(secret) || text.includes(encoded))).toEqual([]);
    expect(found(readProcess(compiler, "environ"))).toEqual([]);
    kill("SIGINT");
    const { stdout, stderr } = await finished;
    expect(found(stdout + stderr)).toEqual([]);
  });

  it("is read by its owner only where init-creds has written it", async () => {
    const { folder } = temporaryProject({});
    const home = mkdtempSync(join(tmpdir(), "dataform-home-"));
    onTestFinished(() => rmSync(home, { recursive: true }));
    const env = { ...good(), HOME: home };
    const { exitCode, stdout, stderr } = await dataform(["init-creds"], { cwd: folder, env });
    expect({ exitCode, found: found(stdout + stderr) }).toEqual({ exitCode: 0, found: [] });
    const file = join(folder, ".df-credentials.json");
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8")).password).toBe(secret);
    const alone = { HOME: home };
    const asked = await dataform(["query", "select current_user as me"], {
      cwd: folder,
      env: alone,
    });
    expect(asked.stdout).toContain("ann");
  });
});

/** A Node that may make no code from texts: the process that runs a project's code. */
function isCompiler(id: string): boolean {
  const [program = "", ...args] = readProcess(id, "cmdline").split("\0");
  return /node$/.test(program) && args.includes("--disallow-code-generation-from-strings");
}

/** Whether the process, or one that it descends from, was started in the folder. */
function isBelow(id: string, folder: string): boolean {
  for (let at = id; Number(at) > 1; at = parentOf(at)) {
    if (readFolder(at) === folder) return true;
  }
  return false;
}

function parentOf(id: string): string {
  return /^PPid:\s*(\d+)/m.exec(readProcess(id, "status"))?.[1] ?? "";
}

function readFolder(id: string): string | undefined {
  try {
    return readlinkSync(`/proc/${id}/cwd`);
  } catch {
    return undefined;
  }
}

function readProcess(id: string, what: "cmdline" | "environ" | "status"): string {
  try {
    return readFileSync(`/proc/${id}/${what}`, "utf8");
  } catch {
    return "";
  }
}
