-- title: what is joined by is not taken
select o.id, c.name from orders as o join customers as c on c.id = o.customer_id
-- id: orders.id
-- name: customers.name
-- used: customers.id join, orders.customer_id join

-- title: left join
select c.name, o.amount from customers as c left join orders as o on o.customer_id = c.id and o.status = 'paid'
-- name: customers.name
-- amount: orders.amount
-- used: customers.id join, orders.customer_id join, orders.status join

-- title: using takes the left side
select id, name, amount from orders join customers using (id)
-- id: orders.id
-- name: customers.name
-- amount: orders.amount
-- used: customers.id join, orders.id join

-- title: using in a right join takes the right side
select id, amount from orders right join customers using (id)
-- id: customers.id
-- amount: orders.amount
-- used: customers.id join, orders.id join

-- title: using in a full join takes either
select id from orders full join customers using (id)
-- id: customers.id transformed, orders.id transformed
-- used: customers.id join, orders.id join

-- title: using in two full joins
select id from orders full join customers using (id) full join rates using (id)
-- id: customers.id transformed, orders.id transformed, rates.id transformed
-- used: customers.id join, orders.id join, rates.id join

-- title: a filter on what a full join merged
select orders.id, customers.id as c from orders full join customers using (id) where id = 1
-- id: orders.id
-- c: customers.id
-- used: customers.id join+filter, orders.id join+filter

-- title: using in two right joins
select id from (orders right join customers using (id)) right join rates using (id)
-- id: rates.id
-- used: customers.id join, orders.id join, rates.id join

-- title: both sides of using by their names
select o.id as one, c.id as other, id as merged from orders as o left join customers as c using (id)
-- one: orders.id
-- other: customers.id
-- merged: orders.id
-- used: customers.id join, orders.id join

-- title: a star after using
select * from rates join customers using (id, country)
-- id: rates.id
-- country: rates.country
-- rate: rates.rate
-- valid_from: rates.valid_from
-- name: customers.name
-- joined_on: customers.joined_on
-- address: customers.address
-- used: customers.country join, customers.id join, rates.country join, rates.id join

-- title: a star of one side after using
select c.* from rates join customers as c using (country)
-- id: customers.id
-- name: customers.name
-- country: customers.country
-- joined_on: customers.joined_on
-- address: customers.address
-- used: customers.country join, rates.country join

-- title: natural join
select * from rates natural join customers
-- id: rates.id
-- country: rates.country
-- rate: rates.rate
-- valid_from: rates.valid_from
-- name: customers.name
-- joined_on: customers.joined_on
-- address: customers.address
-- used: customers.country join, customers.id join, rates.country join, rates.id join

-- title: natural joins of three
select * from customers natural join rates natural join (select id, 'x' as extra from employees) as e
-- id: customers.id
-- country: customers.country
-- name: customers.name
-- joined_on: customers.joined_on
-- address: customers.address
-- rate: rates.rate
-- valid_from: rates.valid_from
-- extra: nothing
-- used: customers.country join, customers.id join, employees.id join, rates.country join, rates.id join

-- title: natural left join of tables without a common column is a cross join
select product, rate from items natural left join (select rate from rates) as r
-- product: items.product
-- rate: rates.rate

-- title: using with an alias
select k.id, k.country, rate from rates join customers using (id, country) as k
-- id: rates.id
-- country: rates.country
-- rate: rates.rate
-- used: customers.country join, customers.id join, rates.country join, rates.id join

-- title: an alias of a join hides its tables
select j.id, j.name from (rates join customers using (id, country)) as j
-- id: rates.id
-- name: customers.name
-- used: customers.country join, customers.id join, rates.country join, rates.id join

-- title: an alias of a join renames columns
select a, b from (items join rates on order_id = id) as j (a, b)
-- a: items.order_id
-- b: items.position
-- used: items.order_id join, rates.id join

-- title: an alias of a join renames the merged column first
select j.* from (orders as o (a) left join rates as r (a, b) using (a)) as j (x, y)
-- x: orders.id
-- y: orders.customer_id
-- amount: orders.amount
-- status: orders.status
-- placed_at: orders.placed_at
-- note: orders.note
-- tags: orders.tags
-- b: rates.country
-- rate: rates.rate
-- valid_from: rates.valid_from
-- used: orders.id join, rates.id join

-- title: an alias within an alias of a join
select j.a, k.id from (orders as o (a) join customers as k on o.a = k.id) as j (a), rates as k
-- a: orders.id
-- id: rates.id
-- used: customers.id join, orders.id join

-- title: three tables by using
select id, c.name, rate, amount from orders join customers as c using (id) join rates using (id)
-- id: orders.id
-- name: customers.name
-- rate: rates.rate
-- amount: orders.amount
-- used: customers.id join, orders.id join, rates.id join

-- title: a nested join
select o.id, i.product from orders as o left join (items as i join rates as r on r.id = i.position) on i.order_id = o.id
-- id: orders.id
-- product: items.product
-- used: items.order_id join, items.position join, orders.id join, rates.id join

-- title: a comma is a cross join, and where is a filter
select o.id, c.name from orders o, customers c where o.customer_id = c.id
-- id: orders.id
-- name: customers.name
-- used: customers.id filter, orders.customer_id filter

-- title: a self join
select e.name, m.name as manager from employees as e left join employees as m on e.manager_id = m.id
-- name: employees.name
-- manager: employees.name
-- used: employees.id join, employees.manager_id join

-- title: lateral sub-query
select c.name, last.amount from customers as c cross join lateral (select o.amount from orders as o where o.customer_id = c.id order by o.placed_at desc limit 1) as last
-- name: customers.name
-- amount: orders.amount
-- used: customers.id filter, orders.customer_id filter, orders.placed_at sort

-- title: left join lateral
select c.id, s.total from customers c left join lateral (select sum(o.amount) as total from orders o where o.customer_id = c.id) s on true
-- id: customers.id
-- total: orders.amount aggregated
-- used: customers.id filter, orders.customer_id filter

-- title: what a lateral sub-query groups and sorts by, and the join checks
select c.name, t.n from customers as c left join lateral (select count(*) as n, max(status) from orders where customer_id = c.id group by note -> 'a' order by max(placed_at) limit 1) as t on t.max > c.country
-- name: customers.name
-- n: nothing
-- used: customers.country join, customers.id filter, orders.customer_id filter, orders.note group, orders.placed_at sort, orders.status join

-- title: a sub-query in from that is not lateral does not see its neighbours
select s.id from customers as c, (select c.id from orders as c) as s
-- id: orders.id

-- title: lateral over a column of an outer query
select (select s.x from (select c.name as x) as s) as name from customers as c
-- name: customers.name

-- title: a semi join
select name from customers as c where exists (select 1 from orders as o where o.customer_id = c.id and o.amount > 10)
-- name: customers.name
-- used: customers.id filter, orders.amount filter, orders.customer_id filter

-- title: an anti join
select name from customers where id not in (select customer_id from orders where status = 'open')
-- name: customers.name
-- used: customers.id filter, orders.customer_id filter, orders.status filter

-- title: using and an outer name
select id from customers join orders using (id) where exists (select from rates where rates.country = customers.country)
-- id: customers.id
-- used: customers.country filter, customers.id join, orders.id join, rates.country filter

-- title: a constant that is joined by has no source
with x as (select 1 as one), y as (select one, id from x, orders) select one, y.id from y right join x using (one)
-- one: nothing
-- id: orders.id

-- title: on with a sub-query
select o.id from orders as o join rates as r on r.rate = (select max(i.price) from items as i where i.order_id = o.id)
-- id: orders.id
-- used: items.order_id join, items.price join, orders.id join, rates.rate join
