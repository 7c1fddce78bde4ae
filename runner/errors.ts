/** The kind of an error, as a name that scripts and tests can rely on. */
export type ErrorCode =
  | "USAGE"
  | "PROJECT_NOT_FOUND"
  | "PROJECT_INVALID"
  | "SELECTION_EMPTY"
  | "COMPILATION_FAILED"
  | "UNSUPPORTED_ACTION"
  | "DEPENDENCY_CYCLE"
  | "CONNECTION_FAILED"
  | "DATABASE_FAILED"
  | "LOCKED"
  | "TIMED_OUT"
  | "CANCELLED"
  | "INTERNAL";

const exitCodes: Record<ErrorCode, number> = {
  USAGE: 2,
  PROJECT_NOT_FOUND: 2,
  PROJECT_INVALID: 2,
  SELECTION_EMPTY: 2,
  COMPILATION_FAILED: 3,
  UNSUPPORTED_ACTION: 3,
  DEPENDENCY_CYCLE: 3,
  CONNECTION_FAILED: 4,
  DATABASE_FAILED: 4,
  LOCKED: 5,
  TIMED_OUT: 6,
  CANCELLED: 130,
  INTERNAL: 70,
};

/** A line of a project file, and the problem there. */
export interface FailurePlace {
  /** Relative to the project folder. */
  fileName: string;
  line?: number;
  message: string;
}

/**
 * A failure that ends the program before or outside the graph. `message` says what, where and which
 * value; `hint` says the next step. A failing SQL statement or assertion is not one of these: it is
 * a task result.
 */
export class RunnerError extends Error {
  static {
    keepName(RunnerError, "RunnerError");
  }
  readonly code: ErrorCode;
  readonly hint: string | undefined;
  /** Where it is, for a file of the project; the message says it too. */
  readonly place: FailurePlace | undefined;

  constructor(
    code: ErrorCode,
    message: string,
    options: { hint?: string; cause?: unknown; place?: FailurePlace } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause });
    this.name = "RunnerError";
    this.code = code;
    this.hint = options.hint;
    this.place = options.place;
  }

  /** The process exit code of this failure (docs/decisions/0007). */
  get exitCode(): number {
    return exitCodes[this.code];
  }
}

/** A PostgreSQL error with the facts that are needed to show its place. */
export interface SqlError {
  message: string;
  /** Five-character SQLSTATE; absent when the error did not come from the server. */
  sqlstate?: string;
  detail?: string;
  hint?: string;
  /** PL/pgSQL or similar context. */
  where?: string;
  /** Constraint, table and column, where PostgreSQL names them. */
  constraint?: string;
  /** The statement that was sent. */
  statement?: string;
  /** 1-based offset into `statement` in code points, as PostgreSQL counts; not UTF-16 units. */
  position?: number;
  /** The connection broke while the statement ran; absent for an error of the server. */
  connectionLost?: true;
  /** What became of the transaction that it ended; absent outside of one. */
  outcome?: "rolledBack" | "committed" | "unknown";
  /** The statement ended the transaction of its action: the action is never tried again. */
  leftTransaction?: true;
  /** Of a statement that the server cancelled: milliseconds that it had taken. */
  elapsedMillis?: number;
  /** Server processes that kept it from a lock; 0 is a prepared transaction. */
  blockedBy?: number[];
}

/**
 * Why an action failed: thrown as it is when the runner refuses to go on, as an SqlFailure when
 * PostgreSQL refused a statement. Becomes a task result; never shown with a stack.
 */
export class ActionFailure extends Error {
  static {
    keepName(ActionFailure, "ActionFailure");
  }
  readonly error: SqlError;

  constructor(error: SqlError, cause?: unknown) {
    super(error.message, cause === undefined ? {} : { cause });
    this.name = new.target.name;
    this.error = error;
  }

  /** Takes other facts of the same failure; returns a failure of the same class. */
  with(error: SqlError, cause: unknown = this.cause): ActionFailure {
    const Same = this.constructor as typeof ActionFailure;
    return new Same(error, cause);
  }
}

/** An SQL statement that PostgreSQL refused. */
export class SqlFailure extends ActionFailure {
  static {
    keepName(SqlFailure, "SqlFailure");
  }
}

/** The build shortens names; users of the library know errors by theirs. */
function keepName(errorClass: object, name: string): void {
  Object.defineProperty(errorClass, "name", { value: name });
}
