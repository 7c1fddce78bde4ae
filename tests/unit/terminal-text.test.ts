import { describe, expect, it } from "vitest";
import {
  clipToWidth,
  displayWidth,
  expandTabs,
  padToWidth,
  visibleText,
} from "../../runner/text/terminal-text.ts";

describe("visibleText", () => {
  it("writes out terminal escapes, C1 controls, carriage returns and reordering characters", () => {
    expect(visibleText("\u001b]52;c;x\u0007 \u009b31m a\rb \u202e \u0000")).toBe(
      "\\x1b]52;c;x\\x07 \\x9b31m a\\rb \\u202e \\x00",
    );
  });

  it("keeps line feeds, tabs and every letter", () => {
    expect(visibleText("a\n\tñ 日本 😀")).toBe("a\n\tñ 日本 😀");
  });

  it("replaces half surrogates, which no encoding can write", () => {
    expect(visibleText("a\ud800b😀")).toBe("a\ufffdb😀");
  });
});

describe("displayWidth", () => {
  it.each([
    ["plain", 5],
    ["日本語", 6],
    ["é", 1],
    ["e\u0301", 1],
    ["😀", 2],
    ["👩‍👩‍👧", 6],
    ["क्षि", 3],
    ["👍🏽", 4],
    ["🇩🇪", 2],
    ["❤️", 2],
    ["ｱ", 1],
    ["", 0],
  ])("measures %s as %i columns", (text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe("clipToWidth", () => {
  it("leaves a text that fits as it is, also when it fills the width", () => {
    expect(clipToWidth("12345", 5)).toBe("12345");
    expect(clipToWidth("日本", 4)).toBe("日本");
  });

  it("never gets wider than asked and never cuts a character in two", () => {
    for (let width = 1; width <= 12; width += 1) {
      const clipped = clipToWidth("a日👩‍👩‍👧b本語 xyz", width);
      expect(displayWidth(clipped)).toBeLessThanOrEqual(width);
      expect(clipped).toMatch(/^(a(日(👩‍👩‍👧(b(本(語( ?))?)?)?)?)?)?…$/u);
    }
  });

  it("cuts a megabyte without measuring all of it", () => {
    expect(clipToWidth("日".repeat(1_000_000), 9)).toBe("日日日日…");
  });
});

it("expands tabs to stops of four columns, measured in columns", () => {
  expect(expandTabs("\ta\tbcd\t日\t|")).toBe("    a   bcd 日  |");
});

it("pads to the width on either side", () => {
  expect(padToWidth("日", 4)).toBe("日  ");
  expect(padToWidth("日", 4, "right")).toBe("  日");
});
