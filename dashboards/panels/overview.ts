import type { Dashboard } from "../dashboard.ts";
import { overviewLists } from "./overview-lists.ts";
import { overviewNumbers } from "./overview-numbers.ts";
import { applications, windowDays } from "./variables.ts";

/** Whether all applications recover in time, and where they do not. */
export const overview: Dashboard = {
  uid: "resilience-overview",
  title: "Resilience overview",
  description: "Did we recover in time, and where not?",
  variables: [applications, windowDays],
  from: "now-90d",
  panels: [...overviewNumbers, ...overviewLists],
};
