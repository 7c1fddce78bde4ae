/** One row of bronze as the generator sends it; times are milliseconds since 1970-01-01 UTC. */
export interface BronzeRow {
  appId: number | null;
  /** The application as the source spells it, when it has no app_id. */
  appName: string | null;
  scenarioName: string | null;
  startTime: number | null;
  endTime: number | null;
  durationMs: number | null;
  status: string | null;
  errorMessage: string | null;
  metadata: { failure_reason: string; retry_count: number } | null;
  createdAt: number;
  ingestedAt: number;
  sourceSystem: string;
  sourceRunId: string | null;
  payloadHash: string | null;
  rawPayload: string | null;
  faultAt: number | null;
  detectedAt: number | null;
  recoveredAt: number | null;
  isRecovered: boolean | null;
  dataLossSeconds: number | null;
  recoveryBasis: RecoveryBasis | null;
}

/** How a source knows the recovery time; null when it knows only how long the test ran. */
export type RecoveryBasis = "measured" | "upper_bound";
