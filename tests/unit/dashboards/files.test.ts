import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { dashboardFiles } from "../../../dashboards/files.ts";
import { dataSource } from "../../../dashboards/grafana.ts";
import type { DashboardJson, PanelJson } from "../../../dashboards/grafana-json.ts";
import { reader } from "../../../dashboards/reader.ts";
import { expandGrafana, expandMetabase } from "../../support/dashboard-macros.ts";

const root = dirname(dirname(dirname(import.meta.dirname)));
const read = (path: string) => readFileSync(join(root, path), "utf8");
const { vars } = JSON.parse(read("dataform.json"));
const files = dashboardFiles(vars);
const jsons = [...files]
  .filter(([path]) => path.endsWith(".json"))
  .map(([, text]): DashboardJson => JSON.parse(text));
const panels = jsons.flatMap((json) => json.panels.map((panel) => ({ json, panel })));

describe("the files of the dashboards", () => {
  it("are those that `npm run dashboards` makes of the description, and no others", () => {
    for (const [path, text] of files) expect(read(`deploy/${path}`), path).toBe(text);
    const stored = ["grafana/dashboards", "metabase"].flatMap((folder) =>
      readdirSync(join(root, "deploy", folder), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name).slice(root.length + "/deploy/".length)),
    );
    expect(stored.sort()).toEqual([...files.keys()].filter((path) => path.includes("/")).sort());
  });

  it("follow the time zone of the project", () => {
    const [json] = [...dashboardFiles({ ...vars, reportTimeZone: "Europe/Berlin" }).values()];
    expect(JSON.parse(json ?? "").timezone).toBe("Europe/Berlin");
    expect(json).toContain("at time zone 'Europe/Berlin'");
  });
});

describe("the dashboards of Grafana", () => {
  it("are of the form that provisioning by files takes, with ids of their own", () => {
    expect(jsons.map(({ uid }) => uid)).toEqual([
      "resilience-overview",
      "resilience-application",
      "resilience-data-quality",
      "dataform-runs",
    ]);
    for (const json of jsons) {
      expect(json).toMatchObject({ schemaVersion: 42, editable: false });
      expect(json).not.toHaveProperty("apiVersion");
      expect(new Set(json.panels.map(({ id }) => id)).size).toBe(json.panels.length);
    }
  });

  it("say what each panel means and of what unit its numbers are", () => {
    for (const { panel } of panels) {
      expect(panel.title, panel.title).toMatch(/\S/);
      expect(panel.description, panel.title).toMatch(/\.$/);
      expect(panel.datasource).toEqual(dataSource);
      const units = [
        panel.fieldConfig?.defaults.unit,
        ...(panel.fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
          properties.filter(({ id }) => id === "unit").map(({ value }) => value),
        ),
      ].filter(Boolean);
      if (panel.type !== "table") expect(units.length, panel.title).toBeGreaterThan(0);
    }
  });

  it("colour the status of a run whatever it is, and a recovery that never came", () => {
    const coloursOf = (name: string) =>
      panels.flatMap(({ panel }) =>
        (panel.fieldConfig?.overrides ?? [])
          .filter(({ matcher }) => matcher.options === name)
          .flatMap(({ properties }) => properties.filter(({ id }) => id === "mappings"))
          .map(({ value }) => JSON.stringify(value)),
      );
    const statuses = ["successful", "failed", "timed_out", "interrupted", "cancelled"];
    expect(coloursOf("status").length).toBeGreaterThan(2);
    for (const colours of coloursOf("status")) {
      for (const status of statuses) expect(colours).toContain(`"${status}":`);
    }
    expect(coloursOf("worst")).toEqual([expect.stringContaining('"never":{"color"')]);
  });

  it("lay no panel over another or out of the 24 columns", () => {
    for (const json of jsons) {
      for (const [index, panel] of json.panels.entries()) {
        const { x, y, w, h } = boxOf(panel);
        expect(x >= 0 && y >= 0 && x + w <= 24 && h > 0, panel.title).toBe(true);
        const over = json.panels.slice(index + 1).filter((other) => {
          const box = boxOf(other);
          return box.x < x + w && x < box.x + box.w && box.y < y + h && y < box.y + box.h;
        });
        expect(
          over.map(({ title }) => title),
          panel.title,
        ).toEqual([]);
      }
    }
  });

  it("use variables that they have, quoted, and macros that there are", () => {
    for (const { json, panel } of panels) {
      const names = json.templating.list?.map(({ name }) => [name, ["a'b"]]) ?? [];
      const choices = { values: Object.fromEntries(names), from: "f", until: "u" };
      for (const { rawSql } of panel.targets) {
        expect(expandGrafana(rawSql, choices), panel.title).not.toMatch(/[^\w']a'b/);
      }
    }
  });

  it("lead to a dashboard and a variable that there are", () => {
    const urls = panels.flatMap(({ panel }) =>
      [...JSON.stringify(panel).matchAll(/"url":"\/d\/([\w-]+)\?var-(\w+)=/g)].map(
        ([, uid, name]) => [uid, name] as const,
      ),
    );
    expect(urls.length).toBeGreaterThan(3);
    for (const [uid, name] of urls) {
      const found = jsons.find((json) => json.uid === uid)?.templating.list;
      expect(found?.map((each) => each.name)).toContain(name);
    }
  });
});

describe("the macros that the tests expand", () => {
  const choices = { values: { name: ["O'Brien", "x"], none: [] }, from: "1", until: "2" };

  it("are Grafana's", () => {
    expect(expandGrafana(`a = any(array[${variable("name:sqlstring")}])`, choices)).toBe(
      "a = any(array['O''Brien','x'])",
    );
    expect(expandGrafana(`array[${variable("none:sqlstring")}]::text[]`, choices)).toBe(
      "array[]::text[]",
    );
    expect(expandGrafana("$__timeFilter(t) and b", choices)).toBe("t BETWEEN '1' AND '2' and b");
    for (const bad of [
      variable("name"),
      variable("name:csv"),
      variable("other:sqlstring"),
      "$__interval",
      "$name",
      "[[name]]",
      "$__timeFilter((a)::date)",
    ]) {
      expect(() => expandGrafana(bad, choices), bad).toThrow();
    }
  });

  it("are Metabase's", () => {
    expect(expandMetabase("(true [[and a = {{name}}]]) [[x {{none}}]]", choices)).toBe(
      "(true and a = 'O''Brien') ",
    );
    expect(() => expandMetabase("a = {{name}}", choices)).toThrow();
  });
});

describe("the service of docker-compose.yml", () => {
  const { services, volumes } = parse(read("docker-compose.yml"));
  const { grafana, "dashboards-role": role } = services;
  const environment = (text: string) =>
    [...text.matchAll(/\$(DASHBOARDS_\w+)/g)].map(([, name]) => name);

  it("gives Grafana the files and the source that the dashboards name", () => {
    const mounts = grafana.volumes.map((volume: string) => volume.split(":"));
    for (const [from, , mode] of mounts.filter(([from]: string[]) => from?.startsWith("./"))) {
      expect(existsSync(join(root, from)), from).toBe(true);
      expect(mode).toBe("ro");
    }
    expect(Object.keys(volumes)).toContain("grafana-data");
    const provider = parse(read("deploy/grafana/provisioning/dashboards/files.yaml")).providers[0];
    expect(mounts).toContainEqual(["./deploy/grafana/dashboards", provider.options.path, "ro"]);
    expect(grafana.environment.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH).toBe(
      `${provider.options.path}/resilience-overview.json`,
    );
    const text = read("deploy/grafana/provisioning/datasources/warehouse.yaml");
    const [source] = parse(text).datasources;
    expect(source).toMatchObject({ ...dataSource, user: reader, editable: false });
    for (const name of environment(text)) expect(grafana.environment).toHaveProperty(name ?? "");
  });

  it("starts nothing without a password, listens on this machine alone, and asks others for none", () => {
    expect(role.profiles).toEqual(["dashboards"]);
    expect(grafana.profiles).toEqual(["dashboards"]);
    expect(grafana.ports).toEqual([`127.0.0.1:${variable("GRAFANA_PORT:-3000")}:3000`]);
    expect(grafana.entrypoint.join(" ")).toContain("GF_SECURITY_ADMIN_PASSWORD:?");
    expect(read("deploy/dashboards-role.sh")).toContain("DASHBOARDS_PASSWORD:?");
    // compose reads the whole file also for those who start postgres alone
    expect(JSON.stringify([role, grafana])).not.toMatch(/[^$]\$\{\w+:\?/);
    for (const name of ["DASHBOARDS_PASSWORD", "GRAFANA_PASSWORD"]) {
      expect(read(".env.example")).toMatch(new RegExp(`^${name}=`, "m"));
    }
  });
});

function variable(text: string): string {
  return `$\{${text}}`;
}

function boxOf({ gridPos }: PanelJson) {
  if (gridPos === undefined) throw new Error("a panel without a place");
  return gridPos;
}
