-- A column of every type that all servers have, sized and at their ends. Of times of day Babelfish loses the last microsecond.
create table numbers (
    id int identity primary key,
    flag bit, tiny tinyint, small smallint, middle int, large bigint,
    exact decimal(10, 2), whole decimal(38, 0), fraction decimal(38, 38), wide numeric(18, 4),
    money_of money, small_money smallmoney, single real, double_of float, short_float float(10), ident uniqueidentifier
);
create table texts (
    id int identity primary key,
    c1 char(1), c10 char(10), nc10 nchar(10), v1 varchar(1), v40 varchar(40), vmax varchar(max), nv3 nvarchar(3),
    nv100 nvarchar(100), nv4000 nvarchar(4000), nvmax nvarchar(max), old_text text, old_ntext ntext
);
create table times (
    id int identity primary key,
    day_of date, clock time(4), clock0 time(0), clock3 time(3), moment datetime2, moment0 datetime2(0), moment3 datetime2(3),
    instant datetimeoffset, instant2 datetimeoffset(2), old_moment datetime, small_moment smalldatetime
);
create table bytes (
    id int identity primary key,
    b1 binary(1), b16 binary(16), vb1 varbinary(1), vb40 varbinary(40), vbmax varbinary(max), picture image
);
create table others (
    id int identity primary key,
    document xml, anything sql_variant
)
