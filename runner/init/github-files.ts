/** The folder of the project in its repository: `.` or `data/warehouse`. */
export type FolderInRepository = string;

/** The workflows that run a project on GitHub, by their path in the repository. */
export function githubFiles(folder: FolderInRepository): Record<string, string> {
  return {
    ".github/workflows/dataform.yml": nightly(folder),
    ".github/workflows/dataform-ci.yml": pullRequests(folder),
  };
}

function nightly(folder: FolderInRepository): string {
  return `# Runs the project every night, and proves on Sundays that its incremental tables are exact.
# Written by \`dataform init --ci github\`; it is yours to change.
name: dataform

on:
  schedule:
    - cron: "17 1 * * 1-6"
    - cron: "17 1 * * 0"
  workflow_dispatch:
    inputs:
      audit:
        description: "Also audit, as on Sundays"
        type: boolean
        default: false

permissions:
  contents: read

# One writer at a time; the second one waits.
concurrency: dataform

jobs:
  run:
    runs-on: ubuntu-24.04
    timeout-minutes: 60
${defaultsOf(folder)}    env:
      # The warehouse. Without this secret the run has an embedded PostgreSQL, whose files are kept in
      # the cache of GitHub: it deletes what nobody read for seven days, and others who can read the
      # repository can read it. That is for a trial; real results belong on a server.
      DATABASE_URL: \${{ secrets.DATABASE_URL }}
      # Who is told of failures (docs/notifications.md of dataform-postgres); nobody without it.
      DATAFORM_NOTIFY_URL: \${{ secrets.DATAFORM_NOTIFY_URL }}
    steps:
      - uses: actions/checkout@v5
${setupNode(folder)}      - name: Install
        id: install
        run: npm ci
      - name: Fetch the embedded warehouse
        id: warehouse
        if: env.DATABASE_URL == ''
        uses: actions/cache/restore@v4
        with:
          path: ${pathIn(folder, ".dataform/postgres")}
          key: dataform-\${{ github.run_id }}-\${{ github.run_attempt }}
          restore-keys: dataform-
      - name: Say that it begins empty
        if: env.DATABASE_URL == '' && steps.warehouse.outputs.cache-matched-key == ''
        run: echo "::warning::there is no embedded warehouse of an earlier run, this one begins empty"
      - name: Run
        run: npx dataform-postgres run
      # Also when the run has failed: what is published may be wrong all the same.
      - name: Audit
        if: >-
          \${{ !cancelled() && steps.install.outcome == 'success' &&
          (github.event.schedule == '17 1 * * 0' || inputs.audit) }}
        run: npx dataform-postgres audit
      - name: Stop the embedded PostgreSQL
        id: stopped
        if: \${{ !cancelled() && steps.install.outcome == 'success' && env.DATABASE_URL == '' }}
        run: npx dataform-postgres db stop
      - name: Keep the embedded warehouse
        if: \${{ !cancelled() && steps.stopped.outcome == 'success' }}
        uses: actions/cache/save@v4
        with:
          path: ${pathIn(folder, ".dataform/postgres")}
          key: dataform-\${{ github.run_id }}-\${{ github.run_attempt }}
      - name: Keep the reports
        if: always()
        uses: actions/upload-artifact@v4
        with:
          name: target
          path: ${pathIn(folder, "target/")}
          if-no-files-found: ignore
`;
}

function pullRequests(folder: FolderInRepository): string {
  return `# Checks what a pull request changes, and shows in the summary of the job what a run would do.
# Written by \`dataform init --ci github\`; it is yours to change.
name: dataform-ci

on:
  pull_request:

permissions:
  contents: read

jobs:
  check:
    runs-on: ubuntu-24.04
    timeout-minutes: 30
${defaultsOf(folder)}    env:
      BASE: \${{ github.event.pull_request.base.sha }}
      # The plan changes nothing there; give it a warehouse for tests, or one that is restored nightly.
      # Pull requests from forks have no secrets.
      DATABASE_URL: \${{ secrets.DATABASE_URL }}
    steps:
      - uses: actions/checkout@v5
        with:
          fetch-depth: 0
${setupNode(folder)}      - name: Install
        run: npm ci
      - name: Compile
        run: npx dataform-postgres compile
      - name: Format
        run: npx dataform-postgres format --check
      - name: Test what has changed
        run: npx dataform-postgres test --changed-since "$BASE"
      # Where there is no warehouse, the plan is made against what the base builds in an embedded one.
      # That fails when it reads tables that only exist elsewhere: then there is no plan.
      - name: Build the base
        id: base
        if: env.DATABASE_URL == ''
        continue-on-error: true
        run: |
          trap 'git checkout --quiet --detach "$GITHUB_SHA" && npm ci || exit 1' EXIT
          git checkout --quiet --detach "$BASE"
          npm ci
          npx dataform-postgres run --summary target/base.md
      - name: Plan
        if: env.DATABASE_URL != '' || steps.base.outcome == 'success'
        run: npx dataform-postgres plan --changed-since "$BASE" --include-dependents
`;
}

function setupNode(folder: FolderInRepository): string {
  const lock =
    folder === "."
      ? ""
      : `          cache-dependency-path: ${pathIn(folder, "package-lock.json")}\n`;
  return `      - uses: actions/setup-node@v5
        with:
          node-version: "22"
          cache: npm
${lock}`;
}

function defaultsOf(folder: FolderInRepository): string {
  if (folder === ".") return "";
  return `    defaults:
      run:
        working-directory: ${JSON.stringify(folder)}
`;
}

function pathIn(folder: FolderInRepository, path: string): string {
  return folder === "." ? path : JSON.stringify(`${folder}/${path}`);
}
