import { expect, it } from "vitest";
import { singleFile } from "../../../runner/docs-site/single-file.ts";
import { textOf } from "../../../runner/pages/html.ts";
import { longTable } from "../../../runner/pages/long-table.ts";

const rows = Array.from({ length: 101 }, (_, index) => index);

/** A page with a table of more rows than it holds; its links begin with `root`. */
function pageOf(path: string, root: string) {
  const { markup, files } = longTable({
    ...{ id: "models", caption: "Models", rows, search: "name", empty: "none", root },
    name: path.replace(/^.*\/|\.html$/g, ""),
    columns: [
      {
        label: "Model",
        cell: (row) => ({
          text: `model_${row}`,
          href: `${root}models/shop.model_${row}.html#column-${row}`,
          sub: '"href":"models/a.html"',
        }),
      },
    ],
  });
  const body = `<body>${textOf(markup)}<script src="${root}assets/docs.js"></script></body>`;
  return [{ path, text: `<title>Models</title>${body}` }, ...files];
}

it.each([
  ["models.html", "", "models"],
  ["runs/run-1.html", "../", "run-1"],
])(
  "leads from the rows of %s that come later to pages within the file",
  async (path, root, name) => {
    async function* files() {
      yield* pageOf(path, root);
    }
    const file = await singleFile(files(), { style: "", script: "" }, "shop");
    expect(file).toContain('<a href="#/models/shop.model_3.html#column-3">');
    const [, json = ""] = file.split(`data-file="data/${name}.js">`);
    const data: [[{ href: string; sub: string }]][] = JSON.parse(json.split("</script>")[0] ?? "");
    expect(data.map(([[cell]]) => cell.href)).toEqual(
      rows.map((row) => `#/models/shop.model_${row}.html#column-${row}`),
    );
    expect(data[0]?.[0][0].sub).toBe('"href":"models/a.html"');
  },
);
