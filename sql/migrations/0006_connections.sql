-- A refresh token stays good until the pair that replaced it is first used: kept for when that pair turns out not to be the last that
-- the shop gave out (an answer that came to nobody, asked for by a process that was slow).
alter table u.shop add column refresh_before_sealed text;
