create table tenants (id uuid primary key default gen_random_uuid(), name text not null);
create table customers (
    tenant_id uuid not null references tenants, customer_id int not null, email varchar(80) not null,
    primary key (tenant_id, customer_id), unique (tenant_id, email)
);
create table products (
    tenant_id uuid not null references tenants, product_id bigint not null, name text not null,
    primary key (tenant_id, product_id)
);
create table staff (
    tenant_id uuid not null references tenants, id int not null, boss int, name text,
    primary key (tenant_id, id), foreign key (tenant_id, boss) references staff
);
create table orders (
    tenant_id uuid not null references tenants, order_id bigint generated always as identity,
    customer_id int not null, seller int, placed timestamptz not null default now(),
    primary key (tenant_id, order_id),
    foreign key (tenant_id, customer_id) references customers, foreign key (tenant_id, seller) references staff
);
create table order_lines (
    tenant_id uuid not null references tenants, order_id bigint not null, line int not null, product_id bigint not null,
    quantity int not null check (quantity > 0),
    primary key (tenant_id, order_id, line),
    foreign key (tenant_id, product_id) references products, foreign key (tenant_id, order_id) references orders
);
create table favourites (
    tenant_id uuid not null references tenants, customer_id int not null, product_id bigint not null, at date,
    primary key (tenant_id, customer_id, product_id),
    foreign key (tenant_id, customer_id) references customers, foreign key (tenant_id, product_id) references products
);
