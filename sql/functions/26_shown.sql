-- What pages for everybody promise. They ask only for an item that somebody may be waiting for (inventory.waited_until): where nobody
-- waits it is one comparison for each row.

-- Units that a newcomer may have of those that are there: what those want who wait and are there is not promised to others.
create or replace function u.newcomers_left(shop uuid, item uuid, free integer) returns integer
language plpgsql stable security definer as $$
begin
    return greatest(0, free - u.waitlist_ahead(shop, item, null, free));
end
$$;
