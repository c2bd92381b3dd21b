-- A table for each kind of check; every one of them has to be writable without a word in the plan file.
create type mood as enum ('sad', 'ok', 'happy', 'ecstatic');
create table c_greater (id bigserial primary key, price numeric(10, 2) not null check (price > 0));
create table c_range (id bigserial primary key, rating smallint check (rating between 1 and 5));
create table c_narrow (id bigserial primary key, percent real not null check (percent >= 99.5 and percent < 100));
create table c_negative (id bigserial primary key, debt int not null check (debt < 0));
create table c_in_texts (id bigserial primary key, status varchar(20) not null check (status in ('new', 'paid', 'it''s')));
create table c_in_numbers (id bigserial primary key, size int not null check (size in (36, 38, 40)));
create table c_not_in (id bigserial primary key, name text not null check (name not in ('admin', 'root')));
create table c_one_of_char (id bigserial primary key, sex char(1) check (sex in ('M', 'F', 'X')));
create table c_enum (id bigserial primary key, feeling mood not null check (feeling > 'sad'));
create table c_not_empty (id bigserial primary key, title text not null check (title <> ''));
create table c_trimmed (id bigserial primary key, title varchar(50) not null check (length(trim(title)) > 2));
create table c_length (id bigserial primary key, code text not null check (char_length(code) between 30 and 40));
create table c_fixed_length (id bigserial primary key, digest bytea not null check (octet_length(digest) = 32));
create table c_like (id bigserial primary key, path text not null check (path like '/home/%'));
create table c_email (id bigserial primary key, contact text not null check (contact like '%_@_%._%'));
create table c_not_like (id bigserial primary key, word text not null check (word not like '% %' and word not ilike 'x%'));
create table c_regex (id bigserial primary key, sku varchar(12) not null check (sku ~ '^[A-Z]{2,3}-\d{4}$'));
create table c_regex_any (id bigserial primary key, hue text check (hue ~* '^#[0-9a-f]{6}$'));
create table c_lower (id bigserial primary key, login text not null check (login = lower(login)));
create table c_upper (id bigserial primary key, country varchar(2) not null check (country = upper(country) and length(country) = 2));
create table c_dates (id bigserial primary key, starts date not null, ends date not null, check (starts <= ends));
create table c_moments (id bigserial primary key, opened timestamptz not null, closed timestamptz, check (closed > opened));
create table c_three (id bigserial primary key, low int not null, middle int not null, high int not null,
    check (low < middle and middle < high));
create table c_different (id bigserial primary key, a smallint not null, b smallint not null, check (a <> b));
create table c_sum (id bigserial primary key, net numeric(12, 2) not null check (net >= 0),
    tax numeric(12, 2) not null check (tax >= 0), gross numeric(12, 2) not null, check (gross = net + tax));
create table c_product (id bigserial primary key, quantity int not null check (quantity between 1 and 100),
    price numeric(8, 2) not null check (price > 0), total numeric(12, 2) not null, check (total = price * quantity));
create table c_bounded_sum (id bigserial primary key, a int not null check (a >= 0), b int not null check (b >= 0),
    check (a + b <= 100));
create table c_discount (id bigserial primary key, price numeric(10, 2) not null check (price > 0),
    discounted numeric(10, 2) check (discounted > 0), constraint valid_discount check (price > discounted));
create table c_one_of_two (id bigserial primary key, phone text, email text, check ((phone is null) <> (email is null)));
create table c_exactly_one (id bigserial primary key, a int, b int, c int, check (num_nonnulls(a, b, c) = 1));
create table c_counted (id bigserial primary key, a text, b date, c bool,
    check ((a is not null)::int + (b is not null)::int + (c is not null)::int >= 2));
create table c_together (id bigserial primary key, latitude float8, longitude float8,
    check ((latitude is null) = (longitude is null)), check (latitude between -90 and 90),
    check (longitude between -180 and 180));
create table c_implies (id bigserial primary key, status text not null check (status in ('open', 'shipped', 'lost')),
    shipped_at timestamptz, check (status <> 'shipped' or shipped_at is not null));
create table c_only_if (id bigserial primary key, active boolean not null, reason text,
    check ((active and reason is null) or (not active and reason is not null and length(reason) > 5)));
create table c_flag (id bigserial primary key, accepted boolean not null check (accepted));
create table c_past (id bigserial primary key, born date not null check (born <= current_date and born > '1900-01-01'));
create table c_future (id bigserial primary key, due timestamptz not null check (due > now()));
create table c_adult (id bigserial primary key, born date not null check (born <= current_date - interval '18 years'));
create table c_default_now (id bigserial primary key, created_at timestamptz not null default now(),
    expires_at timestamptz not null, check (expires_at > created_at));
create table c_year (id bigserial primary key, day date not null check (extract(year from day) >= 2020));
create table c_weekday (id bigserial primary key, day date not null check (extract(isodow from day) < 6));
create table c_even (id bigserial primary key, number int not null check (number % 2 = 0));
create table c_multiple (id bigserial primary key, cents int not null check (cents % 500 = 0 and cents > 0));
create table c_abs (id bigserial primary key, offset_ms int not null check (abs(offset_ms) < 1000));
create table c_rounded (id bigserial primary key, amount numeric(10, 4) not null check (amount = round(amount, 2)));
create table c_case (id bigserial primary key, kind text not null check (kind in ('a', 'b')), value int not null,
    check (case kind when 'a' then value > 0 else value < 0 end));
create table c_case_when (id bigserial primary key, kind text not null check (kind in ('a', 'b')), value int not null,
    check (case when kind = 'a' then value between 1 and 9 else value = 0 end));
create table c_coalesce (id bigserial primary key, a int, b int, check (coalesce(a, b) is not null), check (coalesce(a, 0) >= 0));
create table c_distinct_from (id bigserial primary key, a int, b int, check (a is distinct from b));
create table c_array (id bigserial primary key, tags text[] not null check (cardinality(tags) between 1 and 4));
create table c_json (id bigserial primary key, doc jsonb not null check (jsonb_typeof(doc) = 'object'));
create table c_interval (id bigserial primary key, span interval not null check (span > '0'::interval and span <= '7 days'));
create table c_nights (id bigserial primary key, check_in date not null, check_out date not null,
    check (check_out > check_in and check_out - check_in <= 30));
create table c_times (id bigserial primary key, opens time not null, closes time not null, check (opens < closes),
    check (opens >= '06:00'));
create table c_unique_range (id int primary key check (id > 1000), note text);
create table c_unique_regex (sku text primary key check (sku ~ '^[A-Z]{3}-[0-9]{6}$'), note text);
create table c_unique_upper (code varchar(10) primary key check (code = upper(code)), note text);
create table c_unique_like (path text primary key check (path like '/u/%'), note text);
create table c_unique_length (key text primary key check (length(key) = 16), note text);
create table c_key_and_value (id int primary key, twin int not null check (twin >= 0), other int not null, check (twin < id or other > 0));
create table c_tree (id bigserial primary key, parent bigint references c_tree, name text not null, check (parent <> id));
create table c_user (id bigserial primary key, name text not null);
create table c_post (id bigserial primary key, title text not null);
create table c_comment (id bigserial primary key, user_id bigint references c_user, post_id bigint references c_post,
    body text not null, check (num_nonnulls(user_id, post_id) = 1));
create table c_friends (a bigint not null references c_user, b bigint not null references c_user, since date,
    primary key (a, b), check (a <> b));
create table c_ranges (id bigserial primary key, logdate date not null, check (
    (logdate is not null and logdate >= '2006-02-01'::date and logdate < '2006-03-01'::date)
    or (logdate is not null and logdate >= '2006-05-01'::date and logdate < '2006-06-01'::date)));
create table c_quoted (id bigserial primary key, "Start Date" date not null, "end" date not null, "order" int not null,
    check ("Start Date" < "end"), check ("order" > 0));
create table c_ip_like (id bigserial primary key, ip varchar(15) not null check (ip ~ '^(\d{1,2}\.){3}\d{1,2}$'));
create table c_prefix (id bigserial primary key, code varchar(8) not null check (left(code, 2) = 'AB'));
create table c_currency (id bigserial primary key, currency char(3) not null check (currency ~ '^[A-Z]{3}$'));
create table c_padded (id bigserial primary key, code char(6) not null check (code in ('a', 'bcd') and octet_length(code) = 6));
create table c_similar (id bigserial primary key, plate text not null check (plate similar to '(AB|CD)-_%'));
create table c_fee (id bigserial primary key, principal numeric(12, 2) not null, fee numeric(12, 2) not null,
    constraint fee_in_bounds check (fee >= 0 and fee <= principal * 0.1), check (principal > 0));
create table c_shares (id bigserial primary key, a int not null check (a >= 0), b int not null check (b >= 0),
    c int not null check (c >= 0), check (a + b + c = 100));
create table c_latest (id bigserial primary key, created_at timestamptz not null default now(),
    updated_at timestamptz not null default now(), note text, check (updated_at >= created_at));
create table c_soft_delete (id bigserial primary key, is_deleted boolean not null default false, deleted_at timestamptz,
    check (is_deleted = (deleted_at is not null)));
create table c_identity (id int generated always as identity primary key check (id > 0), v smallint not null
    check (v >= 0 and v < 32768));
create table c_nothing (id bigserial primary key check (id > 0));

-- What is computed from other columns counts as what it is computed from.
create table computed_check (
    id int primary key, net numeric(10, 2) not null, vat numeric(12, 2) generated always as (net * 0.2) stored,
    note text, check (vat > 1 and vat <= 500)
);
create table computed_names (
    id int primary key, first_name text, last_name text, full_name text generated always as (first_name || ' ' || last_name) stored not null
);
create table computed_sum (id int primary key, a int, b int, sum int not null generated always as (a + b) stored, check (sum <> 0));
create table computed_maybe (id int primary key, a int, b int not null generated always as (coalesce(a, 0) + 1) stored);

-- Conditions on what is in arrays, and on the domains that arrays and rows are made of.
create domain quantity as int check (value > 0);
create domain sku as text check (value ~ '^[A-Z]{3}-[0-9]{4}$');
create domain half as numeric(6, 2) check (value between 0 and 5) check (value * 2 = round(value * 2));
create domain few_skus as sku[] check (cardinality(value) between 2 and 4);
create domain noted as text not null check (length(value) > 3 and value <> 'say "|{}" / \');
create type basket_line as (quantity quantity, sku sku, note noted, price numeric(8, 2), marks half[]);
create table c_items (id bigserial primary key, quantities quantity[] not null, skus sku[] not null, halves half[] not null, maybe sku[]);
create table c_items_of_items (id bigserial primary key, quantities quantity[][] not null, skus sku[][][] not null, few few_skus not null,
    notes noted[][] not null);
create table c_items_of_rows (id bigserial primary key, line basket_line not null, lines basket_line[] not null, deep basket_line[][]);
create table c_items_unique (id bigserial primary key, skus sku[] not null unique, line basket_line not null unique, note text);
create table c_item_count (id bigserial primary key, tags text[] check (cardinality(tags) between 3 and 7));
create table c_item_most (id bigserial primary key, sizes int[] not null check (array_length(sizes, 1) <= 3));
create table c_item_vector (id bigserial primary key, vector real[] not null check (array_length(vector, 1) = 16));
create table c_items_within (id bigserial primary key, days varchar(3)[] not null check (days <@ array['mon', 'tue', 'wed']::varchar[]),
    check (cardinality(days) > 0));
create table c_item_among (id bigserial primary key, roles text[] not null check ('user' = any (roles)));
create table c_items_among (id bigserial primary key, roles text[] not null check (roles @> array['user', 'reader']));
create table c_items_overlap (id bigserial primary key, moods mood[] not null check (moods && array['ok', 'happy']::mood[]));
create table c_items_all (id bigserial primary key, sizes int[] not null check (0 < all (sizes) and 50 >= all (sizes)));
create table c_nearly (id bigserial primary key, gross numeric(12, 2) not null, net numeric(12, 2) not null,
    check (abs(gross - net * 1.19) < 0.01), check (net > 0));
create table c_nearly_product (id bigserial primary key, quantity int not null check (quantity between 1 and 90),
    price numeric(8, 2) not null check (price > 0), total numeric(12, 2) not null, check (abs(total - quantity * price) <= 0.005));
-- With NULL alone.
create table c_nulls (id bigserial primary key, a int, b int, c int, check (a > 10), check (b < 5), check (a < b), check (c > a));
create table c_nearly_sums (id bigserial primary key, gross numeric(12, 2) not null check (gross > 10), net numeric(12, 2) not null,
    vat numeric(12, 2) not null, check (abs(gross - net - vat) < 0.01), check (abs(vat - net * 0.2) <= 0.01));
create table c_sums (id bigserial primary key, gross numeric(12, 2) not null, net numeric(12, 2) not null check (net > 0),
    tax numeric(12, 2) not null, check (gross = net + tax), check (tax = round(net * 0.19, 2)));
create table c_items_no_null (id bigserial primary key, names text[] not null check (array_position(names, null) is null));
create table c_items_any (id bigserial primary key, nets inet[] not null check ('10.0.0.1' = any (nets) and array_upper(nets, 1) <= 4),
    matrix int[][] not null check (cardinality(matrix) = 4), words text[] not null check (array['x', 'y'] @> words and array_ndims(words) = 1));
