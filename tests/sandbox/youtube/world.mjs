// YouTube's side of the truth: channels, their broadcasts and videos (one thing there: a broadcast's id is its video's), and
// what a creator does with them. Nothing here is an answer; the API words it.
import { createHash } from 'node:crypto';
import { conflict } from '../core/errors.mjs';
import { add, change, own, videoOf, wanted, whole } from '../core/account.mjs';

export const empty = () => ({ accounts: {}, videos: {}, codes: {}, access: {}, refresh: {}, granted: {}, subscriptions: {}, used: {},
	settings: { autoApprove: null, tokenTtlS: 3599, limits: { shared: 10000, search: 100, stats: 10000 }, costs: { liveBroadcasts: 1 }, leaseS: 432000, maxLeaseS: 864000, verifyDelayMs: 0, denyReason: null } });

const short = (text, length) => createHash('sha256').update(text).digest('base64url').slice(0, length);
const ACCOUNT = ['id', 'handle', 'name', 'channel', 'liveEnabled'];
const VIDEO = ['title', 'description', 'privacy', 'embeddable', 'uploadStatus', 'durationS', 'scheduledMs', 'startedMs', 'endedMs', 'channel', 'viewers', 'trimStartS', 'hidden', 'lifeCycle', 'claims'];

export function addAccounts(store, body) {
	const world = store.state.youtube;
	return wanted(body, ACCOUNT).map((ask) => add(world, ask, ({ id = `UC${short(`channel ${ask.handle}`, 22)}`, handle, name = handle, channel = true, liveEnabled = true }) =>
		({ id, handle, name, uploads: `UU${id.slice(2)}`, channel, liveEnabled, sinceMs: store.now() - 86400000 * 400 })));
}

const newId = (store) => short(`video ${store.nextId('serial')}`, 11);
export const of = (world, account) => Object.values(world.videos).filter((video) => video.channel === account.id && !video.deleted);
export const onAir = (video) => Boolean(video.startedMs && !video.endedMs);

function make(store, account, more) {
	const world = store.state.youtube;
	const video = { id: newId(store), channel: account.id, title: `${account.name} live`, description: '', privacy: 'public', embeddable: true, publishedMs: store.now(), uploadStatus: 'uploaded',
		durationS: 0, live: true, scheduledMs: null, startedMs: null, endedMs: null, viewers: 0, trimStartS: 0, hidden: false, lifeCycle: null, claims: null, deleted: false };
	for (const [key, value] of Object.entries(more)) if (value !== undefined) video[key] = value;
	if (world.videos[video.id]) throw conflict(`the id ${video.id} is taken`);
	world.videos[video.id] = video;
	return video;
}

export function schedule(store, account, { title, atMs = store.now() + 3600000, id }) {
	return make(store, account, { id, title, scheduledMs: whole(atMs, 'atMs') });
}

export function goLive(store, account, { id, title, viewers = 12, startedMs = store.now() }) {
	const planned = own(store.state.youtube.videos, id);
	if (planned && (planned.channel !== account.id || planned.startedMs)) throw conflict(`${id} is not a planned broadcast of this channel`);
	const video = planned || make(store, account, { id, title });
	return Object.assign(video, { startedMs, viewers, ...(title ? { title } : {}) });
}

// The one that is on the air; `id` chooses when there are several.
export function current(world, account, id) {
	const live = of(world, account).filter((video) => onAir(video) && (!id || video.id === id));
	if (live.length !== 1) throw conflict(live.length ? 'several are on the air: give an id' : 'nothing is on the air');
	return live[0];
}

export function end(store, account, { id, endedMs = store.now(), vod = 'processing' }) {
	const video = current(store.state.youtube, account, id);
	Object.assign(video, { endedMs, viewers: 0 });
	if (vod === 'ready') process(store, video, {});
	if (vod === 'none') video.deleted = true;
	return video;
}

export function process(store, video, { durationS }) {
	const ran = Math.max(1, Math.floor(((video.endedMs ?? store.now()) - (video.startedMs ?? video.publishedMs)) / 1000));
	return Object.assign(video, { uploadStatus: 'processed', durationS: whole(durationS, 'durationS', 1) ?? ran });
}

export function trim(video, { startS = 0, endS = 0 }) {
	const left = video.durationS - whole(startS, 'startS') - whole(endS, 'endS');
	if (left < 1) throw conflict('nothing would be left');
	return Object.assign(video, { durationS: left, trimStartS: video.trimStartS + startS });
}

export const upload = (store, account, { id, title, durationS = 60, publishedMs }) =>
	make(store, account, { id, title: title ?? `${account.name} video`, durationS: whole(durationS, 'durationS', 1), publishedMs: publishedMs ?? store.now(), live: false, uploadStatus: 'processed' });

export const patch = (store, id, body) => change(videoOf(store.state.youtube, id), body, VIDEO);
export const remove = (store, id) => Object.assign(videoOf(store.state.youtube, id), { deleted: true });

// The grant dies at Google: tokens and what would refresh them.
export function revoke(store, account) {
	const world = store.state.youtube;
	for (const table of [world.codes, world.access, world.refresh]) for (const [key, row] of Object.entries(table)) if (row.account === account.id) delete table[key];
	delete world.granted[account.id];
}

export function expire(store, account, what) {
	const world = store.state.youtube;
	for (const [name, table] of [['access', world.access], ['refresh', world.refresh]]) if (what === name || what === 'both') for (const row of Object.values(table)) if (row.account === account.id) row.expiresMs = store.now();
}
