import type { CompiledEntry } from "../compile/compiled-graph.ts";
import type { PostgresSettings } from "../compile/settings/postgres-settings.ts";
import type { ActionLineage, UsedColumn, Way } from "../lineage/lineage.ts";
import type { Target } from "../target.ts";

/** Everything that the pages are made of. */
export interface Docs {
  /** Name of the project: that of its folder. */
  project: string;
  /** When and from what the pages were made, in words. */
  origin: string;
  /** By folder and name. */
  actions: DocsAction[];
  byKey: ReadonlyMap<string, DocsAction>;
  /** The newest first. */
  runs: DocsRun[];
  /** What does not compile: place and message. */
  errors: { place: string; message: string }[];
  /** What could not be read, and how it would be there; in sentences. */
  missing: string[];
  hasDatabase: boolean;
  withSamples: boolean;
}

/** Kinds of actions as pages name them. */
export type DocsKind = CompiledEntry["type"] | "materialized view";

/** How an action stands by its last run. */
export type DocsState = "failed" | "warning" | "skipped" | "successful" | "disabled" | "unknown";

/** One action of the project. */
export interface DocsAction {
  key: string;
  target: Target;
  /** Its name, with the schema where that is not the project's. */
  name: string;
  /** Path of its page in the folder of the pages. */
  page: string;
  kind: DocsKind;
  entry: CompiledEntry;
  settings: PostgresSettings | undefined;
  /** Below `definitions/`; `.` for files that lie there directly. */
  folder: string;
  fileName: string;
  /** The text of that file, where it could be read. */
  source: string | undefined;
  tags: string[];
  description: string;
  isDisabled: boolean;
  state: DocsState;
  columns: DocsColumn[];
  /** What it reads, and what reads it; without checks. */
  parents: DocsAction[];
  children: DocsAction[];
  /** Checks that have to pass before it runs. */
  waitsFor: DocsAction[];
  /** Checks of it; of a check: none. */
  checks: DocsAction[];
  /** Of a check: what it checks. */
  checked: DocsAction[];
  /** Of a check: its rule in words. */
  rule: string | undefined;
  /** Whether rows that break the rule are kept from being published. */
  isGate: boolean;
  /** How a run makes or changes it, in words. */
  how: string | undefined;
  relation: Relation | undefined;
  lineage: ActionLineage | undefined;
  /** The newest first. */
  history: ActionRun[];
}

/** A column that another one takes from or gives to. */
export interface ColumnLink {
  action: DocsAction | undefined;
  /** `schema.name` where the project has no such action. */
  relation: string;
  column: string;
  way: Way;
}

/** A column of an action. */
export interface DocsColumn {
  name: string;
  type: string | undefined;
  isRequired: boolean;
  description: string;
  tags: string[];
  sources: ColumnLink[];
  /** Whether values of before stay in it. */
  isKept: boolean;
  /** Whether its SQL only declares it: what is in it is written by programs that the project does not know. */
  isStored: boolean;
  users: ColumnLink[];
  /** Why its sources are not all known; absent when they are. */
  unknown: string | undefined;
  /** Where rows of others are joined, filtered, grouped or sorted by it. */
  usedBy: { action: DocsAction; uses: UsedColumn["uses"] }[];
  /** Described, but not in the table that stands in the database. */
  isAbsent: boolean;
}

/** A relation as it stands in the database. */
export interface Relation {
  kind: string;
  comment: string | null;
  /** PostgreSQL's estimate; null for a view and where it was never analyzed. */
  rows: number | null;
  /** With indexes and partitions. */
  bytes: number | null;
  columns: { name: string; type: string; isRequired: boolean; comment: string | null }[];
  indexes: string[];
  constraints: { name: string; definition: string }[];
  grants: { role: string; privileges: string[] }[];
  owner: string;
}

/** One action in one run. */
export interface ActionRun {
  runId: string;
  status: string;
  /** ISO 8601 in UTC. */
  startedAt: string;
  endedAt: string;
  seconds: number;
  queueSeconds: number | null;
  lockSeconds: number | null;
  rows: number | null;
  replacement: string | null;
  /** Without values unless samples were asked for. */
  message: string | null;
  verdict: string | null;
  failingRows: number | null;
  failingSince: string | null;
  /** Failing rows, only where samples were asked for. */
  sample: Record<string, unknown>[];
}

/** A run of the project. */
export interface DocsRun {
  id: string;
  page: string | undefined;
  status: string;
  startedAt: string;
  seconds: number | null;
  planned: number;
  successful: number;
  failed: number;
  skipped: number;
  warnings: number;
  commit: string | null;
  branch: string | null;
  /** Of the newest runs alone. */
  actions: (ActionRun & { key: string; type: string })[];
}

/** Kinds whose rows a run makes or others give: everything but checks. */
export function isModel({ kind }: Pick<DocsAction, "kind">): boolean {
  return kind !== "assertion";
}
