create table invoices (
    id bigint generated always as identity primary key,
    net numeric(12, 2) not null,
    tax_rate numeric(5, 2) not null default 19,
    tax numeric(12, 2) not null,
    gross numeric(12, 2) not null,
    issue_date date not null,
    due_date date not null,
    paid_date date,
    check (gross = net + tax), check (net >= 0), check (due_date >= issue_date)
);
create table orders (
    id bigint generated always as identity primary key,
    subtotal numeric(12, 2) not null,
    vat numeric(12, 2) not null,
    total_amount numeric(12, 2) not null check (total_amount >= subtotal),
    order_date date not null,
    required_date date,
    shipped_date date
);
create table flights (
    id bigint generated always as identity primary key,
    departure_airport char(3) not null,
    scheduled_departure timestamptz not null,
    scheduled_arrival timestamptz not null check (scheduled_arrival > scheduled_departure),
    actual_departure timestamptz,
    actual_arrival timestamptz,
    check (actual_arrival is null or actual_departure is not null and actual_arrival > actual_departure)
);
create table accounts (
    id bigint generated always as identity primary key,
    first_name text not null, last_name text not null, email text, phone text,
    activebool boolean not null default true, active int,
    created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(),
    expires_at timestamptz, deleted_at timestamptz,
    check (email is not null or phone is not null),
    check (deleted_at is null or deleted_at >= created_at)
);
create table rental (
    rental_id int generated always as identity primary key,
    rental_date timestamp not null, inventory_id int not null, return_date timestamp,
    last_update timestamp not null default now(),
    unique (rental_date, inventory_id)
);
create table days (day date primary key, visitors int not null);
create table sales (
    id bigint generated always as identity primary key,
    amount_untaxed numeric, amount_tax numeric, amount_total numeric,
    create_date timestamp, write_date timestamp, invoice_date date, invoice_date_due date, salary money
);
create table shifts (
    id bigint generated always as identity primary key,
    during daterange not null check (upper(during) - lower(during) between 1 and 30),
    ver text not null check (ver similar to '\d{3}.\d+')
);
