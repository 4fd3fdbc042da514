-- :waitlist_join
-- Visitor $3 into the line for what the link of key $2 sells; see sql/functions/25_waitlist.sql.
select outcome, code
  from u.waitlist_join($1::uuid, $2::text, $3::uuid, $4::uuid, $5::integer, $6::uuid, $7::integer, $8::integer, $9::integer);

-- :waitlist_look
-- The place of visitor $2 in the line of link $1 for variant $3.
select id, code, state, word, ahead, variant_id, units, second, hold_ms, ends_ms
  from u.waitlist_place($1::text, $2::uuid, $3::uuid, $4::uuid, $5::uuid, $6::text, $7::integer, $8::text::u.hold_rules);

-- :waitlist_leave
select u.waitlist_give_up($1::text, $2::uuid, $3::uuid) as left_it;

-- :waitlist_tidy
select u.waitlist_tidy($1::integer, $2::integer) as n;
