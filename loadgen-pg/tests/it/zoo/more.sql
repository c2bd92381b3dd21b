-- What the other files leave out: every referential action, key of every type, domains over domains, odd names. All are
-- written as they are, but for those that are called refused.

-- What happens to children.
create table masters (
    id int primary key, a int not null, b int not null, code varchar(20) unique, note text, unique (a, b)
);
create table acts_nothing (id int primary key, m int references masters on delete no action on update no action);
create table acts_restrict (id int primary key, m int not null references masters on delete restrict on update restrict);
create table acts_cascade (id int primary key, m int not null references masters on delete cascade on update cascade);
create table acts_null (id int primary key, m int references masters on delete set null on update set null);
create table acts_default (id int primary key, m int default null references masters on delete set default on update set default);
create table acts_default_of_its_own (
    id int primary key, m int not null default 0 references masters on delete set default on update cascade
);
create table acts_on_two (
    id int primary key, a int, b int, note text,
    foreign key (a, b) references masters (a, b) match full on delete set null on update cascade
);
create table acts_immediately (id int primary key, m int not null references masters deferrable initially immediate);
create table acts_wider (id int primary key, m bigint not null references masters, c text references masters (code));
create table acts_by_domain (id int primary key, m int references masters, other int not null references masters on delete cascade);
do $$ begin
    if current_setting('server_version_num')::int >= 150000 then
        execute 'create table acts_null_of_one (
            id int primary key, a int not null, b int, foreign key (a, b) references masters (a, b) on delete set null (b)
        )';
        execute 'create table nulls_not_distinct (id int primary key, a int, b text, note text, unique nulls not distinct (a, b))';
        execute 'create table nulls_not_distinct_alone (id int primary key, a int unique nulls not distinct, note text)';
        execute 'create table nulls_not_distinct_partly (id int primary key, a date, live bool not null)';
        execute 'create unique index on nulls_not_distinct_partly (a) nulls not distinct where live';
    end if;
end $$;

-- Keys of every type that has an order.
create type three as enum ('one', 'two', 'three');
do $$ declare kind text; begin
    foreach kind in array array[
        'smallint', 'real', 'numeric', 'numeric(3)', 'money', 'time', 'time(0)', 'timetz', 'timestamp', 'timestamp(0)', 'interval',
        'inet', 'cidr', 'macaddr', 'macaddr8', 'bit(12)', 'varbit', 'name', '"char"', 'char', 'char(1)', 'varchar(2)', 'bpchar', 'uuid',
        'tsvector', 'tsquery', 'int8range', 'tstzrange', 'oid', 'pg_lsn', 'three', 'three[]', 'text[]', 'date[]', 'boolean'
    ] loop
        execute format('create table %I (id %s primary key, note text)', 'key_' || kind, kind);
        execute format('create table %I (id int primary key, k %s references %I)', 'child_' || kind, kind, 'key_' || kind);
    end loop;
end $$;
create table key_of_four (a boolean, b three, c char(1), d smallint, note text, primary key (a, b, c, d));
create table key_of_flags (a boolean, b boolean, c boolean, note text, primary key (a, b, c));

-- Domains over domains, and over everything.
create domain whole as int check (value >= 0);
create domain percent as whole not null check (value <= 100);
create domain even_percent as percent check (value % 2 = 0);
create domain word as text check (value ~ '^[a-z]+$');
create domain short_word as word check (length(value) between 2 and 9);
create domain good as three check (value <> 'one');
create domain few as int[] check (cardinality(value) between 1 and 3);
create domain recent as date check (value >= '2020-01-01');
create domain stay as daterange;
create domain stamped as timestamptz default now();
create domain spoken as text collate "C" default 'nothing' not null;
create table domains (
    id whole primary key, p percent, e even_percent, w word not null, s short_word unique, g good, f few not null, r recent not null,
    st stay not null, at stamped, sp spoken, n int
);
create table key_of_domain (day recent, word short_word, note text, primary key (day, word));
create table child_of_domain (id int primary key, day recent, word short_word, foreign key (day, word) references key_of_domain);

-- Exclusion, of ranges alone and beside an equality.
create table exclude_numbers (id int primary key, block int4range not null, exclude using gist (block with &&));
create table exclude_large (block int8range, exclude using gist (block with &&), note text);
create table exclude_prices (id int primary key, price numrange, exclude using gist (price with &&));
create table exclude_days (id int primary key, days daterange not null, exclude using gist (days with &&));
create table exclude_times (id int primary key, during tsrange not null, live bool not null,
                            exclude using gist (during with &&) where (live));
create table exclude_moments (id int primary key, during tstzrange not null, place point not null,
                              exclude using gist (during with &&, place with ~=) deferrable initially deferred);
do $$ begin
    create extension if not exists btree_gist;
    create table exclude_rooms (
        id int primary key, room int not null, during tstzrange not null, exclude using gist (room with =, during with &&)
    );
exception when undefined_file or feature_not_supported then null;
end $$;

-- Shapes of tables.
create type typed_row as (id int, note text, day date);
create table typed of typed_row (primary key (id));
create table dropped (a int, id int primary key, b text not null, c int, note text);
alter table dropped drop column a, drop column b;
create sequence shared;
create table shares_one (id bigint primary key default nextval('shared'), note text);
create table shares_two (id bigint primary key default nextval('shared'), note text, one bigint references shares_one);
create table downwards (id int generated by default as identity (start with -1 increment by -1) primary key, note text);
create table defaults (
    id int primary key, who text not null default current_user, at timestamptz not null default clock_timestamp(),
    state varchar(10) not null default 'new', n int not null default 7, tags text[] not null default '{}', doc jsonb default '{}'
);
do $$ begin
    execute 'create table wide (id int primary key'
        || (select string_agg(format(', c%s %s', n, (array['int', 'text', 'date', 'numeric(9, 2)', 'boolean'])[1 + n % 5]), '')
            from generate_series(1, 400) n) || ')';
end $$;
create table list_with_null (id int, region text, note text) partition by list (region);
create table list_with_null_1 partition of list_with_null for values in (null, 'north', 'it''s south');
create table range_of_two (id int not null, a int not null, b date not null, note text) partition by range (a, b);
create table range_of_two_1 partition of range_of_two for values from (minvalue, minvalue) to (100, '2020-01-01');
create table range_of_two_2 partition of range_of_two for values from (100, '2020-01-01') to (maxvalue, maxvalue);
create table hash_child (id int primary key, m int not null references masters on delete cascade, note text) partition by hash (id);
create table hash_child_0 partition of hash_child for values with (modulus 1, remainder 0);
create table partitioned_tree (id int primary key, up int references partitioned_tree, note text) partition by range (id);
create table partitioned_tree_low partition of partitioned_tree for values from (minvalue) to (20);
create table partitioned_tree_high partition of partitioned_tree for values from (20) to (maxvalue);
create table heir_base (id int primary key, kind text not null, check (kind <> 'x') no inherit);
create table heir (primary key (id), check (kind in ('x', 'y'))) inherits (heir_base);
create table late (id int primary key, n int not null);
create function late() returns trigger language plpgsql as $$ begin perform 1; return null; end $$;
create constraint trigger late after insert on late deferrable initially deferred for each row execute function late();

-- Lines below a head.
create table heads (id bigint generated always as identity primary key, note text);
create table lines (head bigint references heads on delete cascade, line smallint, note text, primary key (head, line));
create table marks (head bigint not null references heads, is_main boolean not null, note text, unique (head, is_main));
create table sublines (head bigint, line smallint, part smallint check (part > 0), note text, primary key (head, line, part),
                       foreign key (head, line) references lines);

-- Names that statements use themselves, and names that nobody should use.
create table t (t int primary key, u text, n int, c1 text not null, c2 int, s int references t);
create table u (n int primary key, c1 text, t int references t);
create table "ta	b; drop table t; -- " ("new
line" int primary key, "back\slash" text, "$1::int" int, "?" text, ":name" date, "%s" text, "{}" int, "''" text, "user" text not null);
create table " " (" " int primary key, "  " text unique, "null" text not null, "default" int);
create table "ALL CAPS" ("ID" int primary key, "Parent Of" int references "ALL CAPS", "ß" text, "a.b.c" text unique);

-- A type that nobody knows.
create type odd;
create function odd_in(cstring) returns odd immutable strict language internal as 'textin';
create function odd_out(odd) returns cstring immutable strict language internal as 'textout';
create type odd (input = odd_in, output = odd_out, like = text);
create table odd_by_default (id int primary key, v odd not null default 'd', n int);
create table odd_or_null (id int primary key, v odd, n int);
create table odd_sampled (id serial primary key, v odd not null, n int);
insert into odd_sampled (v, n) values ('b', 1), ('a {x}', 2);
create table refused_odd (id int primary key, v odd not null);

-- What is no table.
create foreign data wrapper nowhere;
create server nowhere foreign data wrapper nowhere;
create foreign table far_away (id int) server nowhere;
create view looks as select * from masters;
