// The Helix API: users, streams, videos and EventSub's subscriptions, with points that run out each minute.
import { json } from '../core/http.mjs';
import { iso, own } from '../core/account.mjs';
import { bearer, refuse } from './oauth.mjs';
import { create, list, remove } from './eventsub.mjs';
import { lengthOf, shown, videosOf, visible } from './world.mjs';

const CALLS = { 'GET users': users, 'GET streams': streams, 'GET videos': videos, 'GET eventsub/subscriptions': list, 'POST eventsub/subscriptions': create, 'DELETE eventsub/subscriptions': remove };
const windows = new WeakMap();

// The points of this minute on the sandbox's clock, by whose token it is.
export function points(store, who) {
	const { state } = store;
	if (!windows.has(state)) windows.set(state, {});
	const all = windows.get(state);
	const now = store.now();
	if (!all[who] || now >= all[who].resetMs || all[who].resetMs - now > 60000) all[who] = { used: 0, resetMs: now + 60000 };
	return all[who];
}
export const meters = (store) => ({ limit: store.state.twitch.settings.points, windows: { ...windows.get(store.state) } });

const rate = (store, window) => ({ 'Ratelimit-Limit': String(store.state.twitch.settings.points), 'Ratelimit-Remaining': String(Math.max(0, store.state.twitch.settings.points - window.used)), 'Ratelimit-Reset': String(Math.ceil(window.resetMs / 1000)) });

// One call. Answers {reply, bucket, units}.
export async function helix(world, base, request, name) {
	const { apps, store } = world;
	const row = bearer(store, request);
	if (!request.headers.authorization) return { reply: refuse(401, 'OAuth token is missing') };
	if (!row) return { reply: refuse(401, 'Invalid OAuth token') };
	if (!request.headers['client-id']) return { reply: refuse(401, 'Client ID is missing') };
	if (request.headers['client-id'] !== apps.twitch.clientId) return { reply: refuse(401, 'Client ID and OAuth token do not match') };
	const window = points(store, row.account ?? 'app');
	if (window.used >= store.state.twitch.settings.points) return { reply: headed(refuse(429, 'Too Many Requests'), rate(store, window)), bucket: 'points', units: 0 };
	window.used++;
	const call = CALLS[`${request.method} ${name}`];
	const reply = call ? await call({ ...world, base, request, row, query: request.query }) : refuse(404, 'Not Found');
	return { reply: headed(reply, rate(store, window)), bucket: 'points', units: 1 };
}
const headed = (reply, headers) => ({ ...reply, headers: { ...reply.headers, ...headers } });

function users({ store, base, query, row }) {
	const { accounts } = store.state.twitch;
	const [ids, logins] = [query.getAll('id'), query.getAll('login')];
	if (ids.length + logins.length > 100) return refuse(400, 'The number of ids and logins must not exceed 100.');
	if (!ids.length && !logins.length && !row.account) return refuse(400, 'Must provide an ID, Login or OAuth Token');
	const found = ids.length || logins.length ? Object.values(accounts).filter((one) => ids.includes(one.id) || logins.includes(one.handle)) : [accounts[row.account]];
	return json({ data: found.map((one) => ({ id: one.id, login: one.handle, display_name: one.name, type: '', broadcaster_type: one.type, description: '', profile_image_url: `${base}/tw/jtv_user_pictures/${one.id}.png`, offline_image_url: '', view_count: 0,
		created_at: iso(one.sinceMs) })) });
}

const whole = (query, name, fallback, most) => { const value = Number(query.get(name) ?? fallback); return Number.isInteger(value) && value >= 1 && value <= most ? value : null; };

// A page of what was found, with Twitch's cursor to the next.
function page(all, query, first, word) {
	const at = query.get('after') ? Number(Buffer.from(query.get('after'), 'base64url').toString().slice(1)) : 0;
	if (!Number.isInteger(at)) return refuse(400, 'The parameter "after" was malformed');
	const more = at + first < all.length ? { cursor: Buffer.from(`c${at + first}`).toString('base64url') } : {};
	return json({ data: all.slice(at, at + first).map(word), pagination: more });
}

function streams({ store, base, query }) {
	const { accounts } = store.state.twitch;
	const [ids, logins] = [query.getAll('user_id'), query.getAll('user_login')];
	const first = whole(query, 'first', 20, 100);
	if (!first || ids.length > 100 || logins.length > 100) return refuse(400, ids.length > 100 ? 'The parameter "user_id" was malformed: the value must be at most 100' : 'The parameter "first" was malformed: the value must be less than or equal to 100');
	if (ids.some((id) => !/^\d+$/.test(id))) return refuse(400, 'The parameter "user_id" was malformed');
	const asked = ids.length || logins.length ? [...ids.map((id) => accounts[id]), ...Object.values(accounts).filter((one) => logins.includes(one.handle))] : Object.values(accounts);
	const live = asked.filter((one) => one && visible(store, one) && visible(store, one).type === 'live');
	return page(live, query, first, (one) => {
		const stream = visible(store, one);
		return { id: stream.id, user_id: one.id, user_login: one.handle, user_name: one.name, game_id: '509663', game_name: 'Shopping', type: 'live', title: stream.title, tags: ['English'], viewer_count: stream.viewers, started_at: iso(stream.startedMs), language: 'en',
			thumbnail_url: `${base}/tw/previews-ttv/live_user_${one.handle}-{width}x{height}.jpg`, tag_ids: [], is_mature: false };
	});
}

// "1h30m28s"
export function length(seconds) {
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	return `${h ? `${h}h` : ''}${h || m ? `${m}m` : ''}${s}s`;
}

function videos({ store, base, query }) {
	const { accounts } = store.state.twitch;
	const ids = query.getAll('id');
	const first = whole(query, 'first', 20, 100);
	if (!first || ids.length > 100) return refuse(400, 'The parameter "first" or "id" was malformed');
	if (Boolean(ids.length) === query.has('user_id')) return refuse(400, 'One of id, user_id or game_id is needed');
	const type = query.get('type') ?? 'all';
	if (!['all', 'archive', 'highlight', 'upload'].includes(type)) return refuse(400, 'The parameter "type" was malformed');
	const found = ids.length ? ids.map((id) => own(store.state.twitch.videos, id)).filter((video) => shown(store, video)) : own(accounts, query.get('user_id')) ? videosOf(store, accounts[query.get('user_id')]) : [];
	if (ids.length && !found.length) return refuse(404, 'video not found');
	const sorted = found.filter((video) => type === 'all' || video.type === type).sort((a, b) => b.createdMs - a.createdMs);
	return page(sorted, query, first, (video) => {
		const user = accounts[video.user];
		return { id: video.id, stream_id: video.streamId, user_id: video.user, user_login: user?.handle ?? '', user_name: user?.name ?? '', title: video.title, description: '', created_at: iso(video.createdMs), published_at: iso(video.createdMs), url: `${base}/tw/videos/${video.id}`,
			thumbnail_url: `${base}/tw/${video.processing ? '_404/404_processing_' : `cf_vods/${video.id}/thumb/thumb0-`}%{width}x%{height}.${video.processing ? 'png' : 'jpg'}`, viewable: video.viewable, view_count: 40, language: 'en', type: video.type, duration: length(lengthOf(store, video)), muted_segments: null };
	});
}
