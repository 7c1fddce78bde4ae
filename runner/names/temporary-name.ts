import { randomUUID } from "node:crypto";

/**
 * Takes what something is for and returns a name for it as SQL, in the schema that only its session
 * sees. The name is random, so that nothing that an author makes there can have it.
 */
export function temporaryName(what: string): string {
  return `pg_temp."${temporaryLabel(what)}"`;
}

/** The same without its schema and quotes. */
export function temporaryLabel(what: string): string {
  // Node keeps random bytes for the next ones in store.
  return `dataform_${what}_${randomUUID().replaceAll("-", "").slice(-12)}`;
}
