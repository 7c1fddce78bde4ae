import { BaseSequencer, type TestSpecification } from "vitest/node";

/** The files that take most of the time, the longest first. A long file that is missing here only begins later. */
const dearFiles = [
  "pipeline/documented-commands",
  "pipeline/tutorial",
  "faults/kills",
  "faults/full-tablespace",
  "pipeline/adopter",
  "pipeline/commands",
  "pipeline/unit-tests",
  "pipeline/silver.test",
  "pipeline/reports-extremes",
  "integration/database/embedded-server",
  "integration/backup/embedded-backup",
  "integration/docs-site/docs-site",
  "integration/cli/resume",
  "integration/cli/cli.test",
  "integration/execute/postgres-settings",
  "integration/execute/collateral.test",
  "integration/execute/strategies.property",
  "integration/properties/",
  "pipeline/gold.test",
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
