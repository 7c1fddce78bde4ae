/** One change of a relation, in two forms. */
export interface Step {
  /** In words, for the result: `index "x" created`. */
  change: string;
  /** Whether it must come before new rows are written: what is dropped might refuse them. */
  first: boolean;
  /** The statements inside the action's transaction. */
  inside: string[];
  /** The same without locking readers and writers out: one by one, or in a transaction together. */
  outside: (string | string[])[];
  /** Statements that leave nothing behind when `outside` failed halfway. */
  undo: string[];
}
