-- title: columns of one relation need no catalogue
select id, o.amount + 1 as more from shop.orders as o where status = 'x'
-- id: shop.orders.id
-- more: shop.orders.amount transformed
-- used: shop.orders.status filter

-- title: a star cannot be told
select * from shop.orders
-- not known: the columns of shop.orders are not known without a database

-- title: the rest can
select o.*, 1 as one, o.id as key from shop.orders as o
-- one: nothing
-- key: shop.orders.id
-- not known: the columns of shop.orders are not known without a database

-- title: a name that may be of two relations
select amount from shop.orders join shop.customers on shop.orders.customer_id = shop.customers.id
-- amount: unknown: amount: the columns of shop.orders are not known without a database, the columns of shop.customers are not known without a database
-- used: shop.customers.id join, shop.orders.customer_id join

-- title: a name of the select list in group by may be a column
select lower(country) as land, count(*) as many from shop.customers group by land
-- land: shop.customers.country transformed
-- many: nothing
-- not known: land: the columns of shop.customers are not known without a database

-- title: but not when both are the same
select o.status, count(*) as many from shop.orders as o join shop.customers as c on c.id = o.id group by status
-- status: shop.orders.status
-- many: nothing
-- used: shop.customers.id join, shop.orders.id join, shop.orders.status group

-- title: a star may have the name that is sorted by
select o.*, r.x from shop.orders as o, (select amount as x, status as name from shop.other) as r order by name
-- x: shop.other.amount
-- read: shop.other.status
-- not known: the columns of shop.orders are not known without a database
-- not known: name: the columns of shop.orders are not known without a database

-- title: system columns of a relation that nobody knows
select ctid, o.xmin from shop.orders as o
-- ctid: nothing
-- xmin: nothing

-- title: a name through a star of one relation
with q as (select * from shop.orders) select id, amount * 2 as twice from q where status = 'x'
-- id: shop.orders.id
-- twice: shop.orders.amount transformed
-- used: shop.orders.status filter

-- title: a name through two stars
select id from (select * from shop.orders, shop.customers) as s
-- id: unknown: id: the columns of shop.orders are not known without a database, the columns of shop.customers are not known without a database

-- title: a known column beside an unknown relation
select s.x, y from (select 1 as y, id as x from shop.orders) as s, shop.customers
-- x: shop.orders.id
-- y: nothing

-- title: an inner relation may have the name too
select s.name from (select id as name from shop.orders) as s where exists (select from shop.customers where name = 'x')
-- name: shop.orders.id
-- not known: name: the columns of shop.customers are not known without a database

-- title: a column of a sub-query may be of the outer query
select id from shop.orders where id in (select order_id from shop.items)
-- id: shop.orders.id
-- used: shop.orders.id filter
-- not known: order_id: the columns of shop.items are not known without a database, the columns of shop.orders are not known without a database

-- title: the same with the relation's name
select s.name from (select id as name from shop.orders) as s where exists (select from shop.customers as c where s.name = c.label)
-- name: shop.orders.id
-- used: shop.customers.label filter, shop.orders.id filter

-- title: using names its columns
select id, o.amount, c.name from shop.orders as o join shop.customers as c using (id)
-- id: shop.orders.id
-- amount: shop.orders.amount
-- name: shop.customers.name
-- used: shop.customers.id join, shop.orders.id join

-- title: a star of a known side after using
select c.*, o.id as other from (select id, name from shop.customers) as c left join shop.orders as o using (id)
-- id: shop.customers.id
-- name: shop.customers.name
-- other: shop.orders.id
-- used: shop.customers.id join, shop.orders.id join

-- title: natural cannot be told
select o.amount from shop.orders as o natural join shop.customers as c
-- amount: shop.orders.amount
-- not known: the columns of shop.orders are not known without a database
-- not known: the columns of shop.customers are not known without a database

-- title: a whole row cannot be told
select to_jsonb(o) as doc from shop.orders as o
-- doc: unknown: o: the columns of shop.orders are not known without a database

-- title: a union of stars cannot be told
select id from (select * from shop.orders union all select * from shop.customers) as s
-- id: unknown: id: the columns of shop.orders are not known without a database, the columns of shop.customers are not known without a database

-- title: positions cannot be told
select * from shop.orders order by 2
-- not known: the columns of shop.orders are not known without a database
-- not known: column 2: the columns of shop.orders are not known without a database

-- title: aliases of columns cannot be told
select a from shop.orders as o (a, b)
-- a: unknown: the columns of shop.orders are not known without a database

-- title: a function of nobody knows what
select x, y from shop.rows_of(1) as f (x, y)
-- x: unknown: what shop.rows_of() reads is not known
-- y: unknown: what shop.rows_of() reads is not known
-- not known: what shop.rows_of() reads is not known

-- title: the number of rows of a function of nobody knows what
select count(*) as many from shop.rows_of(1)
-- many: nothing
-- not known: what shop.rows_of() reads is not known

-- title: a star over such a function
select * from shop.rows_of(1) as f
-- not known: the columns that shop.rows_of() returns are not known
-- not known: what shop.rows_of() reads is not known

-- title: a function that is not PostgreSQL's own may read
select shop.price_of(id) as price from shop.orders
-- price: shop.orders.id transformed unknown: what shop.price_of() reads is not known

-- title: a mistake in the SQL
select id from
-- not known: its SQL cannot be read: syntax error at end of input

-- title: a parameter of an unknown type taken apart
select (shop.row_of(id)).* from shop.orders
-- read: shop.orders.id
-- not known: the fields of a row that is taken apart are not known
