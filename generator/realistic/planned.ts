import type { RecoveryBasis } from "../../warehouse/bronze-row.ts";

/** An application under test: how often, how badly, how slowly, and how its sources spell it. */
export interface PlannedApplication {
  appId: number;
  name: string;
  share: number;
  /** Share of conclusive tests that fail while there is no incident. */
  failedShare: number;
  /** Its recovery times for each one of the scenario. */
  slowness: number;
  rtoMinutes: number;
  rpoMinutes: number;
}

/** A scenario of dim_test_scenarios. */
export interface PlannedScenario {
  scenarioId: number;
  name: string;
  share: number;
  /** Median recovery time of an application of slowness 1. */
  recoveryMinutes: number;
  /** Share of its tests that measure lost data. */
  dataLossShare: number;
}

/** A tool that sends results. */
export interface PlannedSource {
  name: string;
  share: number;
  /** Null: it knows only how long a test ran. */
  recoveryBasis: RecoveryBasis | null;
  hasRunIds: boolean;
  /** It spells the application instead of giving its id. */
  spellsApplication: boolean;
  /** Its clock shows whole seconds. */
  wholeSeconds: boolean;
}
