-- title: a series
select n, n + 1 as next from generate_series(1, 10) as n
-- n: nothing
-- next: nothing

-- title: a series over columns
select o.id, d::date as day from orders as o, generate_series(o.placed_at, now(), '1 day') as d
-- id: orders.id
-- day: orders.placed_at transformed

-- title: unnest
select o.id, tag from orders as o, unnest(o.tags) as tag
-- id: orders.id
-- tag: orders.tags transformed

-- title: unnest with ordinality
select o.id, t.tag, t.n from orders as o cross join lateral unnest(o.tags) with ordinality as t (tag, n)
-- id: orders.id
-- tag: orders.tags transformed
-- n: nothing

-- title: all that unnest gives
select * from unnest(array['a', 'b'])
-- unnest: nothing

-- title: unnest of several arrays
select a, b from orders, unnest(tags, array[id]) as u (a, b)
-- a: orders.tags transformed
-- b: orders.id transformed

-- title: a function that names its column whatever the alias
select e.value ->> 'x' as x from orders, jsonb_array_elements(note) as e
-- x: orders.note transformed

-- title: a row of a function as one value
select e from orders, jsonb_array_elements(note) as e
-- e: orders.note transformed

-- title: two columns of a function
select o.id, key, value from orders as o, jsonb_each_text(o.note)
-- id: orders.id
-- key: orders.note transformed
-- value: orders.note transformed

-- title: columns of a function under other names
select k, v from orders, jsonb_each(note) as e (k, v)
-- k: orders.note transformed
-- v: orders.note transformed

-- title: a function over what another one returns
select k.key, v.value from orders, jsonb_each(note) as k, jsonb_array_elements(k.value) as v
-- key: orders.note transformed
-- value: orders.note transformed

-- title: a column definition list
select r.a, r.b from orders, jsonb_to_recordset(note) as r (a integer, b text)
-- a: orders.note transformed
-- b: orders.note transformed

-- title: a column definition list after as
select a from orders, jsonb_to_record(note) as (a integer)
-- a: orders.note transformed

-- title: rows from
select a, b, n from orders, rows from (unnest(tags), jsonb_to_recordset(note) as (b integer)) with ordinality as r (a, b, n)
-- a: orders.tags transformed
-- b: orders.note transformed
-- n: nothing

-- title: a record of a relation's type
-- whole row: rates
select p.id, p.rate from orders, jsonb_populate_record(null::rates, note) as p
-- id: orders.note transformed
-- rate: orders.note transformed

-- title: a function in the select list that returns rows
select id, unnest(tags) as tag from orders
-- id: orders.id
-- tag: orders.tags transformed

-- title: fields of a function's row
select (jsonb_each(note)).key from orders
-- key: orders.note transformed

-- title: a regular expression
select m[1] as part from orders, regexp_matches(status, '(.)', 'g') as m
-- part: orders.status transformed

-- title: split
select word from orders, string_to_table(status, ' ') as word
-- word: orders.status transformed

-- title: a function without an alias
select generate_series from generate_series(1, 3)
-- generate_series: nothing

-- title: current_date in from
select current_date as day, "current_date" from current_date
-- day: nothing
-- current_date: nothing

-- title: a lateral function over a sub-query
select s.id, x from (select id, tags from orders where amount > 1) as s, unnest(s.tags) as x
-- id: orders.id
-- x: orders.tags transformed
-- used: orders.amount filter

-- title: json_table
-- since: 17
select j.id, j.n, j.city from orders, json_table(note, '$[*]' columns (n for ordinality, id integer path '$.id', nested path '$.places[*]' columns (city text path '$.city'))) as j
-- id: orders.note transformed
-- n: nothing
-- city: orders.note transformed

-- title: json_table with passing
-- since: 17
select j.x from orders, json_table(note, '$[*] ? (@.a > $least)' passing customer_id as least columns (x integer path '$.x')) as j
-- x: orders.customer_id transformed, orders.note transformed

-- title: xmltable
select l.id, x.n, x.price, x.city from letters as l, xmltable('/a/b' passing l.body columns n for ordinality, price numeric path 'price' default 0, city text path 'city') as x
-- id: letters.id
-- n: nothing
-- price: letters.body transformed
-- city: letters.body transformed

-- title: functions of json in the words of the standard
-- since: 17
select json_value(note, '$.a') as a, json_query(note, '$.b' default '[]' on empty) as b, json_exists(note, '$.c') as c, json_object('k': status) as d, json_array(id, amount) as e from orders
-- a: orders.note transformed
-- b: orders.note transformed
-- c: orders.note transformed
-- d: orders.status transformed
-- e: orders.amount transformed, orders.id transformed

-- title: aggregates of json
-- since: 16
select json_arrayagg(status order by placed_at) as all, json_objectagg(id: amount) filter (where customer_id > 1) as map from orders
-- all: orders.placed_at window, orders.status aggregated
-- map: orders.amount aggregated, orders.customer_id condition, orders.id aggregated

-- title: functions of xml
select xmlelement(name a, xmlattributes(id as key), status) as x, xmlforest(amount as a) as f, xmlconcat(null, null) as c from orders
-- x: orders.id transformed, orders.status transformed
-- f: orders.amount transformed
-- c: nothing

-- title: extract, substring, overlay and others
select extract(year from placed_at) as year, substring(status from 1 for 2) as two, trim(both ' ' from status) as t, position('a' in status) as p from orders
-- year: orders.placed_at transformed
-- two: orders.status transformed
-- t: orders.status transformed
-- p: orders.status transformed

-- title: variadic and named arguments
select format('%s', variadic tags) as f, make_interval(days => id) as i from orders
-- f: orders.tags transformed
-- i: orders.id transformed

-- title: a function of another schema
select pg_catalog.lower(status) as s, pg_catalog.count(*) as n from orders group by status
-- s: orders.status transformed
-- n: nothing
-- used: orders.status group
