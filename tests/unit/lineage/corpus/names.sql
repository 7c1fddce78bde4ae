-- title: a column and an expression
select id, amount * 2 as doubled, 1 as one, now() as asked from orders
-- id: orders.id
-- doubled: orders.amount transformed
-- one: nothing
-- asked: nothing

-- title: names are folded, quoted ones are not
select ID, "Status", O."Status" as s from archive.orders as O
-- id: archive.orders.id
-- Status: archive.orders.Status
-- s: archive.orders.Status

-- title: a mixed-case column
select "Mixed Case" from letters
-- Mixed Case: letters.Mixed Case

-- title: a table by its schema
select archive.orders.amount, orders.id from archive.orders
-- amount: archive.orders.amount
-- id: archive.orders.id

-- title: two tables of one name
select a.amount as old, b.amount as new from archive.orders as a, public.orders as b where a.id = b.id
-- old: archive.orders.amount
-- new: orders.amount
-- used: archive.orders.id filter, orders.id filter

-- title: two tables of one name without aliases
select archive.orders."Status", public.orders.amount from public.orders, archive.orders
-- Status: archive.orders.Status
-- amount: orders.amount

-- title: a star over one table
select * from items
-- order_id: items.order_id
-- position: items.position
-- product: items.product
-- price: items.price

-- title: a star over a join without using
select * from items as i join rates as r on i.order_id = r.id
-- order_id: items.order_id
-- position: items.position
-- product: items.product
-- price: items.price
-- id: rates.id
-- country: rates.country
-- rate: rates.rate
-- valid_from: rates.valid_from
-- used: items.order_id join, rates.id join

-- title: a star of one side
select r.*, product from items join rates as r on order_id = r.id
-- id: rates.id
-- country: rates.country
-- rate: rates.rate
-- valid_from: rates.valid_from
-- product: items.product
-- used: items.order_id join, rates.id join

-- title: aliases of columns
select x, y, product from items as i (x, y)
-- x: items.order_id
-- y: items.position
-- product: items.product

-- title: aliases that exchange the names of columns
select id, a.customer_id, a.id + customer_id as sum from orders as a (customer_id, id)
-- id: orders.customer_id
-- customer_id: orders.id
-- sum: orders.customer_id transformed, orders.id transformed

-- title: the alias hides the name of the table
select o.id from orders as o where o.status = 'new'
-- id: orders.id
-- used: orders.status filter

-- title: an output name in order by wins over a column
select amount as id, id as other from orders order by id
-- id: orders.amount
-- other: orders.id
-- used: orders.amount sort

-- title: an expression in order by means columns
select amount as id, id as other from orders order by id + 0
-- id: orders.amount
-- other: orders.id
-- used: orders.id sort

-- title: a column in group by wins over an output name
select max(amount) as top, lower(status) as status from orders group by status
-- top: orders.amount aggregated
-- status: orders.status transformed
-- used: orders.status group

-- title: group by an output name
select lower(country) as land, count(*) as many from customers group by land
-- land: customers.country transformed
-- many: nothing
-- used: customers.country group

-- title: positions in group by and order by
select department, sum(salary) as total from employees group by 1 order by 2 desc
-- department: employees.department
-- total: employees.salary aggregated
-- used: employees.department group, employees.salary sort

-- title: names that PostgreSQL gives
select count(*), max(salary), salary::text, upper(name), coalesce(name, department), case when salary > 1 then 2 end, array[id], row(id), nullif(id, 2), greatest(id, 3), current_date, (select name from rates limit 1), exists (select from rates), id + 1 from employees group by salary, name, department, id
-- count: nothing
-- max: employees.salary aggregated
-- salary: employees.salary transformed
-- upper: employees.name transformed
-- coalesce: employees.department transformed, employees.name transformed
-- case: employees.salary condition
-- array: employees.id transformed
-- row: employees.id transformed
-- nullif: employees.id transformed
-- greatest: employees.id transformed
-- current_date: nothing
-- name: employees.name
-- exists: nothing
-- ?column?: employees.id transformed
-- used: employees.department group, employees.id group, employees.name group, employees.salary group

-- title: the else branch names a case
select case when salary > 0 then 1 else salary end from employees
-- salary: employees.salary transformed

-- title: a cast of a call keeps the name of the call
select lower(name)::varchar, '1'::integer, interval '1 day' from employees
-- lower: employees.name transformed
-- int4: nothing
-- interval: nothing

-- title: a field names a column
select (address).city from customers
-- city: customers.address transformed

-- title: system columns are no columns of the table
select ctid, o.xmin, o.tableoid::regclass as place from orders as o
-- ctid: nothing
-- xmin: nothing
-- place: nothing

-- title: a typed constant, a parameter of nothing
select date '2024-01-01' as day, null as nothing, true as yes
-- day: nothing
-- nothing: nothing
-- yes: nothing

-- title: a column that no value is taken from
select 1 as one from orders where status = 'new'
-- one: nothing
-- used: orders.status filter

-- title: operators and casts
select amount::integer as whole, -amount as negative, status || name as both, placed_at at time zone 'UTC' as utc from orders, customers
-- whole: orders.amount transformed
-- negative: orders.amount transformed
-- both: customers.name transformed, orders.status transformed
-- utc: orders.placed_at transformed

-- title: between, in, like, is null
select id between customer_id and 9 as within, status in ('a', note ->> 'x') as listed, status like 'a%' as starts, note is null as empty from orders
-- within: orders.customer_id transformed, orders.id transformed
-- listed: orders.note transformed, orders.status transformed
-- starts: orders.status transformed
-- empty: orders.note transformed

-- title: collate leaves the value as it is
select name collate "C" as name from employees
-- name: employees.name

-- title: coalesce, greatest, nullif
select coalesce(manager_id, id) as boss, greatest(salary, 1) as pay, nullif(name, department) as odd from employees
-- boss: employees.id transformed, employees.manager_id transformed
-- pay: employees.salary transformed
-- odd: employees.department condition, employees.name transformed

-- title: conditions decide, results are taken
select case when status = 'paid' then amount when customer_id > 1 then id else 0 end as value from orders
-- value: orders.amount transformed, orders.customer_id condition, orders.id transformed, orders.status condition

-- title: a simple case
select case status when 'paid' then 1 else 0 end as is_paid from orders
-- is_paid: orders.status condition

-- title: a column that is both condition and result
select case when amount > 0 then amount end as positive from orders
-- positive: orders.amount transformed

-- title: array elements and slices
select tags[1] as first, tags[2:id] as some from orders
-- first: orders.tags transformed
-- some: orders.id transformed, orders.tags transformed

-- title: json operators
select note -> 'a' ->> 'b' as b, note['c'] as c, note @> '{}' as has from orders
-- b: orders.note transformed
-- c: orders.note transformed
-- has: orders.note transformed

-- title: a whole row
-- whole row: customers
select customers as row from customers
-- row: customers.address transformed, customers.country transformed, customers.id transformed, customers.joined_on transformed, customers.name transformed

-- title: a whole row in a function
-- whole row: rates
select to_jsonb(r) as doc from rates as r
-- doc: rates.country transformed, rates.id transformed, rates.rate transformed, rates.valid_from transformed

-- title: a field of a whole row reads one column
select (r).rate as rate from rates as r
-- rate: rates.rate

-- title: a column wins over the row of the same name
select rates from (select id as rates, country from rates) as rates
-- rates: rates.id
-- read: rates.country

-- title: a row of a sub-query
select to_jsonb(s) as doc from (select id, upper(country) as land from rates) as s
-- doc: rates.country transformed, rates.id transformed

-- title: all fields of a whole row
select (r).* from rates as r
-- id: rates.id
-- country: rates.country
-- rate: rates.rate
-- valid_from: rates.valid_from

-- title: a star in a row
select row(r.*) as r from rates as r
-- r: rates.country transformed, rates.id transformed, rates.rate transformed, rates.valid_from transformed

-- title: rows with a value are counted
-- whole row: rates
select count(r.*) as many from rates as r
-- many: rates.country aggregated, rates.id aggregated, rates.rate aggregated, rates.valid_from aggregated

-- title: a composite column taken apart
select (address).*, (c.address).street as way from customers as c
-- street: customers.address transformed
-- city: customers.address transformed
-- way: customers.address transformed

-- title: fields through a sub-query
-- whole row: rates
select (s.pair).id, (s.pair).rate * 2 as twice from (select r as pair from rates as r) as s
-- id: rates.id
-- twice: rates.rate transformed
-- read: rates.country, rates.valid_from

-- title: a field of the row that a scalar sub-query gives
-- whole row: rates
select ((select r from rates as r limit 1)).rate as x
-- x: rates.rate
-- read: rates.country, rates.id, rates.valid_from

-- title: limit and offset
select id from orders order by placed_at desc nulls last limit 5 offset 2
-- id: orders.id
-- used: orders.placed_at sort

-- title: for update
select id from orders where status = 'new' for update skip locked
-- id: orders.id
-- used: orders.status filter

-- title: a table sample
select id from orders tablesample bernoulli (10) repeatable (1)
-- id: orders.id

-- title: only
select id from only orders
-- id: orders.id

-- title: a relation of PostgreSQL's own
select relname, relkind = 'r' as is_table from pg_class where relnamespace = 1
-- relname: pg_catalog.pg_class.relname
-- is_table: pg_catalog.pg_class.relkind transformed
-- used: pg_catalog.pg_class.relnamespace filter

-- title: comments and odd spacing
select/* a */id -- b
, "amount"
from"orders"where(status)='x';
-- id: orders.id
-- amount: orders.amount
-- used: orders.status filter
