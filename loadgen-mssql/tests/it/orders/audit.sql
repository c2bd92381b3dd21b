create table ranks (status nvarchar(50) not null primary key, rank int not null);
insert into ranks values ('Pending', 1), ('Processing', 2), ('Shipped', 3), ('Completed', 4), ('Cancelled', 5);
create table moves (order_id int, before_rank int, after_rank int);
create table removals (order_id int, rank int);
GO
create trigger note_move on Orders after update as
insert into moves
select i.OrderId, b.rank, a.rank
from inserted i
join deleted d on d.OrderId = i.OrderId
join ranks a on a.status = i.Status
join ranks b on b.status = d.Status
where i.Status <> d.Status;
GO
create trigger note_removal on OrderItems after delete as
insert into removals
select d.OrderId, r.rank
from deleted d
join Orders o on o.OrderId = d.OrderId
join ranks r on r.status = o.Status;
