import { hostname } from "node:os";
import type { CompiledGraph } from "../compile/compiled-graph.ts";
import type { Database } from "../database/database.ts";
import { lineageOfProject } from "../lineage/lineage-of-project.ts";
import { readCatalogue } from "../lineage/read-catalogue.ts";
import type { RunResult } from "../results/run-result.ts";
import type { DatasetPlace } from "./datasets.ts";
import { runEvents } from "./run-events.ts";
import { sendEvents } from "./send-events.ts";
import type { LineageSettings } from "./settings.ts";

/**
 * Tells a catalogue of data what a run did. Returns a line for people about what went wrong with that,
 * if anything; never throws, since the run is what counts.
 */
export async function tellLineage(
  { transport, namespace }: LineageSettings,
  run: { result: RunResult; compiled: CompiledGraph; database: Database },
): Promise<string | undefined> {
  try {
    const place = await placeOf(run.database);
    const lineage = await lineageOfProject(run.compiled, place.catalogue);
    return await sendEvents(runEvents({ ...run, lineage, place, namespace }), transport);
  } catch (error) {
    return `lineage events were not made: ${error instanceof Error ? error.message : error}`;
  }
}

async function placeOf(database: Database): Promise<DatasetPlace> {
  return database.session(async ({ own }) => {
    const { rows } = await own.query("select current_database()", []);
    const catalogue = await readCatalogue(own);
    return {
      ...{ namespace: namespaceOf(database.description), catalogue },
      database: rows[0]?.[0] ?? "",
    };
  });
}

/** `postgres://host:port` of an address for people; a server on a socket is on this machine. */
export function namespaceOf(description: string): string {
  const [, place] = /^\w+:\/\/(?:[^@/]*@)?([^/?@]+)(?=[/?]|$)/.exec(description) ?? [];
  if (place !== undefined) return `postgres://${place}`;
  const [, port = "5432"] = /[?&]port=(\d+)/.exec(description) ?? [];
  return `postgres://${hostname()}:${port}`;
}
