import { overviewQuery } from "./0002-views.ts";
import { isGone } from "./is-alive.ts";

/** A standby knows nothing of the sessions of its primary: the view called each run there interrupted. */
export const standby = `
  create or replace view run_history.run_overview as${overviewQuery(isGone("r"))};

  comment on column run_history.run_overview.status is
    'As in runs; a run that is dead and that no later run has seen yet is interrupted too. On a standby a run without a recorded end is running, be it dead or not'`;
