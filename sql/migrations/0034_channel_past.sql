-- When an account was last asked for what it had on the air and nobody saw.
alter table u.channel add column past_at timestamptz not null default u.clock();
