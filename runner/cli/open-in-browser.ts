import { spawn } from "node:child_process";
import { pathToFileURL } from "node:url";

/** Opens a file in the browser of this machine; says so where that is not possible. */
export async function openInBrowser(path: string): Promise<void> {
  const url = pathToFileURL(path).href;
  const [program = "", ...args] = commandFor(process.platform, url);
  await new Promise<void>((resolve) => {
    const child = spawn(program, args, { stdio: "ignore", detached: true });
    child.on("error", () => {
      process.stderr.write(`no browser could be started (${program}); open ${url}\n`);
      resolve();
    });
    child.on("spawn", () => {
      child.unref();
      resolve();
    });
  });
}

function commandFor(platform: NodeJS.Platform, url: string): string[] {
  if (platform === "darwin") return ["open", url];
  return platform === "win32" ? ["explorer", url] : ["xdg-open", url];
}
