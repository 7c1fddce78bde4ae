import { describe, expect, it } from "vitest";
import { dataFile, inertJson } from "../../../runner/pages/data-file.ts";
import { html, textOf } from "../../../runner/pages/html.ts";
import { markdown } from "../../../site/html/markdown.ts";
import { createTerms } from "../../../site/html/terms.ts";

const attacks = [
  "<script>alert(1)</script>",
  `"><img src=x onerror=alert(1)>`,
  "' onmouseover='alert(1)",
  "` onmouseover=`alert(1)",
  "</svg><script>alert(1)</script>",
  "&lt;script&gt;",
  "\u202egnp.exe\u0000\u001b[2J",
];

describe("html", () => {
  it("escapes every value, in text and in attributes", () => {
    for (const attack of attacks) {
      const text = textOf(html`<td title="${attack}">${attack}</td>`);
      const [, attribute = "", content = ""] =
        /^<td title="([^"]*)">([^<]*)<\/td>$/.exec(text) ?? [];
      expect(attribute, attack).toBe(content);
      expect(attribute, attack).not.toMatch(/[<>"'`\p{Cc}\u202e]/u);
      expect(attribute).not.toBe("");
    }
  });

  it("leaves markup as it is, and nothing out but what is nothing", () => {
    expect(
      textOf(html`${html`<b>${"a & b"}</b>`}${null}${undefined}${false}${0}${["x", "<"]}`),
    ).toBe("<b>a &#38; b</b>0x&#60;");
  });

  it("takes no markup but its own", () => {
    const forged = { markup: "<script>", toString: () => "<script>" };
    expect(textOf(html`${forged as unknown as string}`)).toBe("");
  });
});

/** A text as a page shows it, with what HTML would read as markup. */
function shownText(text: string): string {
  return textOf(html`${text}`).replace(/&#(\d+);/g, (_, code) => String.fromCharCode(code));
}

describe("the files of rows", () => {
  const columns = [
    { label: "Name", cell: (text: string) => text },
    { label: "Test", cell: (text: string) => ({ text, href: "#test=1", key: 7 }) },
  ];

  it("are scripts in which no value ends anything", () => {
    const text = dataFile("tests", columns, [...attacks, "\u2028", "*/", "$" + "{x}"]);
    expect(text).not.toMatch(/[<>&\u2028\u202e]/);
    const given: unknown[] = [];
    // the file is run as a page runs it
    new Function("tableRows", text)((...values: unknown[]) => given.push(...values));
    const [id, rows] = given as [string, [[string, { text: string }], object][]];
    expect(id).toBe("tests");
    expect(rows.map(([[name, cell]]) => [name, cell.text])).toEqual(
      [...attacks, "\u2028", "*/", "$" + "{x}"].map(shownText).map((shown) => [shown, shown]),
    );
  });

  it("hold JSON that may stand in HTML", () => {
    const text = inertJson({ "</script>": "<!--" });
    expect(text).not.toMatch(/[<>]/);
    expect(JSON.parse(text)).toEqual({ "</script>": "<!--" });
  });
});

describe("markdown", () => {
  it("keeps HTML and foreign links as text", () => {
    const text = textOf(
      markdown(
        "## A <i>b</i>\n\n[x](javascript:alert(1)) [y](#a-b) <script>\n\n<script>alert(1)</script>\n\n| a | b |\n|---|---|\n| `<b>` | **c** |\n",
      ),
    );
    expect(text).not.toMatch(/<script|<i>|javascript/);
    expect(text).toContain('<a href="#a-b">y</a>');
    expect(text).toContain("<code>&#60;b&#62;</code>");
    expect(text).toContain("<strong>c</strong>");
  });
});

describe("the definitions of a page", () => {
  it("are there once for each number, with the description of its column and its SQL", () => {
    const terms = createTerms(new Map([["window_metrics.pass_rate", "Passed <tests>."]]));
    const definition = { column: "window_metrics.pass_rate", recount: "select 1" };
    const first = textOf(terms.define("Passed", definition));
    expect(textOf(terms.define("Passed", definition))).toBe(first);
    const [, id = ""] = /popovertarget="([^"]+)"/.exec(first) ?? [];
    const popovers = textOf(terms.popovers());
    expect(popovers.split(`id="${id}"`).length).toBe(2);
    expect(popovers).toContain("Passed &#60;tests&#62;.");
    expect(popovers).toContain("<code>select 1;</code>");
  });
});
