-- A column of each common type that events hold exactly, one that needs the schema part for that, and some that are never exact.
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN price AS numeric(8, 2);

CREATE TABLE things (
    id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    flag   boolean,
    small  smallint,
    whole  integer NOT NULL,
    single real,
    dbl    double precision,
    amount numeric(12, 3),
    price  price,
    note   text,
    short  varchar(40),
    fixed  char(8),
    bin    bytea,
    ref    uuid,
    day    date,
    clock  time,
    moment timestamp,
    coarse timestamp(3),
    at     timestamptz NOT NULL,
    span   interval,
    doc    json,
    docb   jsonb,
    feel   mood,
    tags   text[],
    nums   integer[],
    ip     inet,
    tree   xml,
    reach  int4range
);

CREATE TABLE masks (
    id   bigint PRIMARY KEY,
    bits bit(10) NOT NULL
);

CREATE TABLE loose (
    id    uuid PRIMARY KEY,
    free  numeric NOT NULL,
    shift timetz NOT NULL
);
