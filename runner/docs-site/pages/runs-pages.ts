import { count, counted, nothing } from "../../pages/format.ts";
import { html, type Markup } from "../../pages/html.ts";
import { longTable, type PageFile } from "../../pages/long-table.ts";
import { section } from "../../pages/section.ts";
import type { Column } from "../../pages/table.ts";
import { criticalPath, type RunAction } from "../collect/critical-path.ts";
import type { Docs, DocsRun } from "../docs.ts";
import { durationBars } from "./run-marks.ts";
import { rootOf, shell } from "./shell.ts";
import { timeline } from "./timeline.ts";
import { duration, outcomeOf, stateCell, stateMark, when } from "./words.ts";

/** The list of runs. */
export function runsPage(docs: Docs): PageFile[] {
  const { runs } = docs;
  const [newest] = runs;
  const answer =
    newest === undefined
      ? html`No run is known${docs.hasDatabase ? ": this database has no history of the project" : ": no database was read"}.`
      : html`The newest run was ${stateMark(newest.status)} on ${when(newest.startedAt)} (UTC); it took ${duration(newest.seconds)}.`;
  const table = longTable({
    ...{ id: "runs", caption: "Runs", rows: runs, columns: runColumns },
    search: "day, commit, state",
    empty: "No run is known.",
  });
  const main = html`<h1>Runs</h1><p class="answer">${answer}</p>
${runs.length > 0 && html`<p class="run-bars">${durationBars(runs, "Runs")}</p>`}
${table.markup}`;
  return [
    {
      path: "runs.html",
      text: shell(docs, { path: "runs.html", chapter: "runs", title: "Runs", main }),
    },
    ...table.files,
  ];
}

const runColumns: Column<DocsRun>[] = [
  {
    label: "Began (UTC)",
    cell: ({ startedAt, page }) => ({ text: when(startedAt), href: page, key: startedAt }),
  },
  { label: "State", cell: ({ status }) => stateCell(status) },
  {
    label: "Took",
    align: "right",
    cell: ({ seconds }) => ({ text: duration(seconds), key: seconds ?? -1 }),
  },
  ...(["planned", "successful", "failed", "skipped", "warnings"] as const).map(
    (name): Column<DocsRun> => ({
      label: name === "planned" ? "Actions" : `${name.charAt(0).toUpperCase()}${name.slice(1)}`,
      align: "right",
      cell: (run) => ({ text: count(run[name]), key: run[name] }),
    }),
  ),
  {
    label: "Commit",
    cell: ({ commit, branch }) => ({
      text: commit?.slice(0, 8) ?? nothing,
      sub: branch ?? undefined,
      code: true,
    }),
  },
];

/** The page of a run: what decided how long it took, and every action of it. */
export function runPage(docs: Docs, run: DocsRun): PageFile[] {
  if (run.page === undefined) return [];
  const root = rootOf(run.page);
  const title = `Run of ${when(run.startedAt)}`;
  const path = criticalPath(run, docs.byKey);
  const context = { docs, root };
  const table = longTable({
    ...{ id: "actions", caption: "Actions of the run", rows: run.actions },
    columns: actionColumns(docs, root, run),
    search: "name, state, message",
    empty: "No action came to its end.",
    name: run.page.replace(/^runs\/|\.html$/g, ""),
    facets: [
      {
        key: "state",
        label: "State",
        values: [...new Set(run.actions.map(({ status }) => status))].map((value) => ({
          value,
          label: stateCell(value).text,
        })),
      },
    ],
    facetsOf: ({ status }) => ({ state: status }),
    root,
  });
  const main = html`<p class="back"><a href="${root}index.html">${docs.project}</a> / <a href="${root}runs.html">Runs</a></p>
<h1>${title} <small>UTC</small></h1>
<p class="answer">${stateMark(run.status)}: ${counted(run.successful, "action")} successful, ${count(run.failed)} failed, ${count(run.skipped)} skipped of ${count(run.planned)}, in ${duration(run.seconds)}.</p>
<p class="meta">${[run.commit && `commit ${run.commit.slice(0, 8)}`, run.branch && `branch ${run.branch}`, `id ${run.id}`].filter(Boolean).join(" · ")}</p>
${section("Critical path", { remark: "What ended last, what it waited for, and so on: only a shorter path makes the run shorter." }, pathOf(run, path, context))}
${section("Timeline", { more: "dark: critical path · thin line: ready, no thread free" }, timeline(run, path, context) ?? html`<p class="empty">Nothing ran.</p>`)}
${section("Actions", {}, table.markup)}`;
  const text = shell(docs, { path: run.page, chapter: "runs", title, main });
  return [{ path: run.page, text }, ...table.files];
}

function pathOf(
  run: DocsRun,
  path: readonly RunAction[],
  { docs, root }: { docs: Docs; root: string },
): Markup {
  if (path.length === 0) return html`<p class="empty">Nothing ran.</p>`;
  const worked = path.reduce((sum, { seconds }) => sum + seconds, 0);
  return html`<p>${duration(worked)} of work in ${counted(path.length, "action")} one after the other${
    run.seconds ? html`; the whole run took ${duration(run.seconds)}` : null
  }.</p>
<ol class="path">${path.map((action) => {
    const known = docs.byKey.get(action.key);
    return html`<li>${known ? html`<a href="${root}${known.page}"><code>${known.name}</code></a>` : html`<code>${nameOf(docs, action)}</code>`} <span class="muted">${duration(action.seconds)}</span></li>`;
  })}</ol>`;
}

function actionColumns(docs: Docs, root: string, run: DocsRun): Column<RunAction>[] {
  const begin = Math.min(...run.actions.map(({ startedAt }) => Date.parse(startedAt)));
  return [
    {
      label: "Action",
      cell: (action) => {
        const known = docs.byKey.get(action.key);
        const href = known && `${root}${known.page}`;
        return { text: nameOf(docs, action), href, sub: action.message ?? undefined };
      },
    },
    { label: "Kind", cell: ({ type }) => type },
    { label: "State", cell: (action) => stateCell(outcomeOf(action)) },
    {
      label: "Began after",
      align: "right",
      cell: ({ startedAt }) => {
        const seconds = (Date.parse(startedAt) - begin) / 1000;
        return { text: duration(seconds), key: seconds };
      },
    },
    {
      label: "Took",
      align: "right",
      cell: ({ seconds }) => ({ text: duration(seconds), key: seconds }),
    },
    {
      label: "Waited",
      align: "right",
      cell: ({ queueSeconds }) => ({ text: duration(queueSeconds), key: queueSeconds ?? -1 }),
    },
    {
      label: "Rows",
      align: "right",
      cell: ({ rows }) => ({ text: count(rows), key: rows ?? -1 }),
    },
  ];
}

function nameOf(docs: Docs, { key }: RunAction): string {
  return docs.byKey.get(key)?.name ?? (JSON.parse(key) as string[]).join(".");
}
