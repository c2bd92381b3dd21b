-- The user that writes all of it: one who owns nothing, and who may not do everything everywhere.
do $$ begin create role visitor login; exception when duplicate_object or unique_violation then null; end $$;
do $$ declare space text; begin
    for space in select quote_ident(nspname) from pg_namespace where nspname !~ '^pg_' and nspname <> 'information_schema' loop
        execute format('grant usage on schema %s to visitor', space);
        execute format('grant all on all tables in schema %s to visitor', space);
        execute format('grant all on all sequences in schema %s to visitor', space);
    end loop;
end $$;

create schema guarded;
grant usage on schema guarded to visitor;
set search_path to guarded;
create table policy_open (id int primary key, note text not null);
create policy everything on policy_open using (true);
create table policy_north (id int primary key, region text not null, note text not null);
create policy north on policy_north to visitor using (region in ('north', 'far north'));
create table policy_restricted (id int primary key, n int not null, note text not null);
create policy anything on policy_restricted using (true);
create policy positive on policy_restricted as restrictive using (n > 0);
create table policy_apart (id int primary key, n int not null, note text not null);
create policy look on policy_apart for select using (true);
create policy add on policy_apart for insert with check (n between 5 and 500);
create policy change on policy_apart for update using (true) with check (n < 400);
create policy remove on policy_apart for delete using (true);
create table policy_no_deletes (id int primary key, note text not null);
create policy anything on policy_no_deletes using (true);
create policy nobody on policy_no_deletes as restrictive for delete using (false);
create table policy_few_updates (id int primary key, note text, owner text);
create policy anything on policy_few_updates using (true);
create policy own on policy_few_updates as restrictive for update using (owner = current_user);
create table policy_of_null (id int primary key, region text, locked bool);
create policy north on policy_of_null using (region in ('north', 'far north'));
create policy open on policy_of_null as restrictive for delete using (not locked);
alter table policy_no_deletes enable row level security;
alter table policy_few_updates enable row level security;
alter table policy_of_null enable row level security;
alter table policy_open enable row level security;
alter table policy_north enable row level security;
alter table policy_restricted enable row level security;
alter table policy_apart enable row level security;
grant all on all tables in schema guarded to visitor;

create table columns_apart (id int primary key, note text, salary int, bonus int not null default 7, hidden text, fixed text);
grant select (id, note, bonus, fixed), insert (id, note, hidden, fixed), update (note), delete on columns_apart to visitor;
create table columns_unread (id int primary key, note text, secret text);
grant select (id, note), insert, update, delete on columns_unread to visitor;
create table refused_column (id int primary key, salary int not null);
grant select, insert (id), update (id), delete on refused_column to visitor;
create table refused_policy (id int primary key);
alter table refused_policy enable row level security;
grant all on refused_policy to visitor;
create table refused_right (id int primary key, note text);
grant select on refused_right to visitor;
insert into refused_right select n, 'there' from generate_series(1, 60) n;
create table takes_outside (
    one int references refused_right, other int references refused_right, note text, primary key (one, other)
);
grant all on takes_outside to visitor;
reset search_path;
