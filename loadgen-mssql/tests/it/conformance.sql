create schema conformance
GO
create table conformance.author (
    id bigint identity primary key,
    email varchar(80) not null unique,
    name varchar(40)
);
create table conformance.book (
    author_id bigint not null references conformance.author (id),
    line int not null,
    price numeric(12, 2),
    primary key (author_id, line)
);
create table conformance.kinds (
    id int primary key,
    flag bit,
    small smallint,
    middle int,
    large bigint,
    exact numeric(20, 4),
    single real,
    [double] float,
    words nvarchar(max),
    bytes varbinary(max),
    ident uniqueidentifier,
    day date,
    clock time(6),
    instant datetimeoffset(6)
);
