import type { Column, Dashboard, Panel, Target, Variable } from "./dashboard.ts";
import type {
  DashboardJson,
  FieldConfigJson,
  FieldConfigSourceJson,
  LinesJson,
  PanelJson,
  VariableJson,
} from "./grafana-json.ts";

/** The source that all panels read, by the id that the provisioning gives it. */
export const dataSource = { type: "grafana-postgresql-datasource", uid: "resilience-warehouse" };

const tag = "dataform-postgres";
const red = "semi-dark-red";
const colours = { bad: red, good: "semi-dark-blue", unknown: "gray" } as const;

/** A dashboard as Grafana's file of the classic form, which is what provisioning by files takes. */
export function grafanaDashboard(dashboard: Dashboard, target: Target, timeZone: string) {
  const json: DashboardJson = {
    uid: dashboard.uid,
    title: dashboard.title,
    description: dashboard.description,
    tags: [tag],
    timezone: timeZone === "UTC" ? "utc" : timeZone,
    schemaVersion: 42,
    editable: false,
    graphTooltip: 1,
    time: { from: dashboard.from, to: "now" },
    refresh: "",
    annotations: { list: [] },
    links: [
      {
        type: "dashboards",
        title: "Dashboards",
        icon: "external link",
        tooltip: "",
        tags: [tag],
        asDropdown: false,
        targetBlank: false,
        includeVars: false,
        keepTime: true,
      },
    ],
    templating: { list: dashboard.variables.map((variable) => variableJson(variable, target)) },
    panels: placed(dashboard.panels).map(({ panel, gridPos }, index) => ({
      id: index + 1,
      gridPos,
      ...panelJson(panel, target),
    })),
  };
  return json;
}

function variableJson(variable: Variable, target: Target): VariableJson {
  const { name, label, values, isMulti } = variable;
  const shared = { name, label, multi: isMulti, includeAll: isMulti, allowCustomValue: false };
  if (Array.isArray(values)) {
    const options = values.map((value, index) => ({ text: value, value, selected: index === 0 }));
    return { ...shared, type: "custom", query: values.join(","), options, ...chosen(options[0]) };
  }
  const query = values(target);
  return {
    ...shared,
    type: "query",
    datasource: dataSource,
    query,
    definition: query,
    refresh: 1,
    sort: 0,
    ...(isMulti ? chosen({ text: ["All"], value: ["$__all"] }) : {}),
  };
}

function chosen(current: VariableJson["current"]) {
  return current === undefined ? {} : { current };
}

/** Panels side by side as long as 24 columns have room, each row as high as its highest panel. */
function placed(panels: readonly Panel[]) {
  let row = { x: 0, y: 0, height: 0 };
  return panels.map((panel) => {
    if (row.x + panel.width > 24) row = { x: 0, y: row.y + row.height, height: 0 };
    const gridPos = { x: row.x, y: row.y, w: panel.width, h: panel.height };
    row = { ...row, x: row.x + panel.width, height: Math.max(row.height, panel.height) };
    return { panel, gridPos };
  });
}

function panelJson(panel: Panel, target: Target): PanelJson {
  const isOverTime = panel.as !== "numbers" && panel.as !== "table";
  const shared = {
    title: panel.title,
    description: panel.description,
    datasource: dataSource,
    fieldConfig: fieldConfig(panel),
    targets: [
      {
        refId: "A",
        datasource: dataSource,
        rawQuery: true as const,
        editorMode: "code" as const,
        format: isOverTime ? ("time_series" as const) : ("table" as const),
        rawSql: panel.sql(target),
      },
    ],
  };
  if (panel.as === "numbers") return { ...shared, type: "stat", options: numbersOptions };
  if (panel.as === "table") return { ...shared, type: "table", options: tableOptions };
  return { ...shared, type: "timeseries", options: timeOptions };
}

type OptionsOf<Type extends PanelJson["type"]> = Extract<PanelJson, { type: Type }>["options"];

const numbersOptions: OptionsOf<"stat"> = {
  graphMode: "none",
  colorMode: "value",
  justifyMode: "auto",
  textMode: "value_and_name",
  wideLayout: true,
  showPercentChange: false,
  percentChangeColorMode: "standard",
  orientation: "auto",
  reduceOptions: { values: false, calcs: ["lastNotNull"], fields: "" },
};

const tableOptions: OptionsOf<"table"> = { frameIndex: 0, showHeader: true, cellHeight: "sm" };

const timeOptions: OptionsOf<"timeseries"> = {
  legend: { displayMode: "list", placement: "bottom", showLegend: true, calcs: [] },
  tooltip: { mode: "multi", sort: "desc" },
};

/** How lines, points and bars look; a gap stays a gap. */
function timeStyle(as: Panel["as"]): LinesJson | undefined {
  switch (as) {
    case "lines":
      return { drawStyle: "line", lineWidth: 2, showPoints: "always", spanNulls: false };
    case "points":
      return { drawStyle: "points", pointSize: 6, showPoints: "always" };
    case "bars":
      return { drawStyle: "bars", fillOpacity: 60, stacking: { mode: "none", group: "A" } };
    default:
      return undefined;
  }
}

function fieldConfig(panel: Panel): FieldConfigSourceJson {
  const { "": all = {}, ...columns } = panel.columns ?? {};
  const custom = timeStyle(panel.as);
  return {
    defaults: {
      color: { mode: custom === undefined ? "thresholds" : "palette-classic" },
      thresholds: thresholds(undefined),
      noValue: "–",
      ...properties(all, panel.as),
      ...(custom && { custom }),
    },
    overrides: Object.entries(columns).map(([name, column]) => ({
      matcher: { id: "byName", options: name },
      properties: Object.entries(properties(column, panel.as)).map(([id, value]) => ({
        id,
        value,
      })),
    })),
  };
}

/** What a column says, by the names of Grafana's properties. */
function properties(column: Column, as: Panel["as"]): FieldConfigJson {
  const { label, unit, decimals, badFrom, colours: colouring, opens } = column;
  const isColoured = badFrom !== undefined || colouring !== undefined;
  return {
    ...(label === undefined ? {} : { displayName: label }),
    ...(unit === undefined ? {} : { unit }),
    ...(decimals === undefined ? {} : { decimals }),
    ...(badFrom === undefined ? {} : { thresholds: thresholds(badFrom) }),
    ...(colouring === undefined ? {} : { mappings: [mapping(colouring)] }),
    ...(opens === undefined ? {} : { links: [linkTo(opens)] }),
    ...(isColoured && as === "table"
      ? { "custom.cellOptions": { type: "color-text" } satisfies { type: string } }
      : {}),
  };
}

function thresholds(badFrom: number | undefined): NonNullable<FieldConfigJson["thresholds"]> {
  const bad = badFrom === undefined ? [] : [{ value: badFrom, color: red }];
  return { mode: "absolute", steps: [{ value: null, color: "text" }, ...bad] };
}

function mapping(colouring: NonNullable<Column["colours"]>) {
  const options = Object.entries(colouring).map(([value, colour], index) => [
    value,
    { color: colours[colour], index },
  ]);
  return { type: "value" as const, options: Object.fromEntries(options) };
}

function linkTo({ uid, variable }: NonNullable<Column["opens"]>) {
  const choice = `var-${variable}=\${__value.text:percentencode}`;
  return { title: "Open", url: `/d/${uid}?${choice}&\${__url_time_range}` };
}
