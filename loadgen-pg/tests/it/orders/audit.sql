create table moves (order_id bigint, before text, after text);
create table removals (order_id bigint, status text);

create function rank_of(status text) returns int immutable language sql as
$$ select coalesce(array_position(array['Pending', 'Processing', 'Shipped', 'Completed', 'Cancelled'], status), 0) $$;

create function note_move() returns trigger language plpgsql as $$
begin
    insert into moves values (new.order_id, old.status, new.status);
    return null;
end $$;
create trigger note_move after update on orders for each row when (old.status is distinct from new.status)
    execute function note_move();

create function note_removal() returns trigger language plpgsql as $$
begin
    insert into removals select order_id, status from orders where order_id = old.order_id;
    return null;
end $$;
create trigger note_removal after delete on order_items for each row execute function note_removal();
