// Control calls about YouTube, TikTok and Twitch: making accounts, what creators do (schedule, go live, drop, return, end,
// upload, trim, delete), what the platforms push, what it cost to ask them, and how they behave.
import * as youtube from '../youtube/world.mjs';
import * as youtubeHub from '../youtube/hub.mjs';
import { quota } from '../youtube/api.mjs';
import * as tiktok from '../tiktok/world.mjs';
import * as tiktokPushes from '../tiktok/pushes.mjs';
import * as twitch from '../twitch/world.mjs';
import * as eventSub from '../twitch/eventsub.mjs';
import { meters } from '../twitch/helix.mjs';
import { accountOf, change, own, videoOf, view } from '../core/account.mjs';
import { bad, conflict, missing } from '../core/errors.mjs';
import { json, jsonBody, onlyKeys } from '../core/http.mjs';
import { isLoopback } from '../shopify/oauth.mjs';

const WORLDS = { youtube, tiktok, twitch };
const worldOf = (name) => {
	if (!Object.hasOwn(WORLDS, name)) throw missing(`no platform ${name}; known: ${Object.keys(WORLDS).join(', ')}`);
	return WORLDS[name];
};

const SETTINGS = { youtube: ['autoApprove', 'tokenTtlS', 'limits', 'costs', 'leaseS', 'maxLeaseS', 'verifyDelayMs', 'denyReason'], tiktok: ['autoApprove', 'tokenTtlS', 'webhookUrl', 'oauthErrorStatus', 'perMinute', 'refreshTtlS', 'coverTtlS'],
	twitch: ['autoApprove', 'tokenTtlS', 'lagMs', 'points', 'rotateRefresh', 'maxTotalCost', 'failuresMax'] };
const ACTS = { live: ['title', 'id', 'viewers', 'startedMs', 'push', 'lagMs', 'type'], end: ['id', 'endedMs', 'vod', 'push'], videos: ['title', 'description', 'id', 'durationS', 'publishedMs', 'push'], schedule: ['title', 'atMs', 'id', 'push'], drop: ['push'], back: ['push', 'title', 'lagMs'] };

const EMIT = ['kind', 'id', 'type', 'startedMs', 'status', 'reason', 'copies', 'delayMs', 'forged', 'topic', 'atMs', 'messageId', 'body', 'target', 'secret'];

// Each act: what changes, and what is pushed because of it.
const youtubeActs = {
	schedule(world, account, body) {
		const video = youtube.schedule(world.store, account, body);
		return { video, pushed: [video, 'video'] };
	},
	// A planned broadcast was told of when it was planned; its start is silent unless asked for.
	live(world, account, body) {
		const planned = Boolean(own(world.store.state.youtube.videos, body.id));
		const video = youtube.goLive(world.store, account, body);
		return { video, pushed: (body.push ?? !planned) && [video, 'video'] };
	},
	drop(world, account, body) {
		return { video: youtube.current(world.store.state.youtube, account, body.id) };
	},
	back(world, account, body) {
		return { video: youtube.current(world.store.state.youtube, account, body.id) };
	},
	end: (world, account, body) => ({ video: youtube.end(world.store, account, body) }),
	videos(world, account, body) {
		const video = youtube.upload(world.store, account, body);
		return { video, pushed: [video, 'video'] };
	},
};
const tiktokActs = {
	live: (world, account, body) => ({ live: tiktok.goLive(world.store, account, body) }),
	drop: (world, account) => ({ live: account.live ?? notOn() }),
	back: (world, account) => ({ live: account.live ?? notOn() }),
	end: (world, account) => ({ live: tiktok.end(world.store, account) }),
	videos: (world, account, body) => ({ video: tiktok.upload(world.store, account, body) }),
};
const notOn = () => { throw conflict('not live'); };
const twitchActs = {
	live(world, account, body) {
		const stream = twitch.goLive(world.store, account, body);
		return { stream, pushed: ['stream.online', stream] };
	},
	drop(world, account) {
		const stream = twitch.end(world.store, account, {});
		account.dropped = stream.title;
		return { stream, pushed: ['stream.offline', stream] };
	},
	back(world, account, body) {
		const stream = twitch.goLive(world.store, account, { title: account.dropped, ...body });
		return { stream, pushed: ['stream.online', stream] };
	},
	end(world, account, body) {
		const stream = twitch.end(world.store, account, { ...body, vod: body.vod ?? 'ready' });
		return { stream, pushed: ['stream.offline', stream] };
	},
	videos: (world, account, body) => ({ video: twitch.upload(world.store, account, body) }),
};
const DOES = { youtube: youtubeActs, tiktok: tiktokActs, twitch: twitchActs };

async function act(world, platform, account, name, body) {
	worldOf(platform);
	if (!Object.hasOwn(ACTS, name) || !DOES[platform][name]) throw missing(`${platform} accounts cannot ${name}`);
	onlyKeys(body, name === 'drop' || name === 'back' ? [...ACTS[name], 'id'] : ACTS[name]);
	if (body.vod !== undefined && !['processing', 'ready', 'none'].includes(body.vod)) throw bad('vod: processing, ready or none');
	const { pushed, ...answer } = DOES[platform][name](world, account, body);
	world.store.touch();
	const pushes = !pushed || body.push === false ? [] : platform === 'youtube' ? youtubeHub.tell(world, account, pushed[1], pushed[0]) : eventSub.tell(world, account, ...pushed);
	return { ...answer, pushes: await settled(pushes, false) };
}

// What was sent, after each was tried once (unless it is to come later).
async function settled(pushes, delayed) {
	if (!delayed) await Promise.all(pushes.map((push) => push.first));
	return pushes.map(({ n, kind, status, state, url, forged }) => ({ n, kind, status, state, url, forged }));
}

async function emit(world, platform, account, body) {
	onlyKeys(body, EMIT);
	if (body.target !== undefined && !isLoopback(body.target)) throw bad('target: an address on this machine is needed');
	if (body.copies !== undefined && !(Number.isInteger(body.copies) && body.copies >= 1 && body.copies <= 1000)) throw bad('copies: 1 to 1000');
	const how = { delayMs: 0, copies: 1, forged: false, ...body };
	const sent = platform === 'twitch' ? eventSub.emit(world, account, how) : platform === 'tiktok' ? tiktokPushes.emit(world, account, how) : youtubeEmit(world, account, how);
	return { pushes: await settled(sent, how.delayMs > 0) };
}

function youtubeEmit(world, account, how) {
	if (!['video', 'deleted'].includes(how.kind)) throw bad('kind: video or deleted');
	const known = own(world.store.state.youtube.videos, how.id);
	return youtubeHub.tell(world, account, how.kind, known ?? { id: how.id ?? 'unknownVid0', title: 'Unknown', publishedMs: world.store.now() }, how);
}

// The creator takes back what she allowed, on the platform's own settings page.
async function revoke(world, platform, account, body) {
	onlyKeys(body, ['reason', 'push']);
	WORLDS[platform].revoke(world.store, account);
	world.store.touch();
	if (body.push === false) return { pushes: [] };
	const pushes = platform === 'tiktok' ? tiktokPushes.tell(world, account, 'authorization.removed', { reason: body.reason ?? 1 }) : platform === 'twitch' ? eventSub.revokeAll(world, account) : [];
	return { pushes: await settled(pushes, false) };
}

function expire(world, platform, account, body) {
	const { what = 'access' } = onlyKeys(body, ['what']);
	if (!['access', 'refresh', 'both'].includes(what)) throw bad('what: access, refresh or both');
	WORLDS[platform].expire(world.store, account, what);
	world.store.touch();
	return { expired: what };
}

function full({ store }, platform, account) {
	const world = store.state[platform];
	const videos = Object.values(world.videos).filter((video) => [video.channel, video.account, video.user].includes(account.id));
	const tokens = (table) => Object.values(table).filter((row) => row.account === account.id).length;
	const subscriptions = Object.values(world.subscriptions ?? {}).filter((sub) => [sub.channel, sub.user].includes(account.id)).map(({ secret, ...sub }) => sub);
	return { ...account, connected: tokens(world.refresh) > 0, tokens: { access: tokens(world.access), refresh: tokens(world.refresh) }, videos, ...(platform === 'twitch' ? { streams: twitch.streamsOf(world, account) } : {}), subscriptions };
}

function settings(world, platform, body) {
	const { settings: all } = world.store.state[platform];
	if (body.webhookUrl && !isLoopback(body.webhookUrl)) throw bad('webhookUrl: an address on this machine is needed');
	const { limits, costs, ...rest } = onlyKeys(body, SETTINGS[platform]);
	Object.assign(all.limits ?? {}, onlyKeys(limits ?? {}, ['shared', 'search', 'stats'], 'limits'));
	Object.assign(all.costs ?? {}, costs);
	Object.assign(all, rest);
	world.store.touch();
	return all;
}

function video(world, platform, id, what, body) {
	const { store } = world;
	const one = videoOf(store.state[platform], id);
	if (what === 'process' && !WORLDS[platform].process) throw missing(`${platform} has nothing to process`);
	const done = what === 'process' ? WORLDS[platform].process(store, one, onlyKeys(body, ['durationS'])) : WORLDS[platform].trim(one, onlyKeys(body, ['startS', 'endS']));
	store.touch();
	return { video: done };
}

async function remove(world, platform, id, push) {
	const gone = WORLDS[platform].remove(world.store, id);
	world.store.touch();
	if (!push || platform !== 'youtube') return { video: gone, pushes: [] };
	return { video: gone, pushes: await settled(youtubeHub.tell(world, accountOf(world.store.state.youtube, gone.channel), 'deleted', gone), false) };
}

export function routes(router, world) {
	const { calls, courier, store } = world;
	router.on('GET', '/control/calls', (request) => json(calls.find(request.query)));
	router.on('DELETE', '/control/calls', () => { calls.clear(); return json({ cleared: true }); });
	router.on('GET', '/control/pushes', (request) => json(courier.find(request.query)));
	router.on('POST', '/control/pushes', (request) => { const chaos = change(store.state.pushes, jsonBody(request), ['duplicate', 'delayMs', 'drop', 'forged', 'seed', 'retries', 'retryMs']); store.touch(); return json(chaos); });
	router.on('GET', '/control/quota', () => json({ youtube: quota(store), twitch: meters(store) }));
	for (const platform of Object.keys(WORLDS)) platformRoutes(router, world, platform);
}

function platformRoutes(router, world, platform) {
	const { store } = world;
	const on = (method, path, work) => router.on(method, `/control/${platform}${path}`, async (request, params) => json(await work(request.method === 'GET' ? {} : jsonBody(request), params, request)));
	const account = ({ a }) => accountOf(store.state[platform], a);
	on('GET', '', () => ({ settings: store.state[platform].settings, app: { clientId: world.apps[platform].clientId }, accounts: Object.keys(store.state[platform].accounts).length }));
	on('POST', '', (body) => settings(world, platform, body));
	on('POST', '/accounts', (body) => { const made = WORLDS[platform].addAccounts(store, onlyKeys(body, ['accounts', 'count', 'prefix'])); store.touch(); return { accounts: made.map(view) }; });
	on('GET', '/accounts', () => ({ accounts: Object.values(store.state[platform].accounts).map(view) }));
	on('GET', '/accounts/:a', (body, params) => full(world, platform, account(params)));
	on('POST', '/accounts/:a/emit', (body, params) => emit(world, platform, account(params), body));
	on('POST', '/accounts/:a/revoke', (body, params) => revoke(world, platform, account(params), body));
	on('POST', '/accounts/:a/expire', (body, params) => expire(world, platform, account(params), body));
	on('POST', '/accounts/:a/:act', (body, params) => act(world, platform, account(params), params.act, body));
	on('PATCH', '/videos/:id', (body, { id }) => { const one = WORLDS[platform].patch(store, id, body); store.touch(); return { video: one }; });
	on('POST', '/videos/:id/process', (body, { id }) => video(world, platform, id, 'process', body));
	on('POST', '/videos/:id/trim', (body, { id }) => video(world, platform, id, 'trim', body));
	on('DELETE', '/videos/:id', (body, { id }, request) => remove(world, platform, id, request.query.get('push') === '1'));
}
