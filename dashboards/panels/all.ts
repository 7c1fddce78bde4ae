import type { Dashboard } from "../dashboard.ts";
import { applicationDashboard } from "./application.ts";
import { overview } from "./overview.ts";
import { quality } from "./quality.ts";
import { runs } from "./runs.ts";

/** The dashboards, in the order in which people read them. */
export const dashboards: readonly Dashboard[] = [overview, applicationDashboard, quality, runs];
