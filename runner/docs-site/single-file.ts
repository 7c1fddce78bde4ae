import { createHash } from "node:crypto";
import { html, textOf } from "../pages/html.ts";
import type { PageFile } from "../pages/long-table.ts";
import type { Assets } from "./assets.ts";

/**
 * All pages in one file. Each stands in a `template`, which does nothing by itself; data stand as JSON.
 * The policy allows the one style and the one script by their hashes: nothing of the data can run.
 */
export async function singleFile(
  files: AsyncIterable<PageFile>,
  { style, script }: Assets,
  project: string,
): Promise<string> {
  const parts: string[] = [];
  for await (const { path, text } of files) {
    if (path.endsWith(".html")) parts.push(pageTemplate(path, text));
    else if (path.endsWith(".js")) parts.push(dataElement(path, text));
  }
  const policy = `default-src 'none'; script-src '${hashOf(script)}'; style-src '${hashOf(style)}'; base-uri 'none'; form-action 'none'`;
  const head = textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${project}</title>
`);
  return `${head}<style>${style}</style>
</head>
<body>
<div id="page"><noscript><main><p>These pages in one file need their script. Without it, make them as files: dataform docs</p></main></noscript></div>
${parts.join("\n")}
<script>${script}</script>
</body>
</html>
`;
}

/** The body of a page, with links to other pages as links within the file. */
function pageTemplate(path: string, text: string): string {
  const title = /<title>([^<]*)<\/title>/.exec(text)?.[1] ?? "";
  const from = text.indexOf("<body>") + "<body>".length;
  const body = text.slice(from, text.lastIndexOf("<script src="));
  return `<template data-page="${path}" data-title="${title}">${inFile(body, path)}</template>`;
}

// Quotes in names, SQL and descriptions are escaped: only our own links look like this.
function inFile(body: string, path: string): string {
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/") + 1) : "";
  return body.replace(/ href="(?!https?:)([^"#]*)(#[^"]*)?"/g, (_, file: string, place = "") => {
    if (file.startsWith("data/") || file.startsWith("../data/")) return "";
    const page = file === "" ? path : file.startsWith("../") ? file.slice(3) : `${folder}${file}`;
    return ` href="#/${page}${place}"`;
  });
}

/**
 * The value in `pageData("name",value);` or `tableRows("id",value);` as JSON that a page reads, with
 * links to other pages as links within the file.
 */
function dataElement(path: string, text: string): string {
  const value = text.slice(text.indexOf(",") + 1, text.lastIndexOf(")"));
  // Quotes in texts are escaped here too. A link leads from the folder of the pages, or from one in it.
  const linked = value.replace(/"href":"(?!https?:)(?:\.\.\/)?([^"]*)"/g, '"href":"#/$1"');
  return `<script type="application/json" data-file="${path}">${linked}</script>`;
}

function hashOf(text: string): string {
  return `sha256-${createHash("sha256").update(text).digest("base64")}`;
}
