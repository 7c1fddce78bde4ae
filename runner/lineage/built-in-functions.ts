/** Aggregates of pg_catalog in PostgreSQL 18; from pg_proc where prokind is 'a'. */
const aggregates = `any_value array_agg avg bit_and bit_or bit_xor bool_and bool_or corr count covar_pop
  covar_samp cume_dist dense_rank every json_agg json_agg_strict json_object_agg json_object_agg_strict
  json_object_agg_unique json_object_agg_unique_strict jsonb_agg jsonb_agg_strict jsonb_object_agg
  jsonb_object_agg_strict jsonb_object_agg_unique jsonb_object_agg_unique_strict max min mode percent_rank
  percentile_cont percentile_disc range_agg range_intersect_agg rank regr_avgx regr_avgy regr_count
  regr_intercept regr_r2 regr_slope regr_sxx regr_sxy regr_syy stddev stddev_pop stddev_samp string_agg
  sum var_pop var_samp variance xmlagg`;

/** Functions of pg_catalog that are used in `from` and return one column without a name of its own. */
const scalars = `current_date current_setting generate_series generate_subscripts json_object_keys
  jsonb_object_keys jsonb_path_query jsonb_path_query_array jsonb_path_query_first jsonb_path_query_tz now
  pg_ls_dir regexp_match regexp_matches regexp_split_to_array regexp_split_to_table string_to_array
  string_to_table unnest`;

/** Those that return named columns; from proargnames of pg_proc. */
export const namedOutputs: Record<string, readonly string[]> = {
  aclexplode: ["grantor", "grantee", "privilege_type", "is_grantable"],
  json_array_elements: ["value"],
  json_array_elements_text: ["value"],
  json_each: ["key", "value"],
  json_each_text: ["key", "value"],
  jsonb_array_elements: ["value"],
  jsonb_array_elements_text: ["value"],
  jsonb_each: ["key", "value"],
  jsonb_each_text: ["key", "value"],
  pg_input_error_info: ["message", "detail", "hint", "sql_error_code"],
  pg_options_to_table: ["option_name", "option_value"],
  pg_partition_ancestors: ["relid"],
  pg_partition_tree: ["relid", "parentrelid", "isleaf", "level"],
  ts_debug: ["alias", "description", "token", "dictionaries", "dictionary", "lexemes"],
  ts_parse: ["tokid", "token"],
  ts_stat: ["word", "ndoc", "nentry"],
  ts_token_type: ["tokid", "alias", "description"],
};

/** Takes the name of a function of pg_catalog and says whether it is an aggregate. */
export const isBuiltInAggregate = oneOf(aggregates);

/** Whether a function of pg_catalog returns one column, which is named after its alias. */
export const isBuiltInScalar = oneOf(scalars);

/** Functions whose columns are those of their first argument's type. */
export const isPopulating = oneOf(
  "json_populate_record json_populate_recordset jsonb_populate_record jsonb_populate_recordset",
);

function oneOf(text: string): (name: string) => boolean {
  const names = new Set(text.split(/\s+/));
  return (name) => names.has(name);
}
