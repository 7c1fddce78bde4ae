import type { KeepPayload } from "./load/rows.ts";
import type { Rule } from "./rules/rules.ts";
import type { TimeReader } from "./values/date-format.ts";
import type { Moment } from "./values/moment.ts";

/** How files are ingested. */
export interface IngestOptions {
  /** Application of results for which no rule decides. */
  app: string | undefined;
  rules: readonly Rule[];
  /** Name of the format that every file has to be. */
  format: string | undefined;
  start: Moment | null;
  end: Moment | null;
  readTime: TimeReader;
  keepPayload: KeepPayload;
  explain: boolean;
  /** Of the attempts of a test the last one counts alone. */
  mergesReruns: boolean;
  /** Every row that is loaded has to be judged, however many there are. */
  isStrict: boolean;
  /** Called with the number of rows read so far of the current file. */
  onRows: (name: string, rows: number) => void;
  signal: AbortSignal;
}
