/** One change of a relation, in two forms. */
export interface Step {
  /** In words, for the result: `index "x" created`. */
  change: string;
  /**
   * Whether it must be taken before new rows are written: the object that it drops might refuse them.
   */
  first: boolean;
  /** The statements inside the action's transaction. */
  inside: string[];
  /** The same without blocking readers and writers: one by one, or in a transaction together. */
  outside: (string | string[])[];
  /** Statements that clean up when `outside` failed halfway. */
  undo: string[];
  /** It reads another table, which Citus does not allow after a change of rows in the same transaction. */
  isForeignKey?: true;
}
