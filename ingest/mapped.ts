import type { ReceivedRow } from "../warehouse/bronze-row.ts";
import type { Moment } from "./values/moment.ts";

/** What an outcome is called in bronze; silver knows further words. */
export type Outcome = "passed" | "failed" | "error" | "skipped" | "inconclusive" | "running";

/** What a format's file says about where a result belongs; rules look at it. */
export interface Hints {
  /** The application as the source itself would name it, when no rule decides. */
  ownName: string | null;
  title?: string | null | undefined;
  namespace?: string | null | undefined;
  labels?: Record<string, string> | undefined;
  tags?: string[] | undefined;
}

/** One test result as a format reads it, before its application is decided. */
export interface MappedTest {
  kind: "test";
  /** Another source than the format's own name, where the file says one. */
  sourceSystem?: string | undefined;
  /** Names the result within its source; null when nothing in the file does. */
  runId: string | null;
  /** For results without a runId: what names them by its hash, when that is not the payload. */
  identity?: unknown;
  scenario: string | null;
  status: string | null;
  start: Moment | null;
  end: Moment | null;
  durationMs: number | null;
  error?: string | null | undefined;
  /** Declared fields only: never what a probe or a request returned. */
  metadata?: Record<string, unknown> | undefined;
  recovery: Recovery;
  /** What the source said, as JSON; its hash is kept, and the whole when that is asked for. */
  payload: unknown;
  /** Its texts stand in the payload as they are, but for blanks around them. */
  isVerbatim?: boolean;
  hints: Hints;
  /** An application that the source numbers itself. */
  appId?: number | null | undefined;
}

/** The source's statements about recovery; all null when it makes none. */
export type Recovery = Pick<
  ReceivedRow<Moment>,
  "faultAt" | "detectedAt" | "recoveredAt" | "isRecovered" | "dataLossSeconds" | "recoveryBasis"
>;

/** The source measures no recovery: the length of the run is another fact, and does not stand for it. */
export const noRecovery: Recovery = {
  faultAt: null,
  detectedAt: null,
  recoveredAt: null,
  isRecovered: null,
  dataLossSeconds: null,
  recoveryBasis: "none",
};

/** One span of time in which an application did not serve; without an end it goes on. */
export interface MappedOutage {
  kind: "outage";
  sourceSystem?: string | undefined;
  outageId: string | null;
  identity?: unknown;
  start: Moment | null;
  end: Moment | null;
  cause?: string | null | undefined;
  metadata?: Record<string, unknown> | undefined;
  payload: unknown;
  /** As of a test. */
  isVerbatim?: boolean;
  hints: Hints;
  appId?: number | null | undefined;
}

/** A piece of a file that cannot become a row of bronze. */
export interface SetAside {
  kind: "setAside";
  /** In one word for counts: `malformed_line`, `bad_value`, … */
  reason: string;
  /** The piece, and the problem with it. */
  detail: string;
}

/** What a format makes of a piece of a file. */
export type Mapped = MappedTest | MappedOutage | SetAside;
