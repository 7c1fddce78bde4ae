/**
 * One row of bronze as a loader sends it, without the columns that bronze sets itself (its number,
 * the time of arrival). `Time` is the loader's type of points in time.
 */
export interface ReceivedRow<Time> {
  appId: number | null;
  /** The application as the source spells it, when it has no app_id. */
  appName: string | null;
  scenarioName: string | null;
  startTime: Time | null;
  endTime: Time | null;
  durationMs: number | null;
  status: string | null;
  errorMessage: string | null;
  metadata: object | null;
  sourceSystem: string;
  sourceRunId: string | null;
  payloadHash: string | null;
  rawPayload: string | null;
  faultAt: Time | null;
  detectedAt: Time | null;
  recoveredAt: Time | null;
  isRecovered: boolean | null;
  dataLossSeconds: number | null;
  recoveryBasis: RecoveryBasis | "duration_proxy" | "none" | null;
}

/** One row of bronze as the generator sends it; times are milliseconds since 1970-01-01 UTC. */
export interface BronzeRow extends ReceivedRow<number> {
  createdAt: number;
  ingestedAt: number;
  recoveryBasis: RecoveryBasis | null;
}

/** How a source knows the recovery time. */
export type RecoveryBasis = "measured" | "upper_bound";
