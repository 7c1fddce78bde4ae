/**
 * How many random inputs a property is tried with: so many in a run for a commit, `PROPERTY_RUNS` in
 * one that may take longer, but no more than `most`, for a property whose inputs take seconds each.
 */
export function propertyRuns(usual: number, most = Number.POSITIVE_INFINITY): number {
  return Math.min(Number(process.env.PROPERTY_RUNS || usual), most);
}
