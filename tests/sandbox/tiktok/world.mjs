// TikTok's side of the truth: accounts and their posts. A live is there too, but only its page shows it: no API tells of it.
import { createHash } from 'node:crypto';
import { conflict } from '../core/errors.mjs';
import { add, change, videoOf, wanted, whole } from '../core/account.mjs';

export const empty = () => ({ accounts: {}, videos: {}, codes: {}, access: {}, refresh: {}, settings: { autoApprove: null, tokenTtlS: 7200, refreshTtlS: 15552000, perMinute: 600, coverTtlS: 21600, oauthErrorStatus: 400, webhookUrl: null } });

const ACCOUNT = ['id', 'handle', 'name'];
const VIDEO = ['title', 'description', 'durationS', 'createdMs', 'hidden'];
const uuid = (text) => createHash('sha256').update(text).digest('hex').replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12}).*/, '$1-$2-4$3-a$4-$5');

export function addAccounts(store, body) {
	return wanted(body, ACCOUNT).map((ask) => add(store.state.tiktok, ask, ({ id = uuid(`open ${ask.handle}`), handle, name = handle }) => ({ id, handle, name, unionId: uuid(`union ${handle}`), live: null })));
}

export const of = (world, account) => Object.values(world.videos).filter((video) => video.account === account.id && !video.hidden);

export function goLive(store, account, { title, startedMs = store.now() }) {
	if (account.live) throw conflict('already live');
	account.live = { title: title ?? `${account.name} live`, startedMs };
	return account.live;
}

export function end(store, account) {
	if (!account.live) throw conflict('not live');
	const over = { ...account.live, endedMs: store.now() };
	account.live = null;
	return over;
}

export function upload(store, account, { id, title, description, durationS = 60, publishedMs = store.now() }) {
	const world = store.state.tiktok;
	const video = { id: id ?? store.nextId('post'), account: account.id, title: title ?? 'Live recap', description: description ?? `${title ?? 'Live recap'} #shop`, durationS: whole(durationS, 'durationS', 1), createdMs: publishedMs, hidden: false };
	if (world.videos[video.id]) throw conflict(`the id ${video.id} is taken`);
	world.videos[video.id] = video;
	return video;
}

export const patch = (store, id, body) => change(videoOf(store.state.tiktok, id), body, VIDEO);
export const remove = (store, id) => {
	const video = videoOf(store.state.tiktok, id);
	delete store.state.tiktok.videos[id];
	return video;
};

export function trim(video, { startS = 0, endS = 0 }) {
	const left = video.durationS - whole(startS, 'startS') - whole(endS, 'endS');
	if (left < 1) throw conflict('nothing would be left');
	return Object.assign(video, { durationS: left });
}

export function revoke(store, account) {
	const world = store.state.tiktok;
	for (const table of [world.codes, world.access, world.refresh]) for (const [key, row] of Object.entries(table)) if (row.account === account.id) delete table[key];
}

export function expire(store, account, what) {
	const world = store.state.tiktok;
	for (const [name, table] of [['access', world.access], ['refresh', world.refresh]]) if (what === name || what === 'both') for (const row of Object.values(table)) if (row.account === account.id) row.expiresMs = store.now();
}
