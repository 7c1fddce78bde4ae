/**
 * Milliseconds that a test, a hook or a wait in one may take before it counts as hung: the only such
 * limit. It is generous because a busy machine is no fault of the code; no test asserts a time.
 */
export const patienceMillis = 300_000;

/** Milliseconds that a wait inside a test may take: less than the test, so that it is what is told. */
export const waitMillis = patienceMillis / 2;
