-- When an account's token is looked at next: validated where the platform wants that, used where it would die of disuse, tried again
-- where it was refused for no reason that lasts.
alter table u.channel add column tend_at timestamptz not null default u.clock();
create index channel_tend on u.channel (tend_at) where status = 'active';
