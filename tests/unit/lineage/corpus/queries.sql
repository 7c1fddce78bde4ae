-- title: a sub-query in from
select s.total * 2 as twice from (select sum(amount) as total, status from orders group by status) as s
-- twice: orders.amount aggregated
-- used: orders.status group

-- title: a column that is read and then dropped
select id from (select id, amount from orders) as s
-- id: orders.id
-- read: orders.amount

-- title: a common table expression
with paid as (select id, amount from orders where status = 'paid') select id, amount + 1 as more from paid
-- id: orders.id
-- more: orders.amount transformed
-- used: orders.status filter

-- title: a common table expression with column names
with p (x, y) as (select id, amount from orders) select y, x from p
-- y: orders.amount
-- x: orders.id

-- title: materialized or not
with a as materialized (select id from orders), b as not materialized (select id from a) select id from b
-- id: orders.id

-- title: a common table expression shadows a table
with orders as (select id as amount from customers) select amount from orders
-- amount: customers.id

-- title: it does not shadow a table that is named with its schema
with orders as (select id as amount from customers) select amount from public.orders
-- amount: orders.amount
-- read: customers.id

-- title: it does not see itself
with orders as (select id, amount from orders) select amount from orders
-- amount: orders.amount
-- read: orders.id

-- title: an inner one shadows an outer one
with q as (select id as x from orders) select x from (with q as (select name as x from customers) select x from q) as s
-- x: customers.name
-- read: orders.id

-- title: an outer one is seen within
with q as (select id as x from orders) select name from customers where id in (select x from q)
-- name: customers.name
-- used: customers.id filter, orders.id filter

-- title: one that nobody names is read all the same
with unused as (select salary from employees) select id from orders
-- id: orders.id
-- read: employees.salary

-- title: a recursive one
with recursive chain as (select id, manager_id, name from employees where manager_id is null union all select e.id, e.manager_id, chain.name || e.name from employees as e join chain on e.manager_id = chain.id) select id, name from chain
-- id: employees.id
-- name: employees.name transformed
-- used: employees.id join, employees.manager_id join+filter

-- title: a recursive one that counts
with recursive n (i) as (select 1 union all select i + 1 from n where i < 10) select i from n
-- i: nothing

-- title: a recursive one whose first part has a clause of its own
with recursive t (n) as ((with s as (select id from orders) select id from s) union all select n + c.id from t, lateral (select id from customers where id = n) as c) select n from t
-- n: customers.id transformed, orders.id transformed
-- used: customers.id filter, orders.id filter

-- title: a recursive one that counts its levels
with recursive t as (select id, manager_id, 1 as depth from employees where manager_id is null union select e.id, e.manager_id, t.depth + 1 from employees as e, t where e.manager_id = t.id) select depth, count(*) as n from t group by depth having max(id) > 1
-- depth: nothing
-- n: nothing
-- used: employees.id filter+group, employees.manager_id filter+group

-- title: search and cycle
with recursive chain (id, boss) as (select id, manager_id from employees union all select e.id, e.manager_id from employees e join chain on e.id = chain.boss) search depth first by id set route cycle id set is_circle using path select id, route, is_circle, path from chain
-- id: employees.id
-- route: employees.id transformed
-- is_circle: employees.id condition
-- path: employees.id transformed
-- used: employees.id join, employees.manager_id join

-- title: a recursive one that moves values from column to column
with recursive r (a, b, c) as (select id, customer_id, length(status) from orders union all select b, c, a from r where a > 0) select a from r
-- a: orders.customer_id, orders.id, orders.status transformed
-- used: orders.customer_id filter, orders.id filter, orders.status filter

-- title: with recursive without recursion sees those after it
with recursive a as (select x from b), b as (select id as x from orders) select x from a
-- x: orders.id

-- title: union all
select id, name from customers union all select id, status from orders
-- id: customers.id, orders.id
-- name: customers.name, orders.status

-- title: union makes equal rows one
select country from customers union select country from rates
-- country: customers.country, rates.country
-- used: customers.country group, rates.country group

-- title: intersect takes from the left
select id from customers intersect select customer_id from orders
-- id: customers.id
-- used: customers.id filter+group, orders.customer_id filter

-- title: except takes from the left
select id from customers except all select customer_id from orders
-- id: customers.id
-- used: customers.id filter, orders.customer_id filter

-- title: three arms, one of constants
select id as key, amount from orders union all select id, 0 from customers union all select order_id, price * 2 from items order by key
-- key: customers.id, items.order_id, orders.id
-- amount: items.price transformed, orders.amount
-- used: customers.id sort, items.order_id sort, orders.id sort

-- title: union within except
(select id from orders union select id from customers) except select order_id from items order by id
-- id: customers.id, orders.id
-- used: customers.id filter+group+sort, items.order_id filter, orders.id filter+group+sort

-- title: intersect binds before union
select id from orders union all select customer_id from orders intersect all select id from customers
-- id: orders.customer_id, orders.id
-- used: customers.id filter, orders.customer_id filter

-- title: except of an intersection
select id, amount from orders except select id, rate from rates intersect select order_id, price from items
-- id: orders.id
-- amount: orders.amount
-- used: items.order_id filter, items.price filter, orders.amount filter+group, orders.id filter+group, rates.id filter+group, rates.rate filter+group

-- title: the first part names the columns of a union
select null as a union all select id from orders union all values (1) order by a
-- a: orders.id
-- used: orders.id sort

-- title: order by the position of a union
select id from orders union all select id from customers order by 1 limit 3
-- id: customers.id, orders.id
-- used: customers.id sort, orders.id sort

-- title: a union in parentheses with its own limit
(select id from orders order by placed_at limit 1) union all (select id from customers where country = 'x')
-- id: customers.id, orders.id
-- used: customers.country filter, orders.placed_at sort

-- title: a with clause before a union
with a as (select id from orders) select id from a union all select id from customers where id in (select id from a)
-- id: customers.id, orders.id
-- used: customers.id filter, orders.id filter

-- title: values
values (1, 'a'), (2, 'b')
-- column1: nothing
-- column2: nothing

-- title: values in from
select v.code, v.label from (values (1, 'a'), (2, 'b')) as v (code, label)
-- code: nothing
-- label: nothing

-- title: values that read columns
select s.x from orders as o cross join lateral (values (o.id), (o.customer_id)) as s (x)
-- x: orders.customer_id, orders.id

-- title: a star over values that read columns
select v.* from orders as o, lateral (values (o.id, o.status), (o.customer_id, 'x')) as v
-- column1: orders.customer_id, orders.id
-- column2: orders.status

-- title: distinct
select distinct status, customer_id from orders
-- status: orders.status
-- customer_id: orders.customer_id
-- used: orders.customer_id group, orders.status group

-- title: distinct on
select distinct on (customer_id) id, amount from orders order by customer_id, placed_at desc
-- id: orders.id
-- amount: orders.amount
-- used: orders.customer_id group+sort, orders.placed_at sort

-- title: distinct on an output name
select distinct on (k) lower(status) as k, id from orders
-- k: orders.status transformed
-- id: orders.id
-- used: orders.status group

-- title: distinct on and order by mean output names, and a window columns
select distinct on (id) name as id, count(*) over (order by id) as n from employees order by id, n
-- id: employees.name
-- n: employees.id window
-- used: employees.id sort, employees.name group+sort

-- title: aggregates
select customer_id, count(*) as orders, count(distinct status) as states, sum(amount) / count(*) as average from orders group by customer_id having sum(amount) > 0
-- customer_id: orders.customer_id
-- orders: nothing
-- states: orders.status aggregated
-- average: orders.amount aggregated
-- used: orders.amount filter, orders.customer_id group

-- title: filter
select count(*) filter (where status = 'paid') as paid, sum(amount) filter (where customer_id > 1) as big from orders
-- paid: orders.status condition
-- big: orders.amount aggregated, orders.customer_id condition

-- title: order by within an aggregate
select string_agg(product, ',' order by position) as products from items
-- products: items.position window, items.product aggregated

-- title: within group
select percentile_cont(0.5) within group (order by amount) as median, mode() within group (order by status) as usual from orders
-- median: orders.amount aggregated
-- usual: orders.status aggregated

-- title: grouping sets
select department, name, sum(salary) as total, grouping(department, name) as level from employees group by grouping sets ((department), (name), ())
-- department: employees.department
-- name: employees.name
-- total: employees.salary aggregated
-- level: nothing
-- used: employees.department group, employees.name group

-- title: rollup and cube
select department, count(*) from employees group by rollup (department, name), cube (manager_id)
-- department: employees.department
-- count: nothing
-- used: employees.department group, employees.manager_id group, employees.name group

-- title: parentheses in group by hold names and positions as group by does
select lower(status) as s, customer_id, count(*) from orders group by (s, customer_id)
-- s: orders.status transformed
-- customer_id: orders.customer_id
-- count: nothing
-- used: orders.customer_id group, orders.status group

-- title: positions in a rollup
select status, customer_id from orders group by rollup ((1, 2))
-- status: orders.status
-- customer_id: orders.customer_id
-- used: orders.customer_id group, orders.status group

-- title: a row in group by is an expression
select count(*) from orders group by row(status, customer_id)
-- count: nothing
-- used: orders.customer_id group, orders.status group

-- title: group by an expression
select date_trunc('day', placed_at) as day, sum(amount) as sum from orders group by date_trunc('day', placed_at)
-- day: orders.placed_at transformed
-- sum: orders.amount aggregated
-- used: orders.placed_at group

-- title: a window
select id, row_number() over (partition by customer_id order by placed_at) as n, sum(amount) over (partition by status) as total, lag(amount) over (order by id) as before from orders
-- id: orders.id
-- n: orders.customer_id window, orders.placed_at window
-- total: orders.amount aggregated, orders.status window
-- before: orders.amount transformed, orders.id window

-- title: a named window
select rank() over w as r, first_value(name) over (w rows between unbounded preceding and current row) as top from employees window w as (partition by department order by salary)
-- r: employees.department window, employees.salary window
-- top: employees.department window, employees.name transformed, employees.salary window

-- title: a window on a window
select last_value(name) over b as x from employees window a as (partition by department), b as (a order by salary)
-- x: employees.department window, employees.name transformed, employees.salary window

-- title: a window of aggregates
select department, sum(sum(salary)) over (order by department) as running from employees group by department
-- department: employees.department
-- running: employees.department window, employees.salary aggregated
-- used: employees.department group

-- title: a window that is ordered by an aggregate
select max(id) over (partition by status order by sum(amount) desc) as m from orders group by id, status
-- m: orders.amount window, orders.id aggregated, orders.status window
-- used: orders.id group, orders.status group

-- title: the rows of a window are chosen outside
select id from (select id, row_number() over (partition by customer_id order by placed_at) as n from orders) as s where n = 1
-- id: orders.id
-- used: orders.customer_id filter, orders.placed_at filter

-- title: a scalar sub-query
select c.name, (select max(o.amount) from orders as o where o.customer_id = c.id) as top from customers as c
-- name: customers.name
-- top: customers.id condition, orders.amount aggregated, orders.customer_id condition

-- title: a scalar sub-query of one column
select (select o.status from orders as o order by o.placed_at limit 1) as first
-- first: orders.placed_at condition, orders.status

-- title: a scalar sub-query without from aggregates a row of the outer query
select (select sum(o.amount)) as s, (select count(*) from (select id from orders as p where p.customer_id = o.id limit 3) as few) as n from orders as o group by o.id
-- s: orders.amount aggregated
-- n: orders.customer_id condition, orders.id condition
-- used: orders.id group

-- title: exists in the select list
select id, exists (select 1 from orders as o where o.customer_id = c.id) as has_orders from customers as c
-- id: customers.id
-- has_orders: customers.id condition, orders.customer_id condition

-- title: in and any in the select list
select id in (select customer_id from orders where status = 'x') as known, id = any (select order_id from items) as listed from customers
-- known: customers.id transformed, orders.customer_id transformed, orders.status condition
-- listed: customers.id transformed, items.order_id transformed

-- title: an array of a sub-query
select array(select product from items where order_id = orders.id order by position) as products from orders
-- products: items.order_id condition, items.position condition, items.product transformed, orders.id condition

-- title: a json array of a sub-query
-- since: 16
select json_array(select name from customers where country = o.status order by joined_on) as names, json_array(select id from items join rates on order_id = rates.id) from orders as o
-- names: customers.country condition, customers.joined_on condition, customers.name transformed, orders.status condition
-- json_array: items.order_id condition, rates.id transformed

-- title: a row compared with a sub-query
select id from orders where (id, customer_id) in (select order_id, position from items)
-- id: orders.id
-- used: items.order_id filter, items.position filter, orders.customer_id filter, orders.id filter

-- title: a row compared with one row of a sub-query
select row(id, country) = (select id, country from customers limit 1) as same from rates where (id, rate) < (select id, amount from orders where status = 'x')
-- same: customers.country transformed, customers.id transformed, rates.country transformed, rates.id transformed
-- used: orders.amount filter, orders.id filter, orders.status filter, rates.id filter, rates.rate filter

-- title: two levels of correlation
select id from customers as c where exists (select from orders as o where o.customer_id = c.id and exists (select from items as i where i.order_id = o.id and i.product = c.name))
-- id: customers.id
-- used: customers.id filter, customers.name filter, items.order_id filter, items.product filter, orders.customer_id filter, orders.id filter

-- title: an unqualified name of an outer query
select id from customers where exists (select from items where product = name)
-- id: customers.id
-- used: customers.name filter, items.product filter

-- title: the column of a sub-query may be of the outer query
select amount from orders where id in (select id from items)
-- amount: orders.amount
-- used: orders.id filter

-- title: the inner column wins over the outer one of the same name
select id from customers where exists (select from orders where id = 5)
-- id: customers.id
-- used: orders.id filter

-- title: a sub-query in order by and limit
select id from orders order by (select rate from rates where rates.id = orders.id) limit (select max(position) from items)
-- id: orders.id
-- used: items.position filter, orders.id sort, rates.id sort, rates.rate sort

-- title: a sub-query in having
select status from orders group by status having count(*) > (select min(rate) from rates)
-- status: orders.status
-- used: orders.status group, rates.rate filter

-- title: a sub-query in filter, in over and in case
select count(*) filter (where exists (select from items where order_id = o.id)) over (partition by (select max(rate) from rates)) as n, case when (select count(*) from letters where id > 1) > 1 then o.id end as x from orders as o
-- n: items.order_id condition, orders.id condition, rates.rate window
-- x: letters.id condition, orders.id transformed

-- title: a view of a query with everything
with base as (select o.*, c.country from orders as o join customers as c on c.id = o.customer_id), ranked as (select *, rank() over (partition by country order by amount desc) as place from base) select country, id, place from ranked where place <= 3
-- country: customers.country
-- id: orders.id
-- place: customers.country window, orders.amount window
-- used: customers.country filter, customers.id join, orders.amount filter, orders.customer_id join
-- read: orders.note, orders.placed_at, orders.status, orders.tags

-- title: a select without columns
select from orders where status = 'x'
-- used: orders.status filter

-- title: table
table rates
-- id: rates.id
-- country: rates.country
-- rate: rates.rate
-- valid_from: rates.valid_from

-- title: names of sub-queries within sub-queries
select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select (select id)))))))))))))))))))))))))))))) from orders
-- id: orders.id
