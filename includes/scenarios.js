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

module.exports = { normalisedName, normalisedQuickly };
