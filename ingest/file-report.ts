/** What became of one file, or of one file in an archive. */
export interface FileReport {
  name: string;
  /** Formats that read it; none when it was refused. */
  formats: string[];
  /** Results and outages that were added. */
  loaded: number;
  /** Those that were there already, the same. */
  known: number;
  /** Those of the loaded that correct an earlier one. */
  corrected: number;
  /** Those of the corrected that are named by their content, and counted for another application before. */
  reassigned: number;
  /** Results that a rule leaves out. */
  skipped: number;
  /** Pieces that are in no table, by reason. */
  setAside: Record<string, number>;
  /** The first of them in words. */
  details: string[];
  /** Of the loaded, those that silver quarantines, by reason; absent when nobody looked yet. */
  quarantined?: Record<string, number>;
  /** Notes about the file as a whole. */
  notes: string[];
  /** Where results went and by which rule, for `--explain`. */
  explained: string[];
  /** Results as they would be loaded, for `--dry-run`. */
  preview: Preview[];
  /** Why nothing of it was loaded. */
  refused?: { message: string; hint?: string };
  /** It was found in a folder and is no file of results at all. */
  isPassedOver?: boolean;
}

/** One result in short. */
export interface Preview {
  application: string | null;
  scenario: string | null;
  status: string | null;
  start: string | null;
  recovered: string | null;
}

const mostDetails = 20;

/** A report of a file of which nothing is known yet. */
export function newReport(name: string): FileReport {
  return {
    name,
    formats: [],
    loaded: 0,
    known: 0,
    corrected: 0,
    reassigned: 0,
    skipped: 0,
    setAside: {},
    details: [],
    notes: [],
    explained: [],
    preview: [],
  };
}

/** Counts a piece that is set aside; the first ones are kept in words. */
export function addSetAside(report: FileReport, reason: string, detail: string): void {
  report.setAside[reason] = (report.setAside[reason] ?? 0) + 1;
  if (report.details.length < mostDetails) report.details.push(`${reason}: ${detail}`);
}

/** How many entries the counts of a record have in all. */
export function sumOf(counts: Record<string, number> | undefined): number {
  return Object.values(counts ?? {}).reduce((sum, count) => sum + count, 0);
}
