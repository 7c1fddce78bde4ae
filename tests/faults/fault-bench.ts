import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import { openDatabase } from "../../runner/database/open-database.ts";
import { type DatabasePicture, pictureOf } from "../support/database-picture.ts";
import { runProject } from "../support/run-project.ts";
import { createDatabase, type TestServer } from "../support/test-database.ts";
import type { Situation } from "./fault-points.ts";
import { changes, shopProject, sources } from "./shop-project.ts";

/** How the database is before a run and after an undisturbed one. */
export interface Course {
  template: string;
  before: DatabasePicture;
  after: DatabasePicture;
}

/** A server with what faults are tried on. */
export interface FaultBench {
  server: TestServer;
  courses: Record<Situation, Course>;
  /** For a test with a server of its own: an immediate shutdown and a start. */
  restart?: () => Promise<void>;
  remove(): Promise<void>;
}

/** Makes the databases that runs start from, and runs the project undisturbed to know the end. */
export async function openBench(server: TestServer): Promise<FaultBench> {
  const empty = await createDatabase(server);
  await within(empty.url, (client) => client.query(sources));
  const begun = await createDatabase(server, empty.url);
  const first = await course(empty.url, begun.url, false);
  await within(begun.url, (client) => client.query(changes));
  const ended = await createDatabase(server, begun.url);
  const next = await course(begun.url, ended.url, true);
  const remove = async () => {
    for (const { drop } of [empty, begun, ended]) await drop();
  };
  return { server, courses: { first, next }, remove };
}

/** Makes a database that is as the template is, for the length of `use`, which gets its URL. */
export async function withCopy<T>(
  server: TestServer,
  template: string,
  use: (url: string) => Promise<T>,
): Promise<T> {
  const { url, drop } = await createDatabase(server, template);
  try {
    return await use(url);
  } finally {
    await drop();
  }
}

const folders = new Map<boolean, string>();

/** The folder of the project, which nobody changes: what was compiled of it is kept for all runs of this worker. */
export function projectFolder(isNext: boolean): string {
  const known = folders.get(isNext);
  if (known !== undefined) return known;
  const folder = mkdtempSync(join(tmpdir(), "dfpg-faults-"));
  process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, "definitions"));
  writeFileSync(join(folder, "dataform.json"), settings);
  for (const [file, text] of Object.entries(shopProject(isNext))) {
    writeFileSync(join(folder, "definitions", file), text);
  }
  folders.set(isNext, folder);
  return folder;
}

/** Runs the project of a folder in this process; throws when an action fails. */
export async function runUndisturbed(
  projectDir: string,
  url: string,
  isOfChanges = false,
): Promise<void> {
  const database = await openDatabase({ projectDir, env: { DATABASE_URL: url } });
  try {
    const { actions, status } = await runProject({
      ...{ projectDir, database },
      ...(isOfChanges && { runConfig: { changed: true } }),
    });
    const failed = actions.filter((action) => action.status === "failed");
    if (status !== "successful") throw new Error(`the run ${status}: ${JSON.stringify(failed)}`);
  } finally {
    await database.close();
  }
}

/** A connection for the length of `use`. */
export async function within<T>(url: string, use: (client: Client) => Promise<T>): Promise<T> {
  // Whatever a test has set for the database.
  const options = "-c statement_timeout=0 -c default_transaction_read_only=off";
  const client = new Client({ connectionString: url, options });
  // The server may be killed while no query is running.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return await use(client);
  } finally {
    await client.end();
  }
}

const settings = JSON.stringify({
  warehouse: "postgres",
  defaultSchema: "shop",
  assertionSchema: "shop_assertions",
});

async function course(template: string, url: string, isNext: boolean): Promise<Course> {
  const before = await pictureHere(template);
  await runUndisturbed(projectFolder(isNext), url);
  return { template, before, after: await pictureHere(url) };
}

/** Without the proofs of `run --changed` and of views, which name transactions. */
export async function pictureHere(url: string): Promise<DatabasePicture> {
  const { rows, structure, functions } = await within(url, pictureOf);
  const rest = <T>(parts: Record<string, T>) =>
    Object.fromEntries(
      Object.entries(parts).filter(([name]) => !name.startsWith("dataform_postgres.proofs")),
    );
  return { rows: rest(rows), structure: rest(structure), functions };
}
