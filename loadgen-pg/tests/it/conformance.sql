create schema conformance;
set search_path = conformance;
create table author (
    id bigint generated always as identity primary key,
    email varchar(80) not null unique,
    name varchar(40)
);
create table book (
    author_id bigint not null references author (id),
    line integer not null,
    price numeric(12, 2),
    primary key (author_id, line)
);
create table kinds (
    id integer primary key,
    flag boolean,
    small smallint,
    middle integer,
    large bigint,
    exact numeric(20, 4),
    single real,
    double double precision,
    words text,
    bytes bytea,
    ident uuid,
    day date,
    clock time,
    instant timestamptz
);
