import type * as common from "@grafana/grafana-foundation-sdk/common";
import type * as grafana from "@grafana/grafana-foundation-sdk/dashboard";
import type * as stat from "@grafana/grafana-foundation-sdk/stat";
import type * as table from "@grafana/grafana-foundation-sdk/table";
import type * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";

/** A type of Grafana's as it stands in JSON: a member of an enumeration is its text or number. */
type Plain<T> = T extends string
  ? `${T}`
  : T extends number
    ? number
    : T extends readonly (infer Item)[]
      ? Plain<Item>[]
      : T extends grafana.DashboardLink
        ? Partial<{ [Key in keyof T]: Plain<T[Key]> }>
        : T extends object
          ? { [Key in keyof T]: Plain<T[Key]> }
          : T;

/** A dashboard file as Grafana reads it. */
export interface DashboardJson extends Plain<Omit<grafana.Dashboard, "panels">> {
  panels: PanelJson[];
}

/** A panel of it with the options of its kind. */
export type PanelJson = Plain<Omit<grafana.Panel, "targets" | "options" | "type">> & {
  targets: TargetJson[];
} & (
    | { type: "stat"; options: Plain<stat.Options> }
    | { type: "table"; options: Plain<table.Options> }
    | { type: "timeseries"; options: Plain<timeseries.Options> }
  );

/** A query of Grafana's PostgreSQL source. */
export interface TargetJson {
  refId: string;
  datasource: common.DataSourceRef;
  rawQuery: true;
  editorMode: "code";
  format: "table" | "time_series";
  rawSql: string;
}

export type FieldConfigJson = Plain<grafana.FieldConfig>;
export type FieldConfigSourceJson = Plain<grafana.FieldConfigSource>;
export type VariableJson = Plain<grafana.VariableModel>;
export type LinesJson = Plain<timeseries.FieldConfig>;
