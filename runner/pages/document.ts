import { type Content, html, textOf } from "./html.ts";

/** What stands in the file of a page. */
export interface DocumentParts {
  title: string;
  /** The name of the whole, after the title of the page. */
  name: string;
  /** The way from the page to the folder that holds all of them: nothing, or `../`. */
  root?: string;
  /** The style and the script of the pages, by their paths in that folder. */
  style: string;
  script: string;
  /** The bar at the top, what the page is about, and what follows it. */
  bar: Content;
  main: Content;
  after?: Content;
}

// Nothing is loaded but the files beside the pages. No script and no style stands in a page.
const policy =
  "default-src 'none'; script-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'";

/** The whole text of a page. */
export function documentOf(parts: DocumentParts): string {
  const { title, name, root = "", style, script, bar, main, after } = parts;
  return textOf(html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${title} · ${name}</title>
<link rel="stylesheet" href="${root}${style}">
</head>
<body>
<a class="skip" href="#main">To the content</a>
${bar}
<main id="main">
${main}
</main>
${after}
<script src="${root}${script}"></script>
</body>
</html>
`);
}
