// Twitch's side of the truth: channels, their streams (a new id each time the encoder connects) and the archives of them.
import { conflict } from '../core/errors.mjs';
import { add, change, videoOf, wanted, whole } from '../core/account.mjs';

export const empty = () => ({ accounts: {}, videos: {}, streams: {}, codes: {}, access: {}, refresh: {}, subscriptions: {},
	settings: { autoApprove: null, tokenTtlS: 14124, lagMs: 0, points: 800, rotateRefresh: true, maxTotalCost: 10000, failuresMax: 3 } });

const ACCOUNT = ['id', 'handle', 'name', 'archives', 'type'];
const VIDEO = ['title', 'durationS', 'createdMs', 'viewable', 'streamId', 'user', 'hidden', 'expired', 'processing'];
const KEEP_DAYS = { partner: 60, affiliate: 14, '': 7 };

export function addAccounts(store, body) {
	return wanted(body, ACCOUNT).map((ask) => add(store.state.twitch, { name: ask.handle, ...ask, handle: ask.handle.toLowerCase() }, ({ id = store.nextId('twitchUser'), handle, name, archives = true, type = 'affiliate' }) =>
		({ id, handle, name, archives, type, sinceMs: store.now() - 86400000 * 900 })));
}

export const streamsOf = (world, account) => Object.values(world.streams).filter((stream) => stream.user === account.id);
export const onAir = (world, account) => streamsOf(world, account).find((stream) => !stream.endedMs);
// Get Streams learns of a stream a little after EventSub told of it.
export const visible = (store, account) => { const stream = onAir(store.state.twitch, account); return stream && store.now() >= stream.visibleMs ? stream : null; };
export const videosOf = (store, account) => Object.values(store.state.twitch.videos).filter((video) => video.user === account.id && shown(store, video));
const expired = (store, video) => video.expired || (video.expiresMs && store.now() >= video.expiresMs);
export const shown = (store, video) => Boolean(video && !video.hidden && !expired(store, video));

export function goLive(store, account, { id, title, viewers = 12, startedMs = store.now(), lagMs, type = 'live' }) {
	const world = store.state.twitch;
	if (onAir(world, account)) throw conflict('already on the air');
	const stream = { id: id ?? store.nextId('stream'), user: account.id, title: title ?? `${account.name} live`, viewers, startedMs, endedMs: null, type, visibleMs: store.now() + (whole(lagMs, 'lagMs') ?? world.settings.lagMs) };
	if (world.streams[stream.id]) throw conflict(`the id ${stream.id} is taken`);
	world.streams[stream.id] = stream;
	if (account.archives) archive(store, account, { streamId: stream.id, title: stream.title, createdMs: startedMs + 2000, durationS: null, processing: true });
	return stream;
}

function archive(store, account, { id, streamId = null, title, createdMs, durationS, processing = false, type = 'archive' }) {
	const world = store.state.twitch;
	const video = { id: id ?? store.nextId('archive'), user: account.id, streamId, title, createdMs, durationS, type, viewable: 'public', processing, hidden: false, expired: false, expiresMs: type === 'archive' ? createdMs + KEEP_DAYS[account.type] * 86400000 : null };
	if (world.videos[video.id]) throw conflict(`the id ${video.id} is taken`);
	world.videos[video.id] = video;
	return video;
}

// How long a video is; of one still being recorded, so far.
export const lengthOf = (store, video) => video.durationS ?? Math.max(0, Math.floor((store.now() - video.createdMs) / 1000));

export function end(store, account, { endedMs = store.now(), vod = 'ready' }) {
	const world = store.state.twitch;
	const stream = onAir(world, account);
	if (!stream) throw conflict('nothing is on the air');
	stream.endedMs = endedMs;
	for (const video of Object.values(world.videos)) {
		if (video.streamId !== stream.id) continue;
		video.durationS = Math.max(1, Math.floor((endedMs - video.createdMs) / 1000));
		video.processing = vod !== 'ready';
		if (vod === 'none') delete world.videos[video.id];
	}
	return stream;
}

export function process(store, video, { durationS }) {
	return Object.assign(video, { processing: false, ...(durationS === undefined ? {} : { durationS: whole(durationS, 'durationS', 1) }) });
}

export const upload = (store, account, { id, title, durationS = 60, publishedMs = store.now() }) =>
	archive(store, account, { id, title: title ?? `${account.name} upload`, createdMs: publishedMs, durationS: whole(durationS, 'durationS', 1), type: 'upload' });

export const patch = (store, id, body) => change(videoOf(store.state.twitch, id), body, VIDEO);
export const remove = (store, id) => {
	const video = videoOf(store.state.twitch, id);
	delete store.state.twitch.videos[id];
	return video;
};

export function trim(video, { startS = 0, endS = 0 }) {
	const left = video.durationS - whole(startS, 'startS') - whole(endS, 'endS');
	if (left < 1) throw conflict('nothing would be left');
	return Object.assign(video, { durationS: left, createdMs: video.createdMs + startS * 1000 });
}

export function revoke(store, account) {
	const world = store.state.twitch;
	for (const table of [world.codes, world.access, world.refresh]) for (const [key, row] of Object.entries(table)) if (row.account === account.id) delete table[key];
}

// Did she ever let the product in, and not take it back? Her subscriptions then cost nothing.
export const authorised = (world, id) => Object.values(world.refresh).some((row) => row.account === id);

export function expire(store, account, what) {
	const world = store.state.twitch;
	for (const [name, table] of [['access', world.access], ['refresh', world.refresh]]) if (what === name || what === 'both') for (const row of Object.values(table)) if (row.account === account.id) row.expiresMs = store.now();
}
