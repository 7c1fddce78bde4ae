import { existsSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import { readDumpFile, writeDumpFile } from "../../backup/dump-file.ts";
import { restoreEmbedded, upgradeEmbedded } from "../../backup/embedded-backup.ts";
import { restoreDump } from "../../backup/restore-dump.ts";
import { countsOf, writeDump } from "../../backup/write-dump.ts";
import { findProject } from "../../compile/find-project.ts";
import { embeddedStatus } from "../../database/embedded/embedded-server.ts";
import { openDatabase, withDatabase } from "../../database/open-database.ts";
import { chooseConnection } from "../../database/settings/connection-settings.ts";
import { RunnerError } from "../../errors.ts";
import { confirm } from "../confirm.ts";
import { harmlessLines } from "../output.ts";
import { untilStopped } from "../signals.ts";

/** The arguments of `dataform db dump|restore|upgrade`. */
export interface BackupArguments {
  /** Of dump and restore. */
  file: string;
  project: string;
  yes: boolean;
  /** Of upgrade: where the programs are that made the data. */
  from?: string | undefined;
}

/** Writes the database that the project uses into a file, which is there when it is whole. */
export async function dumpToFile({ file, project, yes }: BackupArguments): Promise<number> {
  const path = fileNamed(file, "dump");
  const projectDir = findProject(project);
  if (existsSync(path)) await confirm(`${path} is there already, and this replaces it`, yes);
  return untilStopped({ what: "dump" }, async ({ signal, exitCode }) => {
    const open = openDatabase({ projectDir, env: process.env, signal });
    const text = await withDatabase(open, async (database) => {
      const summary = await writeDumpFile(path, (target) =>
        database.session((session) => writeDump(session, target), signal),
      );
      return `${countsOf(summary)} of ${database.description}`;
    });
    process.stdout.write(harmlessLines(`written  ${path}: ${text}`));
    return exitCode() ?? 0;
  });
}

/** Restores a file into an empty database, or in the place of the embedded one. */
export async function restoreFromFile({ file, project, yes }: BackupArguments): Promise<number> {
  const path = fileNamed(file, "restore");
  const projectDir = findProject(project);
  if (!existsSync(path)) throw new RunnerError("USAGE", `there is no file ${path}`);
  const setting = chooseConnection({ projectDir, env: process.env });
  const isEmbedded = setting.kind === "embedded";
  const { dataFolder, version } = await embeddedStatus(projectDir);
  if (isEmbedded && version !== undefined) {
    const what = `this puts ${path} in the place of the embedded database, which is kept beside ${dataFolder}`;
    await confirm(what, yes);
  }
  return untilStopped({ what: "restore" }, async ({ signal, exitCode }) => {
    const source = readDumpFile(path);
    if (isEmbedded) {
      const { counts, before } = await restoreEmbedded(
        join(projectDir, ".dataform"),
        source,
        signal,
      );
      process.stdout.write(harmlessLines(`restored  ${counts}`) + keptAt(before));
    } else {
      const open = openDatabase({ projectDir, env: process.env, signal });
      const counts = await withDatabase(open, (database) => restoreDump(database, source, signal));
      process.stdout.write(harmlessLines(`restored  ${counts} into ${setting.description}`));
    }
    return exitCode() ?? 0;
  });
}

/** Moves the embedded data to the major version that this package brings. */
export async function upgrade({ project, yes, from }: BackupArguments): Promise<number> {
  const projectDir = findProject(project);
  const { version, dataFolder } = await embeddedStatus(projectDir);
  await confirm(
    `this moves ${dataFolder} (PostgreSQL ${version ?? "unknown"}) into data of the new version, and keeps the old ones beside them`,
    yes,
  );
  return untilStopped({ what: "upgrade" }, async ({ signal, exitCode }) => {
    const replaced = await upgradeEmbedded(projectDir, from, signal);
    if (replaced === undefined)
      process.stdout.write("nothing to do: the data are of this version\n");
    else process.stdout.write(harmlessLines(`moved  ${replaced.counts}`) + keptAt(replaced.before));
    return exitCode() ?? 0;
  });
}

function keptAt(before: string | undefined): string {
  return before === undefined
    ? ""
    : `kept  ${before}: when all is well, delete it (a link: also the folder that it leads to)\n`;
}

function fileNamed(file: string, step: string): string {
  const path = resolve(file);
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  if (file !== "" && !isFolder) return path;
  throw new RunnerError("USAGE", `db ${step}: which file?`, {
    hint: `dataform db ${step} warehouse.sql.gz`,
  });
}
