-- Where she put a stream by hand it stays, also when it starts beside another show.
alter table u.stream add column placed boolean not null default false;
