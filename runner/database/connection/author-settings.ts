import { ownMeaning, type Settings } from "./settings-switch.ts";

/** SQL for the rows that `authorSettings` takes: name, value, and where it comes from. */
export const settingsOfConnection = `
  select name, setting, source from pg_catalog.pg_settings
  where name operator(pg_catalog.=) any ('{${Object.keys(ownMeaning).join(",")}}'::pg_catalog.text[])`;

/**
 * The settings with which an author's statements begin: those of the role, the database, the server
 * and this connection, as in psql. Where they are not set, times are in UTC and names are looked up
 * in `public`. initdb writes the time zone and the date order of its machine into
 * `postgresql.conf`, so these values there do not count as set.
 */
export function authorSettings(found: readonly (readonly (string | null)[])[]): Settings {
  return Object.fromEntries(
    found.map(([name, value, source]) => {
      const key = name ?? "";
      const isChosen = chosen.has(source ?? "") || (source === fromFile && !byInitdb.has(key));
      return [key, (isChosen ? undefined : whereUnset[key]) ?? value ?? ""];
    }),
  );
}

const chosen = new Set(["global", "database", "user", "database user", "client", "command line"]);
const fromFile = "configuration file";
const byInitdb = new Set(["TimeZone", "DateStyle"]);

const whereUnset: Settings = {
  search_path: "public, pg_temp",
  TimeZone: "UTC",
  DateStyle: "ISO, MDY",
};
