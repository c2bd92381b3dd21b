-- Every type, a table a family: what can be written gets traffic, and all of it has to come back as it went.

create table z_number (
    id bigint generated always as identity primary key,
    anything numeric not null, plain decimal, scaled numeric(12, 3), whole numeric(5), longest numeric(1000, 500),
    many numeric(60, 40), small smallint, middle int, large bigint, single real, "double" double precision, coin money not null
);
do $$ begin
    if current_setting('server_version_num')::int >= 150000 then
        create table z_number_scale (
            id serial primary key, tiny numeric(3, 5) not null, thousands numeric(4, -3) not null, below numeric(2, 60)
        );
    end if;
end $$;

create table z_time (
    id int primary key,
    d date, t time, t3 time(3), tz timetz not null, tz2 timetz(2), ts timestamp, ts0 timestamp(0), tsz timestamptz,
    i interval, i3 interval(3), i_year interval year, i_month interval month, i_year_month interval year to month,
    i_day interval day, i_day_hour interval day to hour, i_day_minute interval day to minute,
    i_day_second interval day to second, i_day_second3 interval day to second(3), i_hour interval hour,
    i_hour_minute interval hour to minute, i_hour_second interval hour to second, i_minute interval minute,
    i_minute_second interval minute to second, i_second interval second, i_second0 interval second(0)
);

create table z_network (
    address inet primary key, network cidr not null unique, mac macaddr not null unique, mac8 macaddr8 not null unique,
    gateway inet not null
);

create table z_bits (
    id bit(40) primary key, one bit, three bit(3) not null, many bit(200), any_length varbit not null, few varbit(12),
    short varbit(1)
);

create table z_search (id int primary key, v tsvector not null, q tsquery not null);
create table z_document (id int primary key, x xml not null, p jsonpath not null, j json, jb jsonb);

create table z_shape (
    id int primary key, p point not null, l line not null, s lseg not null, b box not null, way path not null,
    area polygon not null, c circle not null
);

create table z_range (
    id int4range primary key, big int8range not null unique, n numrange not null, d daterange not null,
    ts tsrange not null, tsz tstzrange not null
);
create type z_mood as enum ('it''s', 'a, "b"\', 'NULL', '{x}', '', '(y');
create type z_own_range as range (subtype = float8);
create type z_name_range as range (subtype = text);
create type z_mood_range as range (subtype = z_mood);
create type z_clock_range as range (subtype = time);
create table z_range_own (
    id int primary key, f z_own_range not null, t z_name_range not null, m z_mood_range not null, c z_clock_range not null
);
do $$ begin
    if current_setting('server_version_num')::int >= 140000 then
        create table z_multirange (
            id int4multirange primary key, big int8multirange not null, n nummultirange not null,
            d datemultirange not null, ts tsmultirange not null, tsz tstzmultirange not null,
            f z_own_multirange not null, many int4multirange[]
        );
    end if;
end $$;

create table z_server (
    id oid primary key, class regclass not null, ty regtype not null, f regproc not null, fs regprocedure not null,
    o regoper not null, os regoperator not null, r regrole not null, ns regnamespace not null, conf regconfig not null,
    dict regdictionary not null, x xid not null, c cid not null, place tid not null, lsn pg_lsn not null unique,
    snap txid_snapshot not null, iv int2vector not null, ov oidvector not null, n name not null unique,
    letter "char" not null, cursor refcursor not null
);
do $$ begin
    if current_setting('server_version_num')::int >= 130000 then
        create table z_server_13 (id xid8 primary key, snap pg_snapshot not null, c regcollation not null);
    end if;
end $$;

create table z_enum (id int primary key, m z_mood not null, ms z_mood[] not null, mm z_mood[][] not null);

create domain z_positive as int check (value > 0);
create domain z_count as int;
create domain z_short as varchar(7) not null;
create domain z_shorter as z_short;
create domain z_price as numeric(9, 2);
create domain z_feeling as z_mood;
create domain z_numbers as int[];
create domain z_address as inet;
create table z_domain (
    id z_count primary key, code z_shorter unique, price z_price not null, feeling z_feeling not null, numbers z_numbers not null,
    address z_address not null unique, prices z_price[] not null, counts z_count[] not null, feelings z_feeling[] not null,
    lists z_numbers[] not null, addresses z_address[] not null
);
-- Whatever is inside has to fit.
create table z_domain_check (id int primary key, n z_positive not null);
create table z_domain_check_inside (id int primary key, n z_positive[] not null);

create type z_inner as (n int, t text, b bool);
create type z_outer as (
    i z_inner, m z_mood, s z_shorter, f float8, fs float4, ns int[], n numeric, nn numeric(7, 2), c char(9), v varchar(5), h inet,
    d date, t time, tz timetz, ts timestamp, tsz timestamptz, ts3 timestamptz(3), iv interval, ivy interval year, u uuid, j json,
    jb jsonb, by bytea, r int4range, bits bit(5), p point, l line, many z_inner[], box box, coin money, nets inet[]
);
create type z_nothing as ();
create table z_composite (
    id z_inner primary key, o z_outer not null, os z_outer[] not null, deep z_inner[][] not null, e z_nothing not null
);

create table z_array (
    id int[] primary key, texts text[] not null, matrix int[][] not null, cube text[][][] not null, nets inet[] not null,
    coins money[] not null, boxes box[] not null, points point[] not null, ranges int4range[] not null, xs xml[],
    docs jsonb[], moods z_mood[][], whens timestamptz[][], words tsvector[] not null, letters "char"[], names name[],
    clocks timetz[] not null, bits bit(3)[] not null, more varbit[] not null, numbers numeric[] not null, blanks char(4)[][]
);

-- Parents are found by keys of any type.
create table z_child (
    id serial primary key, address inet not null references z_network, mac macaddr references z_network (mac),
    pair z_inner not null references z_composite, domain_id z_count not null references z_domain,
    code varchar(7) references z_domain (code), span int4range references z_range, bits bit(40) references z_bits,
    list int[] references z_array, server oid not null references z_server (id), note text
);

-- Extensions, where they are.
do $$ declare
    wanted record;
begin
    for wanted in
        select * from (values
            ('hstore', 'id int primary key, v hstore not null, vs hstore[] not null'),
            ('citext', 'id citext primary key, email citext not null, vs citext[] not null'),
            ('ltree', 'id ltree primary key, q lquery not null, t ltxtquery not null, vs ltree[] not null'),
            ('cube', 'id cube primary key, vs cube[] not null'),
            ('seg', 'id int primary key, v seg not null'),
            ('intarray', 'id int primary key, v query_int not null'),
            ('uuid-ossp', 'id uuid primary key default uuid_generate_v4(), v int')
        ) w (name, columns)
        join pg_available_extensions using (name)
    loop
        execute format('create extension if not exists %I', wanted.name);
        execute format('create table %I (%s)', 'z_' || wanted.name, wanted.columns);
    end loop;
end $$;
