-- title: insert with columns
insert into rates (id, rate) select id, amount / 2 from orders where status = 'paid'
-- writes public.rates
-- id: orders.id
-- rate: orders.amount transformed
-- used: orders.status filter

-- title: insert without columns goes by position
insert into rates select id, name from customers
-- writes public.rates
-- id: customers.id
-- country: customers.name

-- title: insert into a table whose name a with query has too
with rates as (select id as a, name as b from customers) insert into rates select a, b from rates
-- writes public.rates
-- id: customers.id
-- country: customers.name

-- title: update of a table whose name a with query has too
with rates as (select 1 as one) update rates set country = customers.name from customers where customers.id = rates.id
-- writes public.rates
-- country: customers.name
-- used: customers.id filter, rates.id filter

-- title: insert of values
insert into rates (id, country) values (1, 'x'), (2, default)
-- writes public.rates
-- id: nothing
-- country: nothing

-- title: insert on conflict
insert into rates as r (id, rate) select id, amount from orders on conflict (id) do update set rate = excluded.rate + r.rate, country = upper(r.country) where r.valid_from is null
-- writes public.rates
-- id: orders.id
-- rate: orders.amount transformed, rates.rate transformed
-- country: rates.country transformed
-- used: rates.valid_from filter

-- title: a row that was to be inserted has the default in other columns
insert into rates (rate, id) select amount, customer_id from orders on conflict (id) do update set (id, country, rate) = (select excluded.id, excluded.country, excluded.rate)
-- writes public.rates
-- rate: orders.amount
-- id: orders.customer_id
-- country: nothing

-- title: a row that was to be inserted stands as its table does
insert into rates (rate, id) select amount, customer_id from orders on conflict (id) do update set (id, country, rate, valid_from) = (select excluded.*)
-- writes public.rates
-- rate: orders.amount
-- id: orders.customer_id
-- country: nothing
-- valid_from: nothing

-- title: parts of columns
insert into customers (id, address.street, address.city) select id, status, note ->> 'city' from orders
-- writes public.customers
-- id: orders.id
-- address: orders.note transformed, orders.status transformed

-- title: update
update rates set rate = rate * 2, country = c.country from customers as c where c.id = rates.id and c.name = 'x'
-- writes public.rates
-- rate: rates.rate transformed
-- country: customers.country
-- used: customers.id filter, customers.name filter, rates.id filter

-- title: update of several columns at once
update rates set (country, rate) = (select c.country, max(o.amount) from customers as c join orders as o on o.customer_id = c.id where c.id = rates.id group by c.country), (id, valid_from) = (id + 1, now())
-- writes public.rates
-- country: customers.country, customers.id condition, orders.customer_id condition, rates.id condition
-- rate: customers.country condition, customers.id condition, orders.amount aggregated, orders.customer_id condition, rates.id condition
-- id: rates.id transformed
-- valid_from: nothing

-- title: update of several columns by the columns of a row
update items set (order_id, position, product, price) = row(i.*) from items as i where i.order_id = items.order_id
-- writes public.items
-- order_id: items.order_id
-- position: items.position
-- product: items.product
-- price: items.price
-- used: items.order_id filter

-- title: update of a part of a column, by a whole row and by a correlated sub-query
update orders as o set tags[1] = c.name, note = to_jsonb(c), amount = (select avg(price) from items where order_id = o.id), status = default from customers as c where c.id = o.customer_id
-- writes public.orders
-- tags: customers.name transformed
-- note: customers.address transformed, customers.country transformed, customers.id transformed, customers.joined_on transformed, customers.name transformed
-- amount: items.order_id condition, items.price aggregated, orders.id condition
-- status: nothing
-- used: customers.id filter, orders.customer_id filter

-- title: delete
delete from orders using customers as c where c.id = orders.customer_id and c.country = 'x'
-- writes public.orders
-- used: customers.country filter, customers.id filter, orders.customer_id filter

-- title: delete by a sub-query with a clause of its own
delete from orders where id in (with doomed as (select order_id from items where price > 1) select order_id from doomed)
-- writes public.orders
-- used: items.order_id filter, items.price filter, orders.id filter

-- title: merge
merge into rates as r using (select id, country, 1 as one from customers) as c on r.id = c.id when matched and r.rate > 2 then update set country = c.country when not matched then insert (id, country, rate) values (c.id, upper(c.country), one) when matched then delete
-- writes public.rates
-- country: customers.country transformed
-- id: customers.id
-- rate: nothing
-- used: customers.id join, rates.id join, rates.rate filter

-- title: merge without columns
merge into rates using customers as c on rates.id = c.id when not matched then insert values (c.id, c.name)
-- writes public.rates
-- id: customers.id
-- country: customers.name
-- used: customers.id join, rates.id join

-- title: a merge names the source alone where no row matched
merge into rates as r using customers as c on r.id = c.id when not matched and name = 'x' then insert (id, country) values (id, country)
-- writes public.rates
-- id: customers.id
-- country: customers.country
-- used: customers.id join, customers.name filter, rates.id join

-- title: and the relation alone where the source has no row
merge into rates as r using customers as c on r.id = c.id when not matched by source and country = 'x' then update set rate = rate / 2 when matched then do nothing
-- writes public.rates
-- rate: rates.rate transformed
-- used: customers.id join, rates.country filter, rates.id join

-- title: a merge returns the columns of its source first
with m (a, b) as (merge into items using customers as c on order_id = id when matched then update set product = name returning *) insert into rates (id, country) select a, b from m
-- writes public.items
-- product: customers.name
-- used: customers.id join, items.order_id join
-- writes public.rates
-- id: customers.id
-- country: customers.name
-- used: customers.id join, items.order_id join

-- title: a merge tells what it did
with m as (merge into rates as r using customers as c on r.id = c.id when matched then update set country = c.country returning merge_action() as action, r.id, c.name) insert into items (product, order_id) select action || name, id from m
-- writes public.rates
-- country: customers.country
-- used: customers.id join, rates.id join
-- writes public.items
-- product: customers.name transformed
-- order_id: rates.id
-- used: customers.id join, rates.id join

-- title: a merge with sub-queries and defaults
merge into rates as r using orders as o on r.id = o.id and o.status = 'paid' when matched and exists (select from items where order_id = o.id) then update set (rate, country) = (select sum(price), max(product) from items where order_id = o.id) when not matched then insert default values
-- writes public.rates
-- rate: items.order_id condition, items.price aggregated, orders.id condition
-- country: items.order_id condition, items.product aggregated, orders.id condition
-- used: items.order_id filter, orders.id join+filter, orders.status join, rates.id join

-- title: create table as
create table if not exists archive.totals (customer, total) as with t as (select customer_id, sum(amount) from orders group by 1) select * from t
-- writes archive.totals
-- customer: orders.customer_id
-- total: orders.amount aggregated
-- used: orders.customer_id group

-- title: select into
select id, name into archive.people from customers
-- writes archive.people
-- id: customers.id
-- name: customers.name

-- title: select into of a union
select id, name into archive.people from customers union all select id, country from rates
-- writes archive.people
-- id: customers.id, rates.id
-- name: customers.name, rates.country

-- title: a column that is dropped again
create table archive.people as select id, name, country from customers; alter table archive.people drop column country
-- writes archive.people
-- id: customers.id
-- name: customers.name

-- title: a function of which there are two that return other columns
create table archive.parts as select * from split_up('x')
-- writes archive.parts

-- title: a view and a materialized view
create or replace view v (a) as select id from orders; create materialized view m as select a from v
-- writes public.v
-- a: orders.id
-- writes public.m
-- a: v.a

-- title: a recursive view
create recursive view v (a) as select id from employees union all select manager_id from employees join v on a = id
-- writes public.v
-- a: employees.id, employees.manager_id
-- used: employees.id join, employees.manager_id join

-- title: a table is declared and then filled
create table if not exists archive.new (id bigint primary key, label text, doubled bigint generated always as (id * 2) stored, at timestamptz default now()); insert into archive.new (id, label) select id, name from customers
-- writes archive.new
-- id: customers.id
-- label: customers.name
-- doubled: archive.new.id transformed
-- at: stored

-- title: a declared column that is written without a source
create table if not exists archive.new (id bigint primary key, kind text, at timestamptz, made timestamptz default now()); insert into archive.new (id, kind) select id, 'x' from customers; update archive.new set at = now()
-- writes archive.new
-- id: customers.id
-- kind: nothing
-- at: nothing
-- made: stored

-- title: create table like
create table archive.copy (like items including all, extra text)
-- writes archive.copy
-- order_id: stored
-- position: stored
-- product: stored
-- price: stored
-- extra: stored

-- title: a temporary table is read as what it is made of
create temp table big as select id, amount from orders where amount > 10; insert into rates (id, rate) select id, amount + 1 from big where id > 0
-- writes public.rates
-- id: orders.id
-- rate: orders.amount transformed
-- used: orders.amount filter, orders.id filter

-- title: a temporary table that is filled later
create temporary table t (x integer, y text) on commit drop; insert into t select id, name from customers; insert into t (x) select id from orders; create table archive.both as select x, y from pg_temp.t
-- writes archive.both
-- x: customers.id, orders.id
-- y: customers.name

-- title: a temporary table hides a table until it is dropped
create temp table orders as select id as amount from customers; insert into rates (rate) select amount from orders; drop table orders; insert into rates (id) select amount from orders
-- writes public.rates
-- rate: customers.id
-- id: orders.amount

-- title: a common table expression that writes
with moved as (delete from orders where status = 'old' returning id, amount), kept as (insert into archive.orders (id, amount) select id, amount from moved returning *) insert into rates (id, rate) select id, amount from kept
-- writes public.orders
-- used: orders.status filter
-- writes archive.orders
-- id: orders.id
-- amount: orders.amount
-- used: orders.status filter
-- writes public.rates
-- id: archive.orders.id
-- rate: archive.orders.amount
-- used: orders.status filter

-- title: returning old and new
with changed as (update rates set rate = rate + 1 returning old.rate as before, new.rate as after, id) insert into items (order_id, price) select id, after - before from changed
-- writes public.rates
-- rate: rates.rate transformed
-- writes public.items
-- order_id: rates.id
-- price: rates.rate transformed

-- title: returning old and new under other names
with c as (update rates set rate = 1 returning with (old as o, new as n) o.rate as before, n.id) insert into items (price, order_id) select before, id from c
-- writes public.rates
-- rate: nothing
-- writes public.items
-- price: rates.rate
-- order_id: rates.id

-- title: a table under another name
create table archive.fresh as select id, name from customers; drop table if exists archive.people; alter table archive.fresh rename to people; alter table archive.people rename column name to label
-- writes archive.people
-- id: customers.id
-- label: customers.name

-- title: a table in another schema
create table archive.fresh as select id from customers; alter table archive.fresh set schema public
-- writes public.fresh
-- id: customers.id

-- title: a column is added
create table archive.wide as select id from orders; alter table archive.wide add column note text
-- writes archive.wide
-- id: orders.id
-- note: stored

-- title: copy
copy rates (id, country) from stdin
-- writes public.rates
-- id: stored
-- country: stored

-- title: statements that tell nothing of columns
create index on orders (id); comment on table orders is 'x'; analyze orders; grant select on orders to public

-- title: a do block
do $$ begin insert into rates select 1; end $$
-- not known: what a do block reads and writes is not known

-- title: a called procedure
call refresh_all()
-- not known: what a called procedure reads and writes is not known

-- title: a function that is called for what it does
select refresh_all(), count(*) from orders
-- not known: what refresh_all() reads is not known

-- title: a function that a query is filtered by whose rows nobody takes
select from orders where refresh_all()
-- not known: what refresh_all() reads is not known

-- title: a function in from that is called for what it does
select count(*) from orders cross join refresh_all()
-- not known: what refresh_all() reads is not known

-- title: a query is only read
select count(*) from orders where status = 'x'
-- read: orders.status

-- title: a path of its own
set search_path = archive, public; create table copied as select orders.*, items.price from orders, items where id = order_id
-- writes archive.copied
-- id: archive.orders.id
-- customer_id: archive.orders.customer_id
-- amount: archive.orders.amount
-- Status: archive.orders.Status
-- price: items.price
-- used: archive.orders.id filter, items.order_id filter

-- title: a path of its own is given up
set search_path = archive; create table a as select id from orders; reset search_path; create table b as select amount from orders; set search_path = archive; set search_path to default; create table c as select status from orders
-- writes archive.a
-- id: archive.orders.id
-- writes public.b
-- amount: orders.amount
-- writes public.c
-- status: orders.status
