/**
 * Waits for work that was begun in this order, and returns its results. Throws the error of the first that failed: those
 * behind it in the same message were left out.
 */
export async function inTurn<Work extends readonly Promise<unknown>[]>(
  ...work: Work
): Promise<{ -readonly [Index in keyof Work]: Awaited<Work[Index]> }> {
  for (const { reason } of (await Promise.allSettled(work)).filter(isRejected)) throw reason;
  return (await Promise.all(work)) as { -readonly [Index in keyof Work]: Awaited<Work[Index]> };
}

function isRejected(one: PromiseSettledResult<unknown>): one is PromiseRejectedResult {
  return one.status === "rejected";
}
