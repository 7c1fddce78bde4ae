// What the pages do with a script: tables, search, the graph, the way of a column, tabs of SQL.
import { attachTables } from "../../pages/client/table.ts";
import { attachColumns } from "./columns.ts";
import { isOneFile, routePages } from "./one-file.ts";
import { attachSearch } from "./search.ts";
import { attachTexts } from "./texts.ts";
import { attachGraph } from "./whole-graph/attach-graph.ts";

function attachPage(): void {
  attachTables();
  attachSearch();
  attachColumns();
  attachTexts();
  void attachGraph();
}

if (isOneFile()) routePages(attachPage);
else attachPage();
