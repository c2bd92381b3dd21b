-- Conditions of the forms that people write, a table each.
create table comparisons (id int identity primary key, price decimal(10, 2) not null check (price > 0 and price <= 1000),
    active bit not null check (active = 1), share float not null check (share between 0 and 1),
    status varchar(20) not null check (status in ('new', 'paid', N'shipped')),
    other nvarchar(20) not null check (other <> N'none' and other <> ''))
GO
create table lengths (id int identity primary key, name nvarchar(40) not null check (len(name) > 2),
    code varchar(10) not null check (len(code) = 7), size_of nvarchar(20) not null check (datalength(size_of) <= 16),
    trimmed varchar(30) not null check (ltrim(rtrim(trimmed)) <> ''))
GO
create table patterns (id int identity primary key, code varchar(20) not null check (code like '[A-Z][A-Z]-[0-9][0-9][0-9]'),
    mail nvarchar(60) not null check (mail like '%_@_%._%' and mail not like '% %'),
    digits varchar(12) not null check (digits not like '%[^0-9]%' and len(digits) >= 4),
    word varchar(20) not null check (patindex('%[^a-z]%', word) = 0 and word <> ''),
    prefix varchar(20) not null check (prefix like 'AB-[0-9]%'), phone varchar(20) null check (phone like '+4%'),
    beginning varchar(20) not null check (left(beginning, 2) = 'AB'))
GO
create table moments (id int identity primary key, born date not null check (born >= '1950-01-01' and born < getdate()),
    begins datetime2 not null, ends datetime2 not null, check (ends > begins),
    made datetime not null check (year(made) >= 2000),
    old date not null check (old <= dateadd(year, -18, getdate())),
    late date not null check (datepart(month, late) between 1 and 6))
GO
create table several (id int identity primary key, low int not null, high int not null, kind char(1) not null,
    amount decimal(12, 2) null, check (low < high and low >= 0),
    check (kind in ('A', 'B') and (kind = 'A' or amount is not null)),
    check (isnull(amount, 0) >= 0), check (case when kind = 'B' then amount else 1 end > 0))
GO
create table numbers (id int identity primary key, even int not null check (even % 2 = 0 and even > 0),
    whole decimal(10, 2) not null check (convert(int, whole) > 1), near float not null check (abs(near) < 5),
    money_of money not null check (money_of >= 5), tiny tinyint not null check (tiny > 200))
GO
create table documents (id int identity primary key, doc nvarchar(max) null check (isjson(doc) = 1),
    settings varchar(4000) not null check (isjson(settings) > 0))
