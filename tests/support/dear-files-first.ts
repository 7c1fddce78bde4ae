import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take most of the time, the longest first. A long file that is missing here only begins later. */
const dearFiles = [
  "pipeline/documented-commands",
  "pipeline/tutorial",
  "faults/kills",
  "integration/compile/conformance",
  "pipeline/report/report",
  "pipeline/workflows",
  "pipeline/increments",
  "pipeline/adopter",
  "pipeline/silver",
  "pipeline/original-faults",
  "pipeline/commands",
  "pipeline/unit-tests",
  "integration/database/embedded-server",
  "faults/settings",
  "integration/execute/collateral",
  "integration/execute/postgres-settings",
  "integration/backup/embedded-backup",
  "pipeline/reports-extremes",
  "integration/cli/resume",
  "integration/cli/cli.test",
  "integration/docs-site/docs-site",
  "faults/full-",
  "integration/cli/signals",
  "integration/execute/materialized-views",
  "integration/execute/strategies.property",
  "integration/compile/corpus",
  "pipeline/increment-reads",
  "pipeline/gold",
  "faults/maintenance",
  "integration/database/connection-failures",
  "integration/cli/ci-files",
  "integration/execute/lock-blockers",
  "integration/execute/readers",
  "integration/execute/many-at-once",
];

/** Begins with the dear files, of whichever folder, so that all workers end at the same time. */
export default class DearFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = dearFiles.findIndex((part) => moduleId.includes(`/tests/${part}`));
      return rank === -1 ? dearFiles.length : rank;
    };
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}
