import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take most of the time, the longest first. A long file that is missing here only begins later. */
const dearFiles = [
  "pipeline/documented-commands",
  "faults/kills",
  "pipeline/silver.test",
  "integration/database/embedded-server",
  "integration/execute/collateral.test",
  "pipeline/workflows",
  "pipeline/tutorial",
  "pipeline/original-faults",
  "integration/execute/collateral-materialized",
  "faults/settings",
  "integration/execute/postgres-settings",
  "pipeline/increments.test",
  "pipeline/silver.property",
  "integration/execute/materialized-views",
  "pipeline/reports-extremes",
  "integration/database/connection-failures",
  "integration/plan/in-parts",
  "pipeline/commands",
  "faults/full-disk",
  "integration/execute/lock-blockers",
  "integration/backup/embedded-backup",
  "pipeline/adopter",
  "integration/execute/native-partitions",
  "integration/execute/strategies.property",
  "pipeline/unit-tests",
  "integration/execute/readers",
  "integration/cli/signals",
  "faults/full-tablespace",
  "pipeline/dependencies",
  "pipeline/increment-reads",
  "integration/compile/corpus",
  "integration/cli/cli.test",
  "pipeline/gold.test",
  "integration/execute/incremental",
  "integration/cli/resume",
];

/**
 * Begins with the dear files, of whichever folder, so that all workers end at the same time. The tests without a server
 * come last: they are another project, and a worker that gets a file of another project is replaced by a new one.
 */
export default class DearFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const rankOf = ({ moduleId }: TestSpecification) => {
      const rank = dearFiles.findIndex((part) => moduleId.includes(`/tests/${part}`));
      if (rank !== -1) return rank;
      return dearFiles.length + (moduleId.includes("/tests/unit/") ? 1 : 0);
    };
    return (await super.sort(files)).sort((a, b) => rankOf(a) - rankOf(b));
  }
}
