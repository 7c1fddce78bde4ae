/** What part of the project runs, and how. Everything is optional: the default is all of it. */
export interface RunConfig {
  /** Names of actions: `name`, `schema.name` or `database.schema.name`; `*` stands for anything. */
  actions?: readonly string[];
  /** Tags; an action with any of them is selected, beside those in `actions`. */
  tags?: readonly string[];
  includeDependencies?: boolean;
  includeDependents?: boolean;
  /** Rebuild incremental tables that are not protected. */
  fullRefresh?: boolean;
}
