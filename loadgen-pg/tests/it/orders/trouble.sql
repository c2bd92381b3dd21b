create sequence attempts;

create function trouble() returns trigger language plpgsql as $$
declare attempt bigint := nextval('attempts');
begin
    if attempt % 70 = 7 then
        raise exception 'deadlock detected' using errcode = '40P01';
    elsif attempt % 310 = 31 then
        raise exception 'too many of something' using errcode = '53400';
    end if;
    return coalesce(new, old);
end $$;
create trigger trouble before insert or update on customers for each row execute function trouble();
create trigger trouble before insert or update on orders for each row execute function trouble();
create trigger trouble before insert or delete on order_items for each row execute function trouble();
