/** When an action counts as slower than usual; a smaller difference is noise. */
export const slowerThanUsual = {
  /** How many successful times there have to be before. */
  comparedRuns: 3,
  /** How many times the usual duration it took. */
  times: 1.5,
  /** How many seconds more than usual it took. */
  seconds: 0.5,
} as const;
