drop table if exists dbo.OrderItems;
drop table if exists dbo.Orders;
drop table if exists dbo.Customers;
