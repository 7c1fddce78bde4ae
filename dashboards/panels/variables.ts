import type { Variable } from "../dashboard.ts";
import { windowVariable } from "../targets.ts";

/** The applications, all of them or some. */
export const applications: Variable = {
  name: "application",
  label: "Application",
  values: ({ context: { of } }) =>
    `select app_name as __text, app_name as __value from ${of("dim_applications")} order by app_name`,
  isMulti: true,
};

/** One application. */
export const application: Variable = { ...applications, isMulti: false };

/** How many days a window has. */
export const windowDays: Variable = {
  name: windowVariable,
  label: "Days of the window",
  values: ["90", "30", "7"],
  isMulti: false,
};

/** The loaders that wrote rows of bronze. */
export const sources: Variable = {
  name: "source",
  label: "Source",
  values: ({ context: { of } }) =>
    `select source_system as __text, source_system as __value from ${of("data_quality")} order by source_system`,
  isMulti: true,
};

/** The projects whose runs the history has. */
export const projects: Variable = {
  name: "project",
  label: "Project",
  values: ({ history }) =>
    `select distinct project as __text, project as __value from ${history("run_overview")} order by project`,
  isMulti: true,
};
