import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import {
  defaultFormatSettings,
  readFormatSettings,
} from "../../../runner/format/format-settings.ts";

function folderWith(text?: string): string {
  const folder = mkdtempSync(join(tmpdir(), "dataform-format-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  if (text !== undefined) writeFileSync(join(folder, ".dataform-format.json"), text);
  return folder;
}

it("gives what the file does not set its default", () => {
  expect(readFormatSettings(folderWith())).toEqual(defaultFormatSettings);
  expect(readFormatSettings(folderWith('{ "layout": "compact" }'))).toEqual({
    layout: "compact",
    lineWidth: 100,
    keywordCase: "preserve",
  });
});

it.each([
  ['{ "linewidth": 80 }', 'unknown key "linewidth"', 'did you mean "lineWidth"?'],
  ['{ "tabs": 1 }', 'unknown key "tabs"', "the keys are layout, lineWidth, keywordCase"],
  ['{ "layout": "house" }', '"layout" cannot be "house"', 'it can be "dataform", "compact"'],
  ['{ "layout": "compact", "lineWidth": "80" }', '"lineWidth" cannot be "80"', "from 40 to 400"],
  ['{ "lineWidth": 80 }', '"lineWidth" needs "layout": "compact"', "does not measure lines"],
  ["[]", "it is not an object", "write it as JSON"],
  ["{ layout }", "JSON", "write it as JSON"],
])("refuses %s and says what can be written", (text, message, hint) => {
  const error = expect.objectContaining({
    code: "PROJECT_INVALID",
    message: expect.stringMatching(/^\.dataform-format\.json: /),
    hint: expect.stringContaining(hint),
  });
  const read = () => readFormatSettings(folderWith(text));
  expect(read).toThrow(error);
  expect(read).toThrow(message);
});

it("reads no link: a message would quote what it leads to", () => {
  const folder = folderWith();
  const outside = folderWith("secret, and no JSON");
  symlinkSync(join(outside, ".dataform-format.json"), join(folder, ".dataform-format.json"));
  expect(() => readFormatSettings(folder)).toThrow(/^\.dataform-format\.json: it is no file$/);
});
