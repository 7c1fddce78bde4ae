// What the pages do with a script: search, filter and sort tables, and load the rows beyond the first.
import { attachTables } from "../../runner/pages/client/table.ts";
import { showRecount } from "./recount.ts";

attachTables(showRecount);
