/** Whether PostgreSQL has checked a statement, and the consequence for later statements. */
export interface StatementOutcome {
  /** Why it was not sent. */
  reason?: string;
  /** It was not executed and may make things that later statements need. */
  mayCreate?: boolean;
  /** Puts back a setting when the action is done. */
  undo?: string;
}
