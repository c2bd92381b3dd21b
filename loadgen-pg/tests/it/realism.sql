create domain citext_like as varchar(24);
create table customers (
    id bigint generated always as identity primary key,
    first_name varchar(30) not null,
    last_name varchar(40) not null,
    full_name text,
    email varchar(120) not null unique check (email like '%@%'),
    username citext_like not null unique,
    city text not null,
    country char(2) not null,
    postal_code varchar(10) check (postal_code <> ''),
    latitude numeric(9, 6),
    longitude double precision,
    notes text,
    created_at timestamptz not null,
    updated_at timestamptz not null,
    check (updated_at >= created_at)
);
create table invoices (
    id bigint generated always as identity primary key,
    customer_id bigint not null references customers,
    quantity int not null check (quantity > 0),
    unit_price numeric(10, 2) not null check (unit_price > 0),
    net_amount numeric(14, 2) not null,
    tax_rate numeric(4, 3) not null check (tax_rate between 0 and 0.25),
    tax_amount numeric(14, 2) not null check (tax_amount >= 0),
    total_amount numeric(14, 2) not null check (total_amount >= 0),
    issued_on date not null,
    due_on date not null,
    paid_at timestamp(0)
);
