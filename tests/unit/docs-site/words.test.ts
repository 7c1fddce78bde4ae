import { describe, expect, it } from "vitest";
import { pageNames } from "../../../runner/docs-site/collect/page-names.ts";
import { coloured } from "../../../runner/docs-site/pages/coloured.ts";
import { duration, size } from "../../../runner/docs-site/pages/words.ts";
import { textOf } from "../../../runner/pages/html.ts";
import { safeMessage } from "../../../runner/pages/safe-message.ts";
import { keywordsIn } from "../../../runner/sql/keywords.ts";

describe("names of pages", () => {
  it("are files on any disk, each its own", () => {
    const pageOf = pageNames("models");
    const names = [
      "orders",
      "Orders",
      "../../etc/passwd",
      "a/b",
      "a b",
      'x"><img src=x onerror=alert(1)>',
      "größe",
      "x".repeat(300),
      "x".repeat(301),
      ".hidden",
    ].map((name) => pageOf({ schema: "shop", name }));
    expect(names[0]).toBe("models/shop.orders.html");
    expect(new Set(names.map((name) => name.toLowerCase())).size).toBe(names.length);
    for (const name of names) expect(name).toMatch(/^models\/[\w][\w.-]{0,120}\.html$/);
    expect(pageOf({ schema: "shop", name: "orders" })).toBe(names[0]);
  });
});

describe("colours of SQL", () => {
  const texts = [
    "-- a 'comment\nselect 'it''s', \"a column\", 1.5, $$ body $$ from orders /* ' */ group by 1",
    'config { type: "table" } select when(incremental(), `where x > 1`) </code><script>alert(1)</script>',
    "select 'not closed",
    "/* not closed",
    "$a$ not closed",
    "",
  ];

  it("leave the text as it is, and mark keywords, strings and comments", async () => {
    const keywords = await keywordsIn(texts);
    for (const text of texts) {
      const plain = textOf(coloured(text, keywords)).replace(/<\/?span[^>]*>/g, "");
      expect(plain).toBe(textOf(coloured(text, new Set())).replace(/<\/?span[^>]*>/g, ""));
      expect(plain).not.toContain("<");
    }
    const first = textOf(coloured(texts[0] ?? "", keywords));
    expect(first).toContain('<span class="c-comment">-- a &#39;comment</span>');
    expect(first).toContain('<span class="c-word">group</span> <span class="c-word">by</span>');
    expect(first).toContain('<span class="c-string">$$ body $$</span>');
    expect(first).not.toContain('<span class="c-word">orders</span>');
  });

  it("end after some thousand parts, and the text goes on", () => {
    const text = "'a' ".repeat(20_000);
    const shown = textOf(coloured(text, new Set()));
    expect(shown.match(/<span/g)?.length).toBeLessThan(2_000);
    expect(shown.match(/&#39;a&#39;/g)?.length).toBe(20_000);
  });
});

describe("words of the pages", () => {
  it("show a message without the values in it, unless samples are asked for", () => {
    const message = 'duplicate key: Key (mail)=(a@b.example) "secret"\nDETAIL: more';
    expect(safeMessage(message, false)).toBe('duplicate key: Key (…)=(…) "…"');
    expect(safeMessage(message, true)).toContain("a@b.example");
    expect(safeMessage('it ends in "an open quote', false)).toBe('it ends in "…"');
    expect(safeMessage(null, false)).toBeNull();
  });

  it("show nothing of a value that holds quotes or brackets, is cut, or stands in other quotes", () => {
    const shown = (message: string) => safeMessage(message, false);
    expect(shown('not a number: "{"name":"Bob"}", it says')).toBe('not a number: "…", it says');
    expect(shown('not a number: "two" words\nof Bob"')).toBe('not a number: "…"');
    expect(shown(`not a number: "${'Bob" '.repeat(100)}"`)).toBe('not a number: "…"');
    expect(shown("keine Zahl: »Bob«")).toBe('keine Zahl: "…"');
    expect(shown("not unique by (name): (Bob (old), 5) 2 times")).toBe(
      "not unique by (…): (…) 2 times",
    );
    expect(shown("not unique by (name): (Bob (old")).toBe("not unique by (…): (…)");
  });

  it("show durations and sizes for people", () => {
    expect([0.2093, 12.34, 245, 7800].map(duration)).toEqual([
      "209 ms",
      "12.3 s",
      "4 min 05 s",
      "2 h 10 min",
    ]);
    expect([0, 900, 16_384, 1_610_612_736].map(size)).toEqual([
      "0 bytes",
      "900 bytes",
      "16 kB",
      "1.5 GB",
    ]);
  });
});
