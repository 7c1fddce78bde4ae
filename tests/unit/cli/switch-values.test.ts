import { expect, it } from "vitest";
import yargs from "yargs";
import { refuseSwitchValues } from "../../../runner/cli/switch-values.ts";

/** What a command gets for its switch `--dry-run`; undefined when it was not called. */
async function dryRunOf(...args: string[]): Promise<boolean | undefined> {
  let dryRun: boolean | undefined;
  await refuseSwitchValues(yargs(), args)
    .exitProcess(false)
    .strict()
    .command(
      "run [folder]",
      "Run",
      (command) =>
        command
          .positional("folder", { type: "string" })
          .option("dry-run", { type: "boolean", default: false })
          .option("vars", { type: "string" }),
      (given) => {
        dryRun = given.dryRun;
      },
    )
    .parseAsync(args);
  return dryRun;
}

it.each(["--dry-run=1", "--dry-run=True", "--dryRun=yes", "--dry-run="])(
  "%s is refused: the parser takes it for false",
  async (flag) => {
    await expect(dryRunOf("run", flag)).rejects.toMatchObject({
      code: "USAGE",
      message: expect.stringContaining("--dry-run is on or off, and "),
    });
  },
);

it.each(["--no-vars", "--no-vars=1"])("%s is refused: the parser gives false", async (flag) => {
  await expect(dryRunOf("run", flag)).rejects.toMatchObject({
    code: "USAGE",
    message: "there is no --no-vars: --vars takes a value",
  });
});

it.each([
  ["--no-dry-run", false],
  ["--dry-run=true", true],
  ["--dry-run", true],
  ["--dry-run=false", false],
  ["--vars=1", false],
])("%s is taken", async (flag, dryRun) => {
  expect(await dryRunOf("run", flag)).toBe(dryRun);
});

it("leaves what stands behind -- to others", async () => {
  expect(await dryRunOf("run", "--", "--dry-run=1")).toBe(false);
});
