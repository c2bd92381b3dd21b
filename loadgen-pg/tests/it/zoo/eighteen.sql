-- What came with version 18: computed columns that are not stored, keys and references over spans of time, constraints
-- that nobody is held to. All are written, but for those that are called refused. Keys without overlaps take btree_gist.

-- Virtual columns, which is what GENERATED alone means from now on.
create table virtual_of_one (id int primary key, net int not null, twice bigint generated always as (net::bigint * 2));
create table virtual_not_null (
    id int primary key, net int, note text, twice bigint generated always as (coalesce(net, 0)::bigint * 2) virtual not null
);
create table virtual_of_texts (
    id uuid primary key default uuidv7(), first_name text, last_name text not null,
    full_name text generated always as (coalesce(first_name || ' ', '') || last_name) virtual,
    initial text generated always as (left(last_name, 1)) stored
);
create table virtual_between (a int not null, v int generated always as (-a) virtual, b int primary key, c text not null);
create table virtual_parts (id int not null, day date not null, year int generated always as (extract(year from day)), note text,
                            primary key (id, day)) partition by range (day);
create table virtual_parts_old partition of virtual_parts for values from (minvalue) to ('2020-01-01');
create table virtual_parts_new partition of virtual_parts for values from ('2020-01-01') to (maxvalue);
create table virtual_heir (more int) inherits (virtual_of_one);

-- Time-ordered UUIDs.
create table uuids (id uuid primary key default uuidv7(), made_at timestamptz not null default now(), note text);
create table uuids_back (id uuid primary key default uuidv7(interval '-1 hour'), up uuid references uuids_back, note text);
create table uuids_child (id bigint generated always as identity primary key, at uuid not null references uuids on delete cascade);

-- Keys without overlaps.
create table rates (id int, valid daterange, rate numeric(9, 2) not null, primary key (id, valid without overlaps));
create table rates_by_text (code varchar(10), valid tstzrange, note text, primary key (code, valid without overlaps));
create table rates_of_two (a int, b text, valid tsrange, note text, primary key (a, b, valid without overlaps));
create table rates_of_many (id bigint, valid datemultirange, note text, primary key (id, valid without overlaps));
create table rates_of_numbers (id uuid default uuidv7(), block int4range, note text, primary key (id, block without overlaps));
create table rates_unique (id int primary key, room int, valid daterange, note text, unique (room, valid without overlaps));
create table rates_identity (id int generated always as identity, valid daterange, note text, primary key (id, valid without overlaps));
create table rates_deferred (id int, valid daterange not null, note text, unique (id, valid without overlaps) deferrable);
create table rates_small (kind boolean, valid daterange, note text, primary key (kind, valid without overlaps));
create table rates_checked (id int, valid daterange check (lower(valid) >= '2015-01-01'), note text,
                            primary key (id, valid without overlaps));
create table "Rates ""of"" ü" ("a b" int, "Valid %" daterange, note text, primary key ("a b", "Valid %" without overlaps));
create table rates_parts (id int, valid daterange, note text, primary key (id, valid without overlaps)) partition by range (id);
create table rates_parts_low partition of rates_parts for values from (minvalue) to (1000);
create table rates_parts_high partition of rates_parts for values from (1000) to (maxvalue);

-- References to spans.
create table stays (id int primary key, rate int not null, valid daterange not null, note text,
                    foreign key (rate, period valid) references rates (id, period valid));
create table stays_maybe (id int primary key, rate int, valid daterange, note text,
                          foreign key (rate, period valid) references rates);
create table stays_in_time (id int, valid daterange, rate int not null, note text, primary key (id, valid without overlaps),
                            foreign key (rate, period valid) references rates (id, period valid));
create table stays_of_two (id int primary key, a int, b text, during tsrange, note text,
                           foreign key (a, b, period during) references rates_of_two (a, b, period valid));
create table stays_of_many (id int primary key, rate bigint not null, during datemultirange not null,
                            foreign key (rate, period during) references rates_of_many (id, period valid));
create table stays_one_each (rate int, valid daterange, note text, primary key (rate, valid without overlaps),
                             foreign key (rate, period valid) references rates (id, period valid));
create table refused_stays_tree (id int, valid daterange, up int, note text, primary key (id, valid without overlaps),
                                 foreign key (up, period valid) references refused_stays_tree (id, period valid));
create table stays_line_each (rate int, kind varchar(9), valid daterange, note text, primary key (rate, kind, valid without overlaps),
                              foreign key (rate, period valid) references rates (id, period valid));
create table stays_on_unique (id int primary key, room int, valid daterange, note text,
                              foreign key (room, period valid) references rates_unique (room, period valid));
create table stays_parts (id int primary key, rate int not null, valid daterange not null, note text,
                          foreign key (rate, period valid) references rates (id, period valid)) partition by hash (id);
create table stays_parts_0 partition of stays_parts for values with (modulus 1, remainder 0);

-- Nobody is held to these. They are kept where they can be.
create table loose_kept (id int primary key, n int not null constraint small check (n between 1 and 9) not enforced, note text);
create table loose_unknown (id int primary key, n int not null check (hashint4(n) % 7 = 3) not enforced, note text);
create table loose_against (id int primary key, n int not null, check (n > 10), check (n < 5) not enforced);
create table loose_parent (id int primary key, note text);
create table loose_child (id int primary key, up int not null references loose_parent not enforced, note text);
create table loose_one (id int primary key, note text);
create table loose_other (id int primary key, one int not null references loose_one);
alter table loose_one add other int not null references loose_other not enforced;
create table loose_parts (id int primary key, n int not null) partition by range (id);
create table loose_parts_all partition of loose_parts (check (hashint4(n) % 7 = 3) not enforced) for values from (minvalue) to (maxvalue);

-- NOT NULL is a constraint with a name.
create table named_nulls (id int primary key, a int, b text constraint b_is_there not null, c text);
alter table named_nulls add constraint a_is_there not null a not valid;
create table named_nulls_heir (d int) inherits (named_nulls);

-- Conditions on what is computed.
create table virtual_checked (
    id int primary key, net numeric(8, 2) not null, vat numeric(10, 2) generated always as (net * 0.2) virtual check (vat > 1), note text
);
create table virtual_never_null (id int primary key, net int, n int, sum int generated always as (net + n) virtual not null);
create table refused_virtual_check (
    id int primary key, n int not null, odd int generated always as (hashint4(n)) virtual check (odd % 7 = 3)
);
