-- What a platform gave our app for calls on nobody's behalf (Twitch), and attempts of creators to connect.
create table u.platform_app (
    platform           text        primary key,
    access_sealed      text        not null,
    access_expires_at  timestamptz not null
);
