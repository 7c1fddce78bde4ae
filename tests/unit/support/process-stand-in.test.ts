import { tmpdir } from "node:os";
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { mayRunIn, runInside } from "../../support/process-stand-in.ts";

const cwd = resolve(tmpdir());

/** Returns a promise and what resolves it. */
function gate(): { opened: Promise<void>; open: () => void } {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { opened, open };
}

it("gives each program its own arguments, environment and output, and the folder while one is at work", async () => {
  const own = { folder: process.cwd(), argv: process.argv, env: process.env };
  const { opened, open } = gate();
  const program = (name: string) =>
    runInside({ argv: ["node", name], cwd, env: { NAME: name } }, async () => {
      await opened;
      process.stdout.write(`${process.argv[1]} ${process.env.NAME} ${process.cwd()}\n`);
      // biome-ignore lint/suspicious/noConsole: yargs prints help by it
      console.error(name);
      return name.length;
    }).finished;
  const both = Promise.all([program("one"), program("three")]);
  expect([process.argv, process.env]).toEqual([own.argv, own.env]);
  expect([mayRunIn(cwd), mayRunIn(own.folder)]).toEqual([true, false]);
  open();
  expect(await both).toEqual([
    { exitCode: 3, stdout: `one one ${cwd}\n`, stderr: "one\n" },
    { exitCode: 5, stdout: `three three ${cwd}\n`, stderr: "three\n" },
  ]);
  expect(process.cwd()).toBe(own.folder);
  expect(mayRunIn(own.folder)).toBe(true);
});

it("tells each program once to end, and puts the folder back after one that throws", async () => {
  const folder = process.cwd();
  const heard: string[] = [];
  const program = (name: string) =>
    runInside({ argv: [], cwd, env: {} }, () => {
      const { opened, open } = gate();
      const listener = () => {
        heard.push(name);
        open();
      };
      process.on("SIGTERM", listener);
      return opened.then(() => {
        process.off("SIGTERM", listener);
        throw new Error(name);
      });
    });
  const [one, other] = [program("one"), program("other")];
  for (const { stop } of [one, other, one]) stop();
  await expect(one.finished).rejects.toThrow("one");
  await expect(other.finished).rejects.toThrow("other");
  expect(heard.sort()).toEqual(["one", "other"]);
  expect(process.cwd()).toBe(folder);
});
