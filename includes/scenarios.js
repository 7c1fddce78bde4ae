/**
 * The form in which scenario names are compared: lower case, no outer blanks, inner blanks one
 * space.
 * @param {string} expression SQL of type text
 * @returns {string} SQL of type text
 */
function normalisedName(expression) {
  return `btrim(regexp_replace(lower(${expression}), '\\s+', ' ', 'g'))`;
}

/**
 * The same for the names of many rows. Most have single spaces only: to see that takes half as long as
 * to replace them.
 * @param {string} expression SQL of type text
 * @returns {string} SQL of type text
 */
function normalisedQuickly(expression) {
  const isUnusual = `${expression} ~ '(?! )\\s|  '`;
  return `case
        when ${isUnusual} then ${normalisedName(expression)}
        else btrim(lower(${expression}))
      end`;
}

/**
 * What tells tests of scenario 0 apart, which are of no known scenario: the name as received. Two unknown
 * names may be two kinds of fault, and a test of one says nothing about the other.
 * @param {string} test SQL: alias of reported_tests
 * @returns {string} SQL of type text; null for a known scenario, and for a test without a name
 */
function unknownName(test) {
  return `case when ${test}.scenario_id = 0 then ${normalisedName(`${test}.scenario_name`)} end`;
}

/**
 * What each name means: a thing's own name goes before an alias, and each name means one thing, since a
 * name that is given twice would double its tests.
 * @param {{relation: string, name: string, meaning: string}} things SQL: the relation of the things, and
 *   its columns with their name and their number
 * @param {string} aliases SQL: a relation with alias, is_pattern and the same column of the number
 * @returns {string} SQL: a query of normalised_name and the number
 */
function meaningsOfNames({ relation, name, meaning }, aliases) {
  return `
  select distinct on (normalised_name)
    normalised_name,
    ${meaning}
  from (
    select
      ${normalisedName(`things.${name}`)} as normalised_name,
      things.${meaning},
      1 as preference
    from ${relation} as things
    union all
    select
      ${normalisedName("aliases.alias")} as normalised_name,
      aliases.${meaning},
      2 as preference
    from ${aliases} as aliases
    where not aliases.is_pattern
  ) as spellings
  order by normalised_name, preference, ${meaning}
`;
}

/**
 * The patterns of a relation, each with those that are tried before it.
 * @param {string} relation SQL: a relation with alias, is_pattern and priority
 * @param {string} meaning column with what a pattern stands for, by which equal priorities are ordered
 * @returns {string} SQL: a query of the meaning, pattern, earlier_patterns, and true as is_tried
 */
function patternsInOrder(relation, meaning) {
  const [earlier, tried] = ["earlier", "tried"].map(
    (row) => `${row}.priority, ${row}.${meaning}, ${row}.alias`,
  );
  return `
  select
    tried.${meaning},
    tried.alias as pattern,
    array_remove(array_agg(earlier.alias), null) as earlier_patterns,
    true as is_tried
  from ${relation} as tried
  left join ${relation} as earlier
    on earlier.is_pattern and (${earlier}) < (${tried})
  where tried.is_pattern
  group by ${tried}
`;
}

/**
 * Whether a pattern is the first of all that matches a name. A look-up of the first one for each name
 * would say the same, but PostgreSQL lets no other process help with that; for an equality it makes a
 * hash join, which leaves the patterns alone when they are not needed.
 * @param {string} isNeeded SQL of type boolean, not null: whether the name means nothing as it stands
 * @param {string} name SQL of type text
 * @param {string} row alias of a relation of patternsInOrder
 * @returns {string} SQL of type boolean
 */
function isFirstMatch(isNeeded, name, row) {
  return `(${isNeeded}) = ${row}.is_tried
    and ${name} ~* ${row}.pattern
    and not ${name} ~* any(${row}.earlier_patterns)`;
}

module.exports = {
  isFirstMatch,
  meaningsOfNames,
  normalisedName,
  normalisedQuickly,
  patternsInOrder,
  unknownName,
};
