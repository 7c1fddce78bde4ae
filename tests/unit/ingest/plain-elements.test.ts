import fc from "fast-check";
import { expect, it } from "vitest";
import { parseXml } from "../../../ingest/text/parse-xml.ts";
import { readPlainElement } from "../../../ingest/text/plain-elements.ts";

/** What happens in a document that comes in pieces, or why it is refused. */
function happenings(text: string, size: number, usual: string): unknown[] {
  const happened: [string, string, object?][] = [];
  const feed = parseXml(
    {
      open: (name, attributes) => happened.push(["open", name, { ...attributes }]),
      close: (name) => happened.push(["close", name]),
      text: (said) => happened.push(["text", said]),
    },
    usual,
  );
  try {
    for (let at = 0; at < text.length; at += size) feed.write(text.slice(at, at + size));
    feed.end();
  } catch (error) {
    return [String(error)];
  }
  return happened.filter(([kind, said]) => kind !== "text" || said.trim() !== "");
}

const value = fc.stringMatching(
  /^(?:[a-z[\]"'é😀 >]|&lt;|&#10;|&#x41;|&#27;|&amp;|&no;|\t|\r\n|<){0,4}$/u,
);
const attribute = fc
  .tuple(fc.constantFrom("name", "time", "a.b-c", "x:y", "constructor", "ü"), value)
  .map(([name, said]) => ` ${name}="${said.replaceAll('"', "")}"`);
const attributes = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom("", ' name="n" time="1"', " name='n'", ' name = "n"') },
  { weight: 1, arbitrary: fc.array(attribute, { maxLength: 3 }).map((all) => all.join("")) },
);
const inner = fc.oneof(
  { weight: 2, arbitrary: fc.constantFrom("text\r\nof a line", "a &gt; b", "a ]] b", "é", "") },
  {
    weight: 2,
    arbitrary: fc.constantFrom("<o><![CDATA[<a> & ]]]></o>", "<o a='1'/>", "<o>\n</o>"),
  },
  { weight: 1, arbitrary: fc.constantFrom("<!-- </testcase> -->", "<?pi?>", "]]>", "</o>", "<o>") },
  { weight: 1, arbitrary: value },
);
const testCase = fc
  .tuple(
    attributes,
    fc.array(inner, { maxLength: 4 }),
    fc.constantFrom("</testcase>", "</t>", "\n"),
  )
  .map(([said, parts, end]) => `<testcase${said}>${parts.join("")}${end}`);
const part = fc.oneof(
  { weight: 6, arbitrary: attributes.map((said) => `<testcase${said}>words</testcase>`) },
  { weight: 2, arbitrary: attributes.map((said) => `<testcase${said} />`) },
  { weight: 2, arbitrary: testCase },
  {
    weight: 2,
    arbitrary: fc.constantFrom("\n", "\r\n  ", "<suite>", "</suite>", "<![CDATA[<testcase>]]>"),
  },
);
const parts = fc.array(part, { maxLength: 12 });

it("reads without the parser what most tools write, and nothing else", () => {
  const none = { open: () => {}, close: () => {}, text: () => {} };
  const end = (text: string) => readPlainElement(`${text}<`, 0, none);
  for (const text of ["<t/>", '<t a="1&gt;2">x &lt;<o><![CDATA[a\r\n]]></o>\n</t>']) {
    expect(end(text)).toBe(text.length);
  }
  for (const text of [
    "<t",
    "<t>",
    "<t a='1'/>",
    '<t a="1" a="2"/>',
    "<t>&no;</t>",
    "<t><!-- --></t>",
  ]) {
    expect(end(text)).toBeUndefined();
  }
});

it("hears the same of plain elements as the parser by itself says, also in pieces", () => {
  fc.assert(
    fc.property(parts, fc.constantFrom(3, 40, 1_000), (all, size) => {
      const text = `<suite>${all.join("")}</suite>`;
      expect(happenings(text, size, "testcase")).toEqual(happenings(text, text.length, "\n"));
    }),
    { numRuns: 1_000, seed: 7 },
  );
});
