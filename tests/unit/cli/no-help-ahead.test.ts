import { expect, it } from "vitest";
import yargs from "yargs";
import { buildNoHelpAhead } from "../../../runner/cli/no-help-ahead.ts";

/** How often the text of `--help` is built while a command runs. */
async function built(prepare: (parser: ReturnType<typeof yargs>) => void): Promise<number> {
  let times = 0;
  const parser = yargs().exitProcess(false);
  parser.command("work", "Work", {}, () => undefined);
  const inner = parser as unknown as {
    getInternalMethods(): { getUsageInstance(): { help: () => string } };
  };
  const usage = inner.getInternalMethods().getUsageInstance();
  const { help } = usage;
  usage.help = () => {
    times++;
    return help();
  };
  prepare(parser);
  await parser.parseAsync(["work"]);
  return times;
}

it("keeps a command from building its help before it is asked for it", async () => {
  expect(await built(() => undefined)).toBe(1);
  expect(await built(buildNoHelpAhead)).toBe(0);
});
