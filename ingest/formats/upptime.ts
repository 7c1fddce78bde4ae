import * as v from "valibot";
import type { MappedOutage } from "../mapped.ts";
import { plus, readMoment } from "../values/moment.ts";
import { dictionary, hasKeys, plainText, text } from "../values/shape.ts";
import type { DocumentFormat, TableFormat } from "./format.ts";

const siteShape = v.object({
  name: text,
  slug: text,
  url: text,
  dailyMinutesDown: dictionary(v.number()),
});
const minutesOfDay = 24 * 60;

/**
 * A site of Upptime's `history/summary.json`: for each day, how many minutes it was down. Or an issue
 * that Upptime opened on GitHub when a site went down, and closed when it was back.
 */
export const upptime: DocumentFormat = {
  name: "upptime",
  recognise(document) {
    if (hasKeys(document, "slug", "dailyMinutesDown") || downIn(document)) return true;
    return hasKeys(document, "url", "status", "responseTime", "lastUpdated")
      ? "the present state of a site, without a history: give history/summary.json, or the checks as CSV"
      : false;
  },
  *map(document) {
    const name = downIn(document);
    if (name !== undefined) {
      yield outageOfIssue(name, document);
      return;
    }
    const site = v.parse(siteShape, document);
    for (const [day, minutes] of Object.entries(site.dailyMinutesDown)) {
      const start = readMoment(day);
      if (minutes <= 0) continue;
      yield {
        kind: "outage",
        outageId: `${site.slug}/${day}`,
        start,
        end: plus(start, Math.min(minutes, minutesOfDay) * 60_000),
        cause: null,
        // the source says how long the outages of a day were, and not when
        metadata: { url: site.url, placed: "at the start of the day" },
        payload: { slug: site.slug, day, minutes },
        hints: {
          ownName: site.name ?? site.slug ?? null,
          title: site.name,
          tags: site.slug ? [site.slug] : [],
        },
      };
    }
  },
};

/** The site that an issue is about: its title is `🛑 Shop is down`. */
function downIn(document: unknown): string | undefined {
  if (!hasKeys(document, "title", "number") && !hasKeys(document, "title", "createdAt")) return;
  if (!("created_at" in document || "createdAt" in document)) return;
  return /^🛑\s*(.+) is down$/u.exec(plainText(document.title))?.[1];
}

// GitHub's API and its command line spell the keys differently
const issueShape = v.object({
  number: text,
  title: text,
  created_at: text,
  createdAt: text,
  closed_at: text,
  closedAt: text,
});

function outageOfIssue(name: string, document: unknown): MappedOutage {
  const issue = v.parse(issueShape, document);
  const start = readMoment(issue.created_at ?? issue.createdAt);
  const end = readMoment(issue.closed_at ?? issue.closedAt);
  return {
    kind: "outage",
    // the number alone is that of another repository, too
    outageId: issue.number === undefined ? null : `${name}/issue ${issue.number}`,
    start,
    end,
    cause: null,
    payload: { number: issue.number, title: issue.title, start, end },
    hints: { ownName: name, title: name },
  };
}

interface Check {
  at: string;
  isDown: boolean;
  code: string | undefined;
}

/** Checks of sites, one on each line: an outage lasts from a check that failed to the next good one. */
export const upptimeChecks: TableFormat = {
  name: "upptime-checks",
  recognise: (names) => ["checked_at", "site", "status"].every((name) => names.includes(name)),
  open(names) {
    const [time, site, status, code] = ["checked_at", "site", "status", "http_code"].map((name) =>
      names.indexOf(name),
    ) as [number, number, number, number];
    const checks = new Map<string, Check[]>();
    return {
      read(values) {
        const at = readMoment(values[time]);
        const word = values[status]?.toLowerCase() ?? "";
        if (at === null || !/^(up|down|degraded)$/.test(word)) {
          return {
            kind: "setAside",
            reason: "bad_value",
            detail: `no check: ${values.slice(0, 3).join(", ")}`,
          };
        }
        const name = values[site] ?? "";
        const ofSite = checks.get(name) ?? [];
        if (ofSite.length === 0) checks.set(name, ofSite);
        ofSite.push({ at, isDown: word === "down", code: values[code] });
        return undefined;
      },
      finish: () => [...checks].flatMap(([name, ofSite]) => outagesOf(name, ofSite)),
    };
  },
};

function outagesOf(site: string, checks: Check[]): MappedOutage[] {
  const outages: MappedOutage[] = [];
  let down: Check | undefined;
  const add = (end: string | null) => {
    if (down === undefined) return;
    outages.push({
      kind: "outage",
      sourceSystem: "upptime",
      outageId: `${site}/${down.at}`,
      start: down.at,
      end,
      cause: down.code ? `status ${down.code}` : null,
      payload: { site, from: down.at, until: end },
      hints: { ownName: site, title: site },
    });
    down = undefined;
  };
  for (const check of checks.sort((one, other) => Date.parse(one.at) - Date.parse(other.at))) {
    if (!check.isDown) add(check.at);
    else down ??= check;
  }
  add(null);
  return outages;
}
