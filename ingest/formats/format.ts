import type { Mapped } from "../mapped.ts";
import type { JsonText } from "../values/canonical-json.ts";
import type { TimeReader } from "../values/date-format.ts";
import type { Moment } from "../values/moment.ts";

/** What a format may know beside the document. */
export interface FormatContext {
  /** Name of the file, with its folders, as typed. */
  path: string;
  /** From `--start` and `--end`, for formats that know no time. */
  start: Moment | null;
  end: Moment | null;
  /**
   * Reads a time as `--date-format` and `--time-zone` say: of sources that may mean local time. `isUtc`: without an offset,
   * it is one of UTC whatever the time zone.
   */
  readTime: TimeReader;
  /** Whether the file is a table with commas between its columns: `1,234` is a thousand there. */
  isCommaSeparated?: boolean;
  /** Of the attempts of a test the last one counts alone. */
  mergesReruns?: boolean;
}

/** A format whose documents are JSON, or YAML or EDN that says the same. */
export interface DocumentFormat {
  /** As `--format` and `source_system` name it. */
  name: string;
  /**
   * Whether the document has this format, judged by its content. A text, the reason of the refusal,
   * for a related document without results.
   */
  recognise(document: unknown): boolean | string;
  /** The results in a document that was recognised. */
  map(document: unknown, context: FormatContext): Iterable<Mapped>;
}

/** A format whose files are tables with a header: CSV and what spreadsheets export. */
export interface TableFormat {
  name: string;
  /** Whether the names of the columns are those of this format. */
  recognise(names: readonly string[]): boolean;
  /** A reader of the rows of one file. */
  open(names: readonly string[], context: FormatContext): TableReader;
}

/** Reads the rows of one table in their order. */
export interface TableReader {
  /** `payload`: the row as the source sent it. Gives nothing for a row that is no result by itself. */
  read(values: readonly string[], payload: JsonText): Mapped | undefined;
  /** Results that are known only at the end of the table. */
  finish?(): Mapped[];
  /** Columns that are kept in the payload alone. */
  unknown?: string[];
}
