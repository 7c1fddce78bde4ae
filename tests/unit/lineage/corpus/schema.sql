create type address as (street text, city text);
create table customers (id integer, name text, country text, joined_on date, address address);
create table orders (
  id integer, customer_id integer, amount numeric, status text, placed_at timestamptz, note jsonb, tags text[]
);
create table items (order_id integer, position integer, product text, price numeric);
create table employees (id integer, manager_id integer, name text, salary numeric, department text);
create table rates (id integer, country text, rate numeric, valid_from date);
create table letters (id integer, body xml, "Mixed Case" text);
create schema archive;
create table archive.orders (id integer, customer_id integer, amount numeric, "Status" text);
