const { startOfDay } = require("./reporting.js");

/**
 * Columns that say how much of a span the outages leave: of their union, clipped to the span. An
 * outage without an end lasts to the end of the span.
 * @param {string} outages alias of a relation with started_at and ended_at; null where there is none
 * @param {string} from SQL of type timestamptz: start of the span
 * @param {string} until SQL of type timestamptz: its end
 * @returns {string} SQL: outages, open_outages, outage_seconds, observed_seconds, availability_pct
 */
function columns(outages, from, until) {
  const part = `tstzrange(${outages}.started_at, ${outages}.ended_at) * tstzrange(${from}, ${until})`;
  const touches = `${outages}.started_at is not null and not isempty(${part})`;
  const length = `extract(epoch from ${until} - ${from})`;
  const out = `coalesce(
      (
        select sum(extract(epoch from upper(piece) - lower(piece)))
        from unnest(range_agg(${part}) filter (where ${touches})) as piece
      ),
      0
    )`;
  return `
    count(*) filter (where ${touches}) as outages,
    count(*) filter (where ${touches} and ${outages}.ended_at is null) as open_outages,
    trim_scale(${out}) as outage_seconds,
    trim_scale(${length}) as observed_seconds,
    round(100 * (1 - ${out} / ${length}), 5) as availability_pct`;
}

/**
 * The end of a day; for today, the present moment.
 * @param {string} day SQL of type date
 * @param {Record<string, string>} vars of the project
 * @returns {string} SQL of type timestamptz
 */
function endOfDay(day, vars) {
  return `least(${startOfDay(`${day} + 1`, vars)}, now())`;
}

module.exports = { columns, endOfDay };
