import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { Database } from "../database/database.ts";
import { historySchema, prepareSchema } from "../history/prepare-schema.ts";
import { makeOwnFolder, replaceOwnFile } from "../own-files.ts";
import type { OpenProblems } from "./open-problems.ts";

/** The problems that are open. */
export interface KnownProblems {
  /** Those that receivers were told of. */
  problems: OpenProblems;
  /** By the id of a receiver that did not accept a message: those that it was told of. */
  behind: Record<string, OpenProblems>;
}

/** The open problems, and when a run stored them. */
interface Memory extends KnownProblems {
  writtenAt: string;
}

/**
 * Where the open problems are stored: in a file beside the project, and in the database if possible.
 */
export interface MemoryPlace {
  projectDir: string;
  database?: Database | undefined;
}

/** Returns the open problems: those of the file or of the database, whichever were stored last. */
export async function recallProblems(place: MemoryPlace): Promise<KnownProblems> {
  const memories = [memoryOf(textOf(fileOf(place))), await inDatabase(place)];
  const [newest] = memories
    .flatMap((memory) => memory ?? [])
    .sort((a, b) => b.writtenAt.localeCompare(a.writtenAt));
  return { problems: newest?.problems ?? {}, behind: newest?.behind ?? {} };
}

/** Stores the open problems; in the file when the database does not accept them. */
export async function rememberProblems(
  place: MemoryPlace,
  known: KnownProblems,
  now: Date,
): Promise<void> {
  const memory: Memory = { writtenAt: now.toISOString(), ...known };
  const file = fileOf(place);
  makeOwnFolder(dirname(file), place.projectDir);
  replaceOwnFile(file, `${JSON.stringify(memory)}\n`);
  const { database, projectDir } = place;
  await tryIn(database, (query) =>
    query(
      `insert into ${historySchema}.notifications (project, problems, behind, written_at)
      values ($1, $2, $3, $4)
      on conflict (project) do update set
        problems = excluded.problems, behind = excluded.behind, written_at = excluded.written_at`,
      [
        ...[basename(projectDir), JSON.stringify(known.problems), JSON.stringify(known.behind)],
        memory.writtenAt,
      ],
    ),
  );
}

async function inDatabase({ database, projectDir }: MemoryPlace): Promise<Memory | undefined> {
  const answer = await tryIn(database, (query) =>
    query(
      `select json_build_object('problems', problems, 'behind', behind, 'writtenAt',
        to_char(written_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'))
      from ${historySchema}.notifications where project = $1`,
      [basename(projectDir)],
    ),
  );
  return memoryOf(answer?.rows[0]?.[0] ?? undefined);
}

type Query = (sql: string, values: string[]) => Promise<{ rows: (string | null)[][] }>;

// Without a history only the file is used; a server that is out of reach has made the run fail already.
async function tryIn<T>(database: Database | undefined, work: (query: Query) => Promise<T>) {
  try {
    return await database?.session(async ({ own }) => {
      await own.query("set statement_timeout = '10s'; set lock_timeout = '5s'");
      await prepareSchema(own);
      return await work((sql, values) => own.query(sql, values));
    });
  } catch {
    return undefined;
  }
}

function fileOf({ projectDir }: MemoryPlace): string {
  return join(projectDir, "target", "notify_state.json");
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** A damaged file counts as empty: then the failures are reported once more. */
function memoryOf(text: string | undefined): Memory | undefined {
  try {
    const memory: Partial<Memory> | null = JSON.parse(text ?? "null");
    const isMemory = typeof memory?.writtenAt === "string" && typeof memory.problems === "object";
    return isMemory && memory.problems !== null ? (memory as Memory) : undefined;
  } catch {
    return undefined;
  }
}
