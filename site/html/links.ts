import type { Value } from "../read/rows.ts";

/** The name of a page for a window of days; the report's own window has the plain name. */
export function pageName(name: string, days: number, reportDays: number): string {
  return days === reportDays ? `${name}.html` : `${name}-${days}-days.html`;
}

/** The page of an application. */
export function applicationPage(appId: Value): string {
  return `application-${appId}`;
}

/** The page that lists the tests of an application. */
export function rowsPage(appId: Value): string {
  return `tests-of-${appId}.html`;
}

/** What is to be shown of the tests of an application. */
export interface RowsFilter {
  from?: Value;
  to?: Value;
  verdict?: string;
  status?: string;
  recovery?: string;
  scenario?: Value;
  test?: Value;
}

/** A link to tests of an application. */
export function rowsLink(appId: Value, filter: RowsFilter): string {
  const parts = Object.entries(filter).filter(([, value]) => value !== undefined && value !== null);
  const hash = parts.map(([key, value]) => `${key}=${encodeURIComponent(String(value))}`).join("&");
  return `${rowsPage(appId)}${hash && `#${hash}`}`;
}
