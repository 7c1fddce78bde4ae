/** What part of the project runs, and how. Everything is optional: the default is all of it. */
export interface RunConfig {
  /**
   * Selectors (docs/selection.md): `name`, `schema.name` or `database.schema.name` with `*` for
   * anything, `tag:…`, `file:…`, a folder; `+` before and after; `and` between two.
   */
  actions?: readonly string[];
  /** Tags; an action with any of them is selected, beside those in `actions`. */
  tags?: readonly string[];
  /** Selectors of actions that do not run, whatever else selects them. */
  exclude?: readonly string[];
  /** `targetKey` of the only actions that are selected; those above choose among them. */
  only?: readonly string[];
  /** Whether a selected table brings its own assertions along; true unless set. */
  assertions?: boolean;
  includeDependencies?: boolean;
  includeDependents?: boolean;
  /** Only what changed since its last success: its code, its settings, or the data that it reads. */
  changed?: boolean;
  /** Rebuild incremental tables that are not protected. */
  fullRefresh?: boolean;
}
