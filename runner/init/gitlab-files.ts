import type { FolderInRepository } from "./github-files.ts";

/** The pipeline that runs a project on GitLab, by its path in the repository. */
export function gitlabFiles(folder: FolderInRepository): Record<string, string> {
  const enter = folder === "." ? "" : `    - cd ${JSON.stringify(folder)}\n`;
  const target = folder === "." ? "target" : `${folder}/target`;
  return {
    ".gitlab-ci.yml": `# Runs the project in scheduled pipelines (Build > Pipeline schedules), with an audit on Sundays, and
# checks merge requests. Written by \`dataform init --ci gitlab\`; it is yours to change.
stages: [check, run]

default:
  image: node:22
  before_script:
${enter}    - npm ci --cache "$CI_PROJECT_DIR/.npm"
  cache:
    key: npm
    paths: [.npm/]

# DATABASE_URL, a masked variable (Settings > CI/CD > Variables), names the warehouse. Without it every
# job begins with an empty embedded PostgreSQL and nothing outlives the job.
# DATAFORM_NOTIFY_URL says who is told of failures (docs/notifications.md of dataform-postgres).
dataform-check:
  stage: check
  rules:
    - if: $CI_PIPELINE_SOURCE == "merge_request_event"
  variables:
    GIT_DEPTH: "0"
    BASE: $CI_MERGE_REQUEST_DIFF_BASE_SHA
  script:
    - npx dataform-postgres compile
    - npx dataform-postgres format --check
    - npx dataform-postgres test --changed-since "$BASE" --junit target/unit_tests.xml
    # Changes nothing in the warehouse; without one there is nothing to plan against.
    - |
      if [ -n "$DATABASE_URL" ]; then
        npx dataform-postgres plan --changed-since "$BASE" --include-dependents --summary target/plan.md
      fi
  artifacts: &reports
    when: always
    paths: [${JSON.stringify(`${target}/`)}]
    reports:
      junit: ${JSON.stringify(`${target}/*.xml`)}

dataform-run:
  stage: run
  rules:
    - if: $CI_PIPELINE_SOURCE == "schedule"
  # One writer at a time; the second one waits.
  resource_group: dataform
  script:
    - npx dataform-postgres run || failed=1
    # Also when the run has failed: what is published may be wrong all the same.
    - |
      if [ "$(date -u +%u)" = 7 ]; then
        npx dataform-postgres audit || failed=1
      fi
    - exit "\${failed:-0}"
  artifacts: *reports
`,
  };
}
