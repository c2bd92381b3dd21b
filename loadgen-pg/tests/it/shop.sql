create type order_status as enum ('new', 'paid', 'it''s shipped', 'cancelled');
create table customers (
    id bigint generated always as identity primary key,
    email varchar(120) not null unique,
    name text,
    tags text[] not null,
    address jsonb,
    active boolean not null default true,
    created_at timestamptz not null default now()
);
create table "Products" (
    sku char(12) primary key,
    "Unit Price" numeric(10, 2) not null,
    weight real,
    ratio double precision,
    picture bytea,
    launched date,
    opens time(3),
    warranty interval,
    label text generated always as (sku || '!') stored
);
create table orders (
    id uuid primary key default gen_random_uuid(),
    customer_id bigint not null references customers,
    status order_status not null,
    history order_status[],
    placed_at timestamp(3) not null,
    note json
);
create table order_items (
    order_id uuid not null references orders,
    sku char(12) not null references "Products",
    quantity smallint not null,
    numbers integer[],
    primary key (order_id, sku)
);
create table categories (
    id serial primary key,
    parent_id integer references categories,
    title varchar(3) not null unique
);
