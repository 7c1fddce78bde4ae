import { count } from "../../runner/pages/format.ts";
import { html, type Markup } from "../../runner/pages/html.ts";
import { section } from "../../runner/pages/section.ts";
import { shareCurve } from "../charts/share-curve.ts";
import { interval, percent, sampleSize } from "../html/format.ts";
import { groupBy, number, type Row } from "../read/rows.ts";
import type { Own } from "./application-facts.ts";

/** Scenarios whose curve a page draws. */
const mostCurves = 8;

/** For each scenario the share of tests that had recovered after so many minutes. */
export function curvesSection({ tests, app, link }: Own, recoveries: readonly Row[]): Markup {
  const byScenario = groupBy(
    tests.filter(({ recovery_sample_seconds: sample }) => sample !== null),
    "scenario_id",
  );
  const objectiveMinutes = app.rto_minutes ? Number(app.rto_minutes) : undefined;
  const left = recoveries.length - mostCurves;
  return section(
    "Share of tests recovered, after so many minutes",
    {
      remark: html`Per cent over minutes, the same scale everywhere. Vertical: today's objective. A curve that ends below 100 has tests that never recovered. In time: by the objective of each test's own day.${
        left > 0 &&
        ` The ${mostCurves} scenarios with the most tests of ${count(recoveries.length)}.`
      }`,
    },
    recoveries.length === 0
      ? html`<p class="empty">No test of these days has a recovery time.</p>`
      : html`<div class="curves">${recoveries.slice(0, mostCurves).map((pair) => {
          const seconds = (byScenario.get(pair.scenario_id ?? "") ?? [])
            .map((test) => Number(test.recovery_sample_seconds))
            .sort((one, other) => one - other);
          return curve(pair, {
            seconds,
            objectiveMinutes,
            href: link({ scenario: pair.scenario_id }),
          });
        })}</div>`,
  );
}

function curve(
  pair: Row,
  {
    seconds,
    objectiveMinutes,
    href,
  }: {
    seconds: number[];
    objectiveMinutes: number | undefined;
    href: string;
  },
): Markup {
  const name = pair.scenario_id === "0" ? "Name not mapped" : pair.scenario_name;
  const never = number(pair.unrecovered_tests);
  const judged = number(pair.recoveries_with_objective);
  const others = number(pair.recoveries) - judged;
  const share = judged > 0 ? `${percent(pair.in_time_pct)} % in time` : "no objective";
  return html`<div><h3><a href="${href}">${name}</a></h3><p>${share}${
    judged > 0 && ` (${interval(pair.in_time_low, pair.in_time_high)})`
  } · ${never > 0 && html`<span class="bad">${count(never)} never</span> · `}${sampleSize(pair.recoveries)}${
    judged > 0 && others > 0 && ` · ${count(others)} without an objective`
  }</p>${shareCurve(seconds, {
    objectiveMinutes,
    label: `${name}: ${share}, n = ${count(pair.recoveries)}`,
  })}</div>`;
}
