create type mood as enum ('sad', 'ok', 'it''s');
create domain tiny as int check (value between 1 and 3);
create domain amount as numeric(10, 2) not null check (value >= 0);
create domain email as text check (value ~ '^[a-z0-9.]+@[a-z]+\.[a-z]{2,3}$');
create domain label as varchar(9) check (length(value) > 2);
create type pair as (n int, t text);
