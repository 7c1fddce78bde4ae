import { basename, resolve } from "node:path";
import { actionsOf, type CompiledGraph } from "../compile/compiled-graph.ts";
import type { Database, Session } from "../database/database.ts";
import { SqlFailure } from "../errors.ts";
import { readGitHead } from "../history/git-head.ts";
import type { Catalogue } from "../lineage/catalogue.ts";
import { lineageOfProject } from "../lineage/lineage-of-project.ts";
import { readCatalogue } from "../lineage/read-catalogue.ts";
import { moment } from "../pages/format.ts";
import { collectDocs } from "./collect/collect-docs.ts";
import type { Docs, Relation } from "./docs.ts";
import { readRelations } from "./read/read-relations.ts";
import { type ProjectHistory, readProjectHistory } from "./read/read-runs.ts";
import { sourceReader } from "./read/read-sources.ts";

/** What the pages are made from. */
export interface ReadDocsOptions {
  projectDir: string;
  /** With errors, too: what did compile is shown. */
  compiled: CompiledGraph;
  /** Absent: pages show what the project itself knows. */
  database?: Database | undefined;
  /** Why there is no database, in a sentence. */
  withoutDatabase?: string | undefined;
  /** Whether values of rows may be shown: failing rows, and values in messages. */
  withSamples: boolean;
  signal?: AbortSignal | undefined;
  now: Date;
}

/** Reads all that is known of a compiled project; nothing is written, and no table or view is read. */
export async function readDocs(options: ReadDocsOptions): Promise<Docs> {
  const { projectDir, compiled, database, withSamples, signal, now } = options;
  const found =
    database &&
    (await database.session(({ own }) => readDatabase(own, compiled, withSamples), signal));
  const lineage = await lineageOfProject(compiled, found?.catalogue);
  const known = {
    ...{ compiled, lineage, sourceOf: sourceReader(projectDir) },
    relations: found?.relations ?? new Map(),
    history: found?.history,
  };
  const { commit } = readGitHead(projectDir);
  const origin = [
    commit && `commit ${commit.slice(0, 8)}`,
    `made ${moment(now.toISOString())} UTC`,
    found ? "with its database" : "without a database",
  ];
  return collectDocs(known, {
    project: basename(resolve(projectDir)),
    origin: origin.filter(Boolean).join(" · "),
    missing: missingOf(options, found),
    hasDatabase: found !== undefined,
    withSamples,
  });
}

interface Found {
  relations: Map<string, Relation>;
  catalogue: Catalogue;
  history: ProjectHistory | undefined;
  /** Why the history could not be read. */
  historyFailure?: string;
}

async function readDatabase(
  session: Session,
  compiled: CompiledGraph,
  withSamples: boolean,
): Promise<Found> {
  const targets = actionsOf(compiled).map(({ action }) => action.target);
  const relations = await readRelations(session, targets);
  const catalogue = await readCatalogue(session);
  try {
    return {
      relations,
      catalogue,
      history: await readProjectHistory(session, targets, withSamples),
    };
  } catch (error) {
    if (!(error instanceof SqlFailure)) throw error;
    return { relations, catalogue, history: undefined, historyFailure: error.message };
  }
}

function missingOf({ withoutDatabase }: ReadDocsOptions, found: Found | undefined): string[] {
  if (found === undefined) {
    return [
      `${withoutDatabase ?? "No database was read."} Missing are types, sizes, indexes and grants as they stand, runs, and how checks ended.`,
    ];
  }
  const missing: string[] = [];
  if (found.relations.size === 0) {
    missing.push("None of the models stands in the database yet: dataform run builds them.");
  }
  if (found.historyFailure !== undefined) {
    missing.push(`The history of runs could not be read: ${found.historyFailure}.`);
  } else if (found.history === undefined) {
    missing.push("The database has no history of runs yet: the next dataform run begins one.");
  }
  return missing;
}
