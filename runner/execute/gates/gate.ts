import type { Column } from "../../relation/relation.ts";

/** What is known of rows before they are checked. */
export interface KnownRows {
  rowCount: number;
  columns: readonly Pick<Column, "name" | "type">[];
}

/**
 * Checks rows before a transaction publishes them, and throws when an assertion forbids that.
 * `relation` is the name, as SQL, of a relation with exactly the rows that the published table would
 * have; `newRows` is the name of the rows that the query gave, when these are only a part of them;
 * `known` is of the rows of `relation`.
 */
export type Gate = (relation: string, newRows?: string, known?: KnownRows) => Promise<void>;

/** A gate that lets everything through: for tables without assertions and for unit tests. */
export const openGate: Gate = async () => {};
