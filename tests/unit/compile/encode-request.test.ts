import { createRequire } from "node:module";
import { expect, it } from "vitest";
import { encodeRequest } from "../../../runner/compile/compiler-process/core/encode-request.js";

const { main, session } = createRequire(import.meta.url)("@dataform/core") as {
  main: (request: Uint8Array) => Uint8Array;
  session: { rootDir: string; projectConfig: { vars: Record<string, string> } };
};

it("core reads back a request of any length", () => {
  Object.assign(globalThis, { dataformJson: { defaultSchema: "shop" } });
  const projectDir = `/${"long/".repeat(60)}project`;
  const filePaths = Array.from({ length: 3000 }, (_, index) => `data/${index}.csv`);
  // ProjectConfig.vars is field 14, a map: key "a", value "1".
  const projectConfigOverride = Buffer.from([0x72, 6, 0x0a, 1, 0x61, 0x12, 1, 0x31]);
  main(encodeRequest({ projectDir, filePaths, projectConfigOverride }));
  expect(session.rootDir).toBe(projectDir);
  expect(session.projectConfig.vars).toEqual({ a: "1" });
});
