-- What a transaction has changed, row by row, for `unifyedctl webhook replay`. A writer sees its own new rows (xmin is its number),
-- and another connection still sees the old ones, as nothing is committed yet; together they are the difference. event_log is
-- left out: it is asked by its own index.

create or replace function u.tx_counts()
returns jsonb
language sql volatile
as $$
    select coalesce(jsonb_object_agg(relname, jsonb_build_array(n_tup_ins, n_tup_upd, n_tup_del)), '{}')
      from pg_catalog.pg_stat_xact_user_tables
     where schemaname = 'u' and relname <> 'event_log'
$$;

create or replace function u.tx_touched(before jsonb)
returns table (name text, inserted bigint, updated bigint, deleted bigint)
language sql volatile
as $$
    select c.name, c.inserted, c.updated, c.deleted
      from (select n.key as name, (n.value ->> 0)::bigint - coalesce((b.value ->> 0)::bigint, 0) as inserted,
                   (n.value ->> 1)::bigint - coalesce((b.value ->> 1)::bigint, 0) as updated,
                   (n.value ->> 2)::bigint - coalesce((b.value ->> 2)::bigint, 0) as deleted
              from jsonb_each(u.tx_counts()) n
              left join jsonb_each(before) b on b.key = n.key) c
     where c.inserted + c.updated + c.deleted > 0
     order by c.name
$$;

-- "id" or "shop_id, item_id": the primary key of table u.<tbl>.
create or replace function u.key_columns(tbl text)
returns text
language sql stable
as $$
    select string_agg(quote_ident(a.attname), ', ' order by k.place)
      from pg_catalog.pg_index i
     cross join unnest(i.indkey::smallint[]) with ordinality k (attnum, place)
      join pg_catalog.pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attnum
     where i.indrelid = to_regclass(format('u.%I', tbl)) and i.indisprimary
$$;

-- The key of a row of that table, out of the whole row.
create or replace function u.key_of(tbl text, body jsonb)
returns jsonb
language sql stable
as $$
    select jsonb_object_agg(c, body -> c) from unnest(string_to_array(u.key_columns(tbl), ', ')) c
$$;

create or replace function u.tx_rows(tbl text)
returns table (key jsonb, body jsonb)
language plpgsql volatile
as $$
begin
    return query execute format(
        'select u.key_of(%L, to_jsonb(t)), to_jsonb(t) from u.%I t where t.xmin = pg_current_xact_id()::xid', tbl, tbl);
end
$$;

create or replace function u.rows_of(tbl text, keys jsonb)
returns table (key jsonb, body jsonb)
language plpgsql volatile
as $$
begin
    return query execute format(
        'select u.key_of(%L, to_jsonb(t)), to_jsonb(t)
           from u.%I t
          where (%s) in (select %s from jsonb_populate_recordset(null::u.%I, $1))',
        tbl, tbl, u.key_columns(tbl), u.key_columns(tbl), tbl) using keys;
end
$$;

create or replace function u.rows_ended(tbl text, writer text)
returns table (key jsonb, body jsonb)
language plpgsql volatile
as $$
begin
    return query execute format(
        'select u.key_of(%L, to_jsonb(t)), to_jsonb(t) from u.%I t where t.xmax = $1::xid', tbl, tbl) using writer;
end
$$;
