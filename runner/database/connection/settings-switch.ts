import { quoteLiteral } from "../../names/identifiers.ts";

/**
 * Whose settings a statement runs with. `own`: the runner's. `within`: the author's, for a
 * statement of the runner that contains or runs SQL of the author. `statement`: the author's, and
 * settings that it makes stay for the author's later statements.
 */
export type Whose = "own" | "within" | "statement";

/** Values of settings by name, as `current_setting` gives them. */
export type Settings = Readonly<Record<string, string>>;

/** SQL to be sent before a statement, so that it runs under the right settings. */
export interface SettingsChange {
  text: string;
  /** The statement would be read wrongly in the same message. */
  isAlone: boolean;
  /** Whether a later change depends on the row. */
  reads: boolean;
  /** Takes the row that the SQL has given. */
  done(row: readonly (string | null)[]): void;
}

/**
 * The settings of one connection. There are two sets: the runner's own, under which the meaning of
 * its SQL is fixed, and the author's, which are those of a psql session of this user.
 */
export interface SettingsSwitch {
  /**
   * The change to send before a statement; undefined when the settings are right. `hasSet`: whether the runner may have
   * made some of `keptSettings`, which are read then.
   */
  changeTo(whose: Whose, hasSet?: boolean): SettingsChange | undefined;
  /** Call it after a statement; with `undefined` when the current settings are unknown. */
  now(whose: Whose | undefined): void;
  /** How long a statement may take, as PostgreSQL shows it; undefined when that is not known. */
  statementTimeout(): string | undefined;
  /** To be called with what the server reports of its settings. */
  reported(name: string, value: string): void;
}

/** What decides what SQL means, with the values under which the runner's own is written. */
export const ownMeaning: Settings = {
  // `pg_temp` last: otherwise a temporary table hides one of the catalogue.
  search_path: "pg_catalog, pg_temp",
  TimeZone: "UTC",
  DateStyle: "ISO, MDY",
  IntervalStyle: "postgres",
  bytea_output: "hex",
  extra_float_digits: "1",
  standard_conforming_strings: "on",
  backslash_quote: "safe_encoding",
  transform_null_equals: "off",
  quote_all_identifiers: "off",
  row_security: "on",
  xmloption: "content",
  // Not what it means, but what its plans cost: what is kept prepared would be planned anew five times.
  plan_cache_mode: "force_generic_plan",
};

// An author may lift them for a query; the runner's statements keep theirs.
const limits = [
  ...["statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout"],
  "transaction_timeout",
];

// They last until the next statement of the runner, the query of a model included. In this order: to
// become somebody else may need the rights of the one before.
const rights = [
  ...["session_authorization", "role", "session_replication_role", "client_encoding"],
  ...["default_transaction_isolation", "default_transaction_read_only", "exit_on_error"],
  ...["default_transaction_deferrable", "idle_session_timeout", "client_connection_check_interval"],
];

/** The settings of which the runner keeps its own values beside those of an author. */
export const keptSettings = [...limits, ...rights];

/**
 * The settings of a connection that has the runner's own. `author`: what an author's statements start
 * with; `kept`: the values of `keptSettings` as they stand.
 */
export function createSettingsSwitch({
  author,
  kept,
}: {
  author: Settings;
  kept: Settings;
}): SettingsSwitch {
  let state: Whose | undefined = "own";
  let base: Settings = kept;
  let theirs: Settings = author;
  const reader = new Map(Object.entries(asRead));

  const learnBase = (row: Row) => {
    const found = valuesOf(keptSettings, row);
    const isSame = keptSettings.every((name) => found[name] === base[name]);
    if (!isSame) base = found;
  };
  const learnTheirs = (row: Row) => {
    const seen = Object.entries(valuesOf(learned, row));
    // A limit with the runner's own value was not set by an author.
    theirs = Object.fromEntries(seen.filter(([name, value]) => base[name] !== value));
  };
  const isReadOtherwise = (wanted: Settings) =>
    Object.entries(asRead).some(([name, value]) => reader.get(name) !== (wanted[name] ?? value));
  const needed = (whose: Whose, hasSet: boolean): Change | undefined => {
    if (state === whose || (state === "within" && whose === "statement")) return undefined;
    if (state === "own") {
      return hasSet
        ? remembered(readAndChanged, theirs, () => change(keptSettings, theirs), learnBase)
        : remembered(changed, theirs, () => change([], theirs));
    }
    return neededAfterAuthor(whose === "own");
  };
  const neededAfterAuthor = (isOwn: boolean): Change => {
    if (state !== "statement") {
      // What an error has undone in its transaction brings the limits back.
      if (state === "within" && isOwn) {
        return remembered(changed, base, () => change([], { ...base, ...ownMeaning }));
      }
      const values = state === "within" ? base : only(base, rights);
      return change([], { ...values, ...(isOwn ? ownMeaning : theirs) });
    }
    const wanted = isOwn ? { ...base, ...ownMeaning } : only(base, rights);
    return change(learned, wanted, learnTheirs);
  };

  return {
    changeTo(whose, hasSet = false) {
      const { client_encoding } = asRead;
      const isReadRight = reader.get("client_encoding") === client_encoding;
      const found =
        needed(whose, hasSet) ?? (isReadRight ? undefined : change([], { client_encoding }));
      return found && { ...found, isAlone: isReadOtherwise(whose === "own" ? {} : theirs) };
    },
    now(whose) {
      state = whose;
    },
    statementTimeout: () => theirs.statement_timeout ?? base.statement_timeout,
    reported(name, value) {
      if (reader.has(name)) reader.set(name, value);
    },
  };
}

type Row = readonly (string | null)[];
type Change = Omit<SettingsChange, "isAlone">;

/** They decide how the server reads a message, so they cannot be set in the same one. */
const asRead = { standard_conforming_strings: "on", client_encoding: "UTF8" };

const learned = [...Object.keys(ownMeaning), ...limits];

// The names of the author's schemas do not count here: everything says where it stands.
function change(
  read: readonly string[],
  wanted: Settings,
  learn: (values: Row) => void = () => undefined,
): Change {
  // Two values and not one for each setting: every action changes them several times.
  const values = `pg_catalog.json_build_array(${reading(read).join(", ")})`;
  const sets = `pg_catalog.concat(${["''", ...inOrder(wanted).map(set)].join(", ")})`;
  return {
    text: read.length > 0 ? `select ${values}, ${sets}` : `select ${sets}`,
    reads: read.length > 0,
    done: read.length > 0 ? takenBy(learn) : () => undefined,
  };
}

/** The same change again for the same values: its text is long, and every action needs it. */
function remembered(
  changes: WeakMap<Settings, Change>,
  values: Settings,
  make: () => Change,
  learn?: (values: Row) => void,
): Change {
  const known = changes.get(values) ?? make();
  changes.set(values, known);
  return learn ? { ...known, done: takenBy(learn) } : known;
}

function takenBy(learn: (values: Row) => void): SettingsChange["done"] {
  return ([values]) => learn(JSON.parse(values ?? "[]") as Row);
}

const changed = new WeakMap<Settings, Change>();
const readAndChanged = new WeakMap<Settings, Change>();

function set([name, value]: [string, string]): string {
  const [setting, literal] = [quoteLiteral(name), quoteLiteral(value)];
  return `case when pg_catalog.current_setting(${setting}, true) operator(pg_catalog.<>) ${literal} then pg_catalog.set_config(${setting}, ${literal}, false) end`;
}

function reading(names: readonly string[]): string[] {
  return names.map((name) => `pg_catalog.current_setting(${quoteLiteral(name)}, true)`);
}

/**
 * Settings from a row with the values of these names; settings that the server does not know are
 * left out.
 */
export function valuesOf(names: readonly string[], row: Row): Settings {
  return Object.fromEntries(
    names.flatMap((name, index) => {
      const value = row[index];
      return value === null || value === undefined ? [] : [[name, value]];
    }),
  );
}

function only(settings: Settings, names: readonly string[]): Settings {
  return Object.fromEntries(Object.entries(settings).filter(([name]) => names.includes(name)));
}

function inOrder(settings: Settings): [string, string][] {
  const place = (name: string) => rights.indexOf(name);
  return Object.entries(settings).sort(([one], [other]) => place(one) - place(other));
}
