/**
 * The form in which scenario names are compared: lower case, no outer blanks, inner blanks one
 * space.
 * @param {string} expression SQL of type text
 * @returns {string} SQL of type text
 */
function normalisedName(expression) {
  return `btrim(regexp_replace(lower(${expression}), '\\s+', ' ', 'g'))`;
}

module.exports = { normalisedName };
