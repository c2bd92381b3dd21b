-- Customers, their orders and the items of those. The line GO ends a batch. What is there already is refused: taking the step back
-- drops the tables, and has to drop none that it did not make.

create table dbo.Customers (
    CustomerId int identity(1, 1) not null constraint PK_Customers primary key,
    FirstName  nvarchar(100) not null,
    LastName   nvarchar(100) not null,
    Email      nvarchar(255) not null,
    CreatedAt  datetime2 not null constraint DF_Customers_CreatedAt default sysutcdatetime(),
    ModifiedAt datetime2 not null constraint DF_Customers_ModifiedAt default sysutcdatetime()
);
GO

create table dbo.Orders (
    OrderId     int identity(1, 1) not null constraint PK_Orders primary key,
    CustomerId  int not null,
    OrderDate   datetime2 not null constraint DF_Orders_OrderDate default sysutcdatetime(),
    TotalAmount decimal(18, 2) not null,
    Status      nvarchar(50) not null constraint DF_Orders_Status default N'Pending',
    constraint FK_Orders_Customers foreign key (CustomerId) references dbo.Customers (CustomerId)
);
GO

create table dbo.OrderItems (
    OrderItemId int identity(1, 1) not null constraint PK_OrderItems primary key,
    OrderId     int not null,
    ProductName nvarchar(200) not null,
    Quantity    int not null,
    UnitPrice   decimal(18, 2) not null,
    constraint FK_OrderItems_Orders foreign key (OrderId) references dbo.Orders (OrderId)
);
GO

create index IX_Orders_CustomerId on dbo.Orders (CustomerId);
create index IX_OrderItems_OrderId on dbo.OrderItems (OrderId);
