create type mood as enum ('fine', 'it''s bad');
create domain short as varchar(8) check (length(value) < 9);
create table customers (
    id uuid primary key default gen_random_uuid(),
    email varchar(60) not null unique,
    name text,
    mood mood not null,
    moods mood[],
    joined timestamptz not null default now()
);
create table orders (
    id bigint generated always as identity primary key,
    customer uuid not null references customers,
    referrer uuid references customers (id),
    total numeric(12, 2) not null,
    doc jsonb,
    placed date not null,
    twice numeric generated always as (total * 2) stored
);
create table order_lines (
    order_id bigint not null references orders,
    line integer not null,
    quantity int not null,
    primary key (order_id, line)
);
create table warehouses (region char(2), code int, primary key (region, code));
create table stock (
    region char(2) not null,
    warehouse int not null,
    item bigint not null,
    primary key (region, warehouse, item),
    foreign key (region, warehouse) references warehouses (region, code)
);
create table staff (id int primary key, boss int references staff, tag char(6) not null unique);
create table "Odd ""Table""" ("Select" int primary key, "a b" text not null, tags text[]);
create table profile (customer uuid primary key references customers, bio text);
create table friends (
    one uuid not null references customers, other uuid not null references customers, primary key (one, other)
);
create table log (at timestamptz default now(), what text);
create table ticks (id serial primary key);
