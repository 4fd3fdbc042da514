-- Videos that were given by hand are looked at too.
update u.replay_video set look_at = u.clock() where by_hand and external_id <> '' and state in ('ready', 'hidden') and look_at is null;
