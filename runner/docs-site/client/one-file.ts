/** Whether all pages are in this file, each in a template. */
export function isOneFile(): boolean {
  return document.querySelector("template[data-page]") !== null;
}

/** Shows the page that the address names (`#/models/a.html#columns`), now and whenever it changes. */
export function routePages(attachPage: () => void): void {
  let shown = "";
  const show = () => {
    const [, path = "index.html", place = ""] = /^#\/([^#]*)#?(.*)$/.exec(location.hash) ?? [];
    if (path !== shown) {
      if (!showPage(path)) return;
      shown = path;
      attachPage();
      window.scrollTo(0, 0);
    }
    document.getElementById(place)?.scrollIntoView();
  };
  window.addEventListener("hashchange", show);
  show();
}

function showPage(path: string): boolean {
  const templates = document.querySelectorAll<HTMLTemplateElement>("template[data-page]");
  const template = [...templates].find(({ dataset }) => dataset.page === path);
  const page = document.getElementById("page");
  if (!template || !page) return false;
  page.replaceChildren(template.content.cloneNode(true));
  document.title = template.dataset.title ?? "";
  return true;
}

/** The way to a page from the folder of the pages: a link within the one file, or to a file. */
export function linkTo(path: string): string {
  if (isOneFile()) return `#/${path}`;
  return `${rootOfPage()}${path}`;
}

/** The way from this page to the folder of the pages: nothing, or `../`. */
export function rootOfPage(): string {
  const script = document.querySelector<HTMLScriptElement>("script[src$='assets/docs.js']");
  return script?.getAttribute("src")?.startsWith("../") ? "../" : "";
}
