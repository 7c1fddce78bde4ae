/**
 * How many random inputs a property is tried with: so many in a run for a commit, `PROPERTY_RUNS` in
 * one that may take longer. The inputs differ from run to run.
 */
export function propertyRuns(usual: number): number {
  return Number(process.env.PROPERTY_RUNS || usual);
}
