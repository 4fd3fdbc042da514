-- pages.sql: what the pages show, after seed.sql and in its session: the replay /r/bench of a show with 20 moments, each with a button
-- of its own, and the bio /@bench with 10 offers, that replay, three links and a text.
begin;

insert into u.live_session (id, creator_id, title, state, started_at, ended_at)
values (pg_temp.id('live', 0), pg_temp.id('creator', 0), 'Twenty linen totes', 'ended', u.clock() - interval '26 hours', u.clock() - interval '25 hours');

insert into u.stream (id, creator_id, live_id, platform, title, url, state, started_at, ended_at)
select pg_temp.id('stream', 0), creator_id, id, 'youtube', title, 'https://www.youtube.com/watch?v=benchbench0', state, started_at, ended_at
  from u.live_session;

insert into u.moment (id, creator_id, live_id, at, title, shop_id, offer_id, source)
select pg_temp.id('moment', n), l.creator_id, l.id, l.started_at + n * interval '170 seconds', 'Tote ' || n || ' and how to wear it',
       pg_temp.id('shop', 0), pg_temp.id('offer', n), 'tap'
  from u.live_session l, generate_series(0, 19) n;

insert into u.replay (id, creator_id, live_id, title, slug, state, published_at)
select pg_temp.id('replay', 0), creator_id, id, title, 'bench', 'published', u.clock() - interval '1 day'
  from u.live_session;

insert into u.replay_video (id, creator_id, replay_id, stream_id, platform, external_id, page_url, recorded_from, duration_s, state)
select pg_temp.id('video', 0), creator_id, pg_temp.id('replay', 0), id, platform, 'benchbench0', url, started_at, 3600, 'ready'
  from u.stream;

insert into u.attribution (id, creator_id, platform, surface, stream_id, replay_id, moment_id)
select pg_temp.id('attribution replay', n), pg_temp.id('creator', 0), 'youtube', 'replay', pg_temp.id('stream', 0), pg_temp.id('replay', 0),
       pg_temp.id('moment', n)
  from generate_series(0, 19) n;

insert into u.attribution (id, creator_id, platform, surface)
values (pg_temp.id('attribution bio', 0), pg_temp.id('creator', 0), 'other', 'link_in_bio');

insert into u.short_link (id, creator_id, shop_id, offer_id, attribution_id, code)
select pg_temp.id('link replay', n), pg_temp.id('creator', 0), pg_temp.id('shop', 0), pg_temp.id('offer', n),
       pg_temp.id('attribution replay', n), 'bench-replay-' || n
  from generate_series(0, 19) n;

insert into u.replay_link (creator_id, replay_id, moment_id, link_id)
select pg_temp.id('creator', 0), pg_temp.id('replay', 0), pg_temp.id('moment', n), pg_temp.id('link replay', n)
  from generate_series(0, 19) n;

insert into u.short_link (id, creator_id, shop_id, offer_id, attribution_id, code)
select pg_temp.id('link bio', n), pg_temp.id('creator', 0), pg_temp.id('shop', 0), pg_temp.id('offer', n), pg_temp.id('attribution bio', 0),
       'bench-bio-' || n
  from generate_series(0, 9) n;

insert into u.bio (creator_id, about, picture_url, theme)
values (pg_temp.id('creator', 0), 'Linen from a small mill, shown live every Thursday at eight.', 'https://cdn.bench.example/face.jpg',
        '{"accent": "#7c2d12", "ground": "#fff7ed", "accent_dark": "#fdba74", "ground_dark": "#1c1009", "font": "serif"}');

insert into u.bio_block (id, creator_id, kind, title, body, url, position)
select pg_temp.id('block', n), pg_temp.id('creator', 0), kind, title, body, url, n
  from (values (1, 'offers', 'On now', '', ''),
               (2, 'replays', 'Replays', '', ''),
               (3, 'link', 'The mill', '', 'https://bench.example/mill'),
               (4, 'link', 'How to wash linen', '', 'https://bench.example/care'),
               (5, 'link', 'Letters', '', 'https://bench.example/letters'),
               (6, 'text', 'Sizes', 'All totes are 38 by 42 centimetres, with handles of 30.', '')) b (n, kind, title, body, url);

commit;
analyze;
