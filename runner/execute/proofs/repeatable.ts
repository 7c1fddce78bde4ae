/**
 * Functions of PostgreSQL that are `stable` and give the same result for the same arguments, settings and server
 * version: these three are part of a proof. All overloads of a name are meant. Others of the catalogue that are stable
 * depend on the time, the session or the catalogue, and a query that calls them is never skipped.
 */
export const repeatableFunctions = [
  ...["concat", "concat_ws", "format", "array_to_string", "quote_literal", "quote_nullable"],
  ...["anytextcat", "textanycat"],
  ...["to_char", "to_number", "to_date", "to_timestamp", "money", "numeric"],
  ...["date", "time", "timestamp", "timestamptz", "timezone", "make_timestamptz"],
  ...["date_add", "date_subtract", "date_part", "date_trunc", "extract", "generate_series"],
  ...["overlaps", "in_range", "interval_pl_timestamptz"],
  ...["timestamptz_mi_interval", "timestamptz_pl_interval"],
  ...["date_cmp_timestamptz", "date_eq_timestamptz", "date_ge_timestamptz", "date_gt_timestamptz"],
  ...["date_le_timestamptz", "date_lt_timestamptz", "date_ne_timestamptz"],
  ...["timestamp_cmp_timestamptz", "timestamp_eq_timestamptz", "timestamp_ge_timestamptz"],
  ...["timestamp_gt_timestamptz", "timestamp_le_timestamptz", "timestamp_lt_timestamptz"],
  ...["timestamp_ne_timestamptz", "timestamptz_cmp_date", "timestamptz_cmp_timestamp"],
  ...["timestamptz_eq_date", "timestamptz_eq_timestamp", "timestamptz_ge_date"],
  ...["timestamptz_ge_timestamp", "timestamptz_gt_date", "timestamptz_gt_timestamp"],
  ...["timestamptz_le_date", "timestamptz_le_timestamp", "timestamptz_lt_date"],
  ...["timestamptz_lt_timestamp", "timestamptz_ne_date", "timestamptz_ne_timestamp"],
  ...["to_json", "to_jsonb", "row_to_json", "array_to_json"],
  ...["json_build_array", "json_build_object", "jsonb_build_array", "jsonb_build_object"],
  ...["json_agg", "jsonb_agg", "json_agg_strict", "jsonb_agg_strict"],
  ...["json_object_agg", "jsonb_object_agg", "to_tsvector", "to_tsquery", "plainto_tsquery"],
  ...["phraseto_tsquery", "websearch_to_tsquery"],
];

/**
 * Nodes of a parsed query that call nothing beside what their function, operator or type names. A query with another
 * one (`current_date`, `nextval`, `tablesample`, XML) is never skipped.
 */
export const repeatableNodes = [
  ...["QUERY", "RTE", "RANGETBLENTRY", "RTEPERMISSIONINFO", "ALIAS", "RANGETBLREF", "JOINEXPR"],
  ...["FROMEXPR", "TARGETENTRY", "VAR", "CONST", "PARAM", "OPEXPR", "DISTINCTEXPR", "NULLIFEXPR"],
  ...["SCALARARRAYOPEXPR", "BOOLEXPR", "NULLTEST", "BOOLEANTEST", "CASEEXPR", "CASEWHEN"],
  ...["CASETESTEXPR", "COALESCEEXPR", "MINMAXEXPR", "FUNCEXPR", "NAMEDARGEXPR", "AGGREF"],
  ...["WINDOWFUNC", "WINDOWCLAUSE", "SORTGROUPCLAUSE", "GROUPINGSET", "GROUPINGFUNC", "SUBLINK"],
  ...["ROWEXPR", "ROWCOMPAREEXPR", "ARRAYEXPR", "ARRAYCOERCEEXPR", "RELABELTYPE", "COERCEVIAIO"],
  ...["CONVERTROWTYPEEXPR", "COLLATEEXPR", "SUBSCRIPTINGREF", "FIELDSELECT", "COMMONTABLEEXPR"],
  ...["CTECYCLECLAUSE", "CTESEARCHCLAUSE", "SETOPERATIONSTMT", "RANGETBLFUNCTION"],
  ...["GROUPEXPR", "RETURNINGEXPR"],
];

/** Types of the catalogue whose text form depends on settings and on nothing else. */
export const repeatableTypes = [
  ...["date", "time", "timestamp", "timestamptz", "interval", "money", "record", "_record"],
  ...["int4range", "int8range", "numrange", "daterange", "tsrange", "tstzrange"],
  ...["int4multirange", "int8multirange", "nummultirange", "datemultirange"],
  ...["tsmultirange", "tstzmultirange"],
];

/**
 * Whether the text of a query may hold a literal that means the current time, such as `'today'`: PostgreSQL replaces it
 * by the date when it reads the query. Words of comments and names count too, and so do literals with escapes.
 */
export function mayMeanNow(query: string): boolean {
  return (
    /(?<![a-z])(now|today|tomorrow|yesterday)/i.test(query) ||
    /\bu&['"]/i.test(query) ||
    /\be'[^']*\\[xuU0-7]/i.test(query)
  );
}
