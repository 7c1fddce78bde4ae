/**
 * Milliseconds that a test, a hook or a wait in one may take before it counts as hung: the only such
 * limit. It is generous because a busy machine is no fault of the code; no test asserts a time.
 */
export const patienceMillis = 300_000;

/** Milliseconds that a wait inside a test may take: shorter than the limit of a test, so that a failure names the wait. */
export const waitMillis = patienceMillis / 2;
