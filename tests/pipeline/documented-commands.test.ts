import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse } from "yaml";
import { commandsOf } from "../support/documented-commands.ts";
import { freshClone } from "../support/fresh-clone.ts";
import { dataform, quickNpx, repository } from "../support/run-command.ts";
import { createDatabase, servers, type TestServer } from "../support/test-database.ts";
import { typedLine } from "../support/typed-line.ts";

const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "docs/audit.md",
  "docs/configuration.md",
  "docs/pipeline.md",
  "docs/metrics.md",
  "docs/generator.md",
  "docs/embedded.md",
  "docs/install.md",
  "docs/ingest.md",
  "docs/history.md",
  "docs/lineage.md",
  "docs/operations.md",
  "docs/docs-site.md",
  "docs/report.md",
  "docs/dashboards.md",
];

// Commands that install and test are left out (.ci/run runs both from a clean clone). No docker engine
// is needed: the command that the compose file starts is checked below.
const runElsewhere = [
  /^npm (ci|cit|test|run (check|fix|test:(unit|quick|faults)|prepare))\b/,
  /^npm ci && npm start$/,
  /^npm ci --ignore-scripts$/,
  // tests/pipeline/adopter: they make the package and are about the project that installs it
  /^npm (pack|install( --omit=optional)?)$/,
  /^docker compose (--profile \w+ )?up/,
  // beside another scenario by `npm run bench`, since each call builds the package
  /^npm run bench -- --only docs$/,
  // tests/pipeline/dashboards runs the file: its role is one of the whole server
  /^psql "\$DATABASE_URL" -f deploy\/dashboards-role.sql/,
  /^\.ci\/run$/,
];

/** The server of that version, or the only one when TEST_POSTGRES names another version. */
function serverOfVersion(major: string): TestServer {
  const found = servers().find(({ name }) => name.includes(major)) ?? servers()[0];
  if (!found) throw new Error("there is no test server");
  return found;
}

function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const listener = createServer().listen(0, "127.0.0.1", () => {
      const { port } = listener.address() as AddressInfo;
      listener.close(() => resolve(port));
    });
  });
}

const clone = freshClone();
afterAll(async () => {
  await dataform(["db", "stop"], { cwd: clone.folder });
  clone.remove();
});

const compose = parse(readFileSync(join(repository, "docker-compose.yml"), "utf8"));
const { postgres } = compose.services;
const example = Object.fromEntries(
  readFileSync(join(repository, ".env.example"), "utf8")
    .split("\n")
    .filter((line) => /^\w+=/.test(line))
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]),
);
const substitute = (text: string) =>
  text.replace(/\$\{(\w+)(?::[-?][^}]*)?\}/g, (_, name) => example[name] ?? `missing ${name}`);

/** A database as the image makes it: POSTGRES_USER is a superuser and has a password. */
let server: Awaited<ReturnType<typeof createDatabase>>;
const role = `compose_${process.pid}`;
let urlOfRole: string;
const ask = (sql: string) =>
  dataform(["query", sql, "--format", "csv"], {
    cwd: clone.folder,
    env: { DATABASE_URL: server.url },
  });

beforeAll(async () => {
  server = await createDatabase(serverOfVersion("15"));
  const password = substitute(postgres.environment.POSTGRES_PASSWORD);
  await ask(`create role ${role} superuser login password '${password}'`);
  urlOfRole = server.url.replace("postgres@", `${role}:${password}@`);
});
afterAll(async () => {
  await ask(`reassign owned by ${role} to postgres`);
  await ask(`drop role ${role}`);
  await server.drop();
});

describe("every command in the documentation", () => {
  let port: number;
  beforeAll(async () => {
    port = await freePort();
  });

  // A command that several pages name is run where it comes first.
  const commands = documents
    .flatMap((file) => commandsOf(file).map((command) => ({ file, command })))
    .filter(({ command }) => !runElsewhere.some((pattern) => pattern.test(command)))
    .filter(
      ({ command }, index, all) => all.findIndex((other) => other.command === command) === index,
    );

  it("is found", () => {
    expect(commands.map(({ command }) => command)).toContain("npm start");
    expect(commands.length).toBeGreaterThan(10);
  });

  it.each(commands)("works in a fresh clone: $command ($file)", async ({ command }) => {
    const placeholder = "postgres://user:password@localhost:5432/database";
    const real = command
      .replaceAll(placeholder, `'${urlOfRole}'`)
      // Another test run on this machine may have the port of the documentation.
      .replaceAll("54330", `${port}`)
      // The whole of it takes minutes; the smallest parts show that the command works.
      .replace(
        /^npm run bench$/,
        "npm run bench -- --only compile,docs --models 10 --documented 10 --rounds 1",
      );
    const options = { cwd: clone.folder, env: quickNpx() };
    const { exitCode, stdout, stderr } = await typedLine(real, options);
    expect(exitCode, `${stdout}\n${stderr}`).toBe(0);
    expect(stderr).not.toMatch(/^\s+at /m);
  });
});

describe("docker-compose.yml", () => {
  it("is a PostgreSQL 15 with a health check and a volume that is declared", () => {
    expect(postgres.image).toBe("postgres:15");
    expect(postgres.healthcheck.test.join(" ")).toContain("pg_isready");
    const [volume] = postgres.volumes[0].split(":");
    expect(Object.keys(compose.volumes)).toContain(volume);
  });

  it("listens where .env.example says that dataform should connect", () => {
    const url = new URL(example.DATABASE_URL ?? "");
    const [address, port] = substitute(postgres.ports[0]).split(":");
    expect([address, port]).toEqual([url.hostname, url.port]);
    expect(substitute(postgres.environment.POSTGRES_USER)).toBe(url.username);
    expect(substitute(postgres.environment.POSTGRES_PASSWORD)).toBe(url.password);
    expect(`/${substitute(postgres.environment.POSTGRES_DB)}`).toBe(url.pathname);
  });

  // The command with a DATABASE_URL has run it as that user.
  it("gives a user and a database on which the pipeline runs", async () => {
    const owner = `select rolname from pg_class join pg_roles on relowner = pg_roles.oid
      where pg_class.oid = to_regclass('resiliency.fact_resiliency_metrics')`;
    expect((await ask(owner)).stdout).toBe(`rolname\n${role}\n`);
  });
});
