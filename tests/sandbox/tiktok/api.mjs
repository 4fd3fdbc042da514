// TikTok's Display API: who the user is, field by field as far as the scopes go, and her posts; 600 calls a minute of each kind.
import { own } from '../core/account.mjs';
import { json } from '../core/http.mjs';
import { logId } from './oauth.mjs';
import { of } from './world.mjs';

const STATUS = { access_token_invalid: 401, scope_not_authorized: 401, scope_permission_missed: 401, invalid_params: 400, rate_limit_exceeded: 429, internal_error: 500 };
const TEXT = { access_token_invalid: 'The access token is invalid or not found in the request.', scope_not_authorized: 'The user did not authorize the scope required for completing this request.', invalid_params: 'One or more fields in request is invalid',
	rate_limit_exceeded: 'The API rate limit was exceeded.', internal_error: 'Internal error' };
export const fail = (store, code, status = STATUS[code] ?? 400) => json({ data: {}, error: { code, message: TEXT[code] ?? code, log_id: logId(store) } }, status);
export const speak = (store) => (status, reason) => fail(store, reason ?? ({ 401: 'access_token_invalid', 429: 'rate_limit_exceeded' }[status] ?? (status >= 500 ? 'internal_error' : 'invalid_params')), reason ? undefined : status);
const fine = (store, data) => json({ data, error: { code: 'ok', message: '', log_id: logId(store) } });

const USER = { 'user.info.basic': ['open_id', 'union_id', 'avatar_url', 'avatar_url_100', 'avatar_large_url', 'display_name'], 'user.info.profile': ['username', 'profile_deep_link', 'bio_description', 'is_verified', 'profile_web_link'],
	'user.info.stats': ['follower_count', 'following_count', 'likes_count', 'video_count'] };
const VIDEO = ['id', 'create_time', 'cover_image_url', 'share_url', 'video_description', 'duration', 'height', 'width', 'title', 'embed_html', 'embed_link', 'like_count', 'comment_count', 'share_count', 'view_count', 'is_aigc'];

// The calls of the last minute on the sandbox's clock, by endpoint.
const recent = new WeakMap();
function crowded(store, name) {
	const { state } = store;
	if (!recent.has(state)) recent.set(state, {});
	const rows = ((recent.get(state)[name]) ??= []);
	const now = store.now();
	while (rows.length && (rows[0] <= now - 60000 || rows[0] > now)) rows.shift();
	if (rows.length >= state.tiktok.settings.perMinute) return true;
	rows.push(now);
	return false;
}

// One call; `work` answers for a valid token whose fields are all known.
function call(store, request, name, allowed, work) {
	const row = own(store.state.tiktok.access, (/^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [])[1]);
	if (!row || store.now() >= row.expiresMs) return { reply: fail(store, 'access_token_invalid') };
	if (crowded(store, name)) return { reply: fail(store, 'rate_limit_exceeded'), bucket: name, units: 0 };
	const fields = (request.query.get('fields') ?? '').split(',').map((field) => field.trim()).filter(Boolean);
	const good = fields.length && fields.every((field) => allowed.includes(field));
	return { reply: good ? work(row, fields) : fail(store, 'invalid_params'), bucket: name, units: 1 };
}

const picked = (all, fields) => Object.fromEntries(fields.map((field) => [field, all[field]]));

export function userInfo(store, base, request) {
	return call(store, request, 'user/info', Object.values(USER).flat(), (row, fields) => {
		const granted = row.scopes.flatMap((scope) => USER[scope] ?? []);
		if (!fields.every((field) => granted.includes(field))) return fail(store, 'scope_not_authorized');
		const account = store.state.tiktok.accounts[row.account];
		const avatar = `${base}/tt/avatar/${account.id}`;
		const all = { open_id: account.id, union_id: account.unionId, avatar_url: avatar, avatar_url_100: avatar, avatar_large_url: avatar, display_name: account.name, username: account.handle, profile_deep_link: `${base}/tt/@${account.handle}`,
			profile_web_link: `${base}/tt/@${account.handle}`, bio_description: '', is_verified: false, follower_count: 1200, following_count: 10, likes_count: 5000, video_count: of(store.state.tiktok, account).length };
		return fine(store, { user: picked(all, fields) });
	});
}

// A post as the API words it. A cover's address ends after a while (settings.coverTtlS).
function videoFields(store, base, video) {
	const { accounts, settings } = store.state.tiktok;
	const expires = Math.floor(store.now() / 1000) + settings.coverTtlS;
	const page = `${base}/tt/@${accounts[video.account].handle}/video/${video.id}`;
	return { id: video.id, create_time: Math.floor(video.createdMs / 1000), cover_image_url: `${base}/tt/cover/${video.id}?x-expires=${expires}`, share_url: page, video_description: video.description, duration: video.durationS, height: 1280, width: 720,
		title: video.title, embed_html: '<blockquote></blockquote>', embed_link: `${base}/tt/player/v1/${video.id}`, like_count: 10, comment_count: 2, share_count: 1, view_count: 500, is_aigc: false };
}

function body(request) {
	try {
		const value = JSON.parse(request.body || '{}');
		return value && typeof value === 'object' && !Array.isArray(value) ? value : null;
	} catch {
		return null;
	}
}

export function videoList(store, base, request) {
	return call(store, request, 'video/list', VIDEO, (row, fields) => {
		if (!row.scopes.includes('video.list')) return fail(store, 'scope_not_authorized');
		const ask = body(request);
		const most = ask?.max_count ?? 10;
		if (!ask || !Number.isInteger(most) || most < 1 || most > 20 || (ask.cursor !== undefined && !Number.isInteger(ask.cursor))) return fail(store, 'invalid_params');
		const older = of(store.state.tiktok, { id: row.account }).filter((video) => !ask.cursor || video.createdMs < ask.cursor).sort((a, b) => b.createdMs - a.createdMs || (a.id < b.id ? 1 : -1));
		const shown = older.slice(0, most);
		return fine(store, { videos: shown.map((video) => picked(videoFields(store, base, video), fields)), cursor: shown.length ? shown[shown.length - 1].createdMs : 0, has_more: older.length > shown.length });
	});
}

export function videoQuery(store, base, request) {
	return call(store, request, 'video/query', VIDEO, (row, fields) => {
		if (!row.scopes.includes('video.list')) return fail(store, 'scope_not_authorized');
		const ids = body(request)?.filters?.video_ids;
		if (!Array.isArray(ids) || !ids.length || ids.length > 20 || !ids.every((id) => typeof id === 'string')) return fail(store, 'invalid_params');
		const mine = of(store.state.tiktok, { id: row.account }).filter((video) => ids.includes(video.id));
		return fine(store, { videos: mine.map((video) => picked(videoFields(store, base, video), fields)) });
	});
}
