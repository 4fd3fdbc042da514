// The YouTube Data API v3: reading channels, broadcasts, videos, uploads and search, with its errors and its daily allowance,
// which ends at midnight in Los Angeles on the sandbox's clock.
import { createHash } from 'node:crypto';
import { own } from '../core/account.mjs';
import { json } from '../core/http.mjs';
import { READ, bearer } from './oauth.mjs';
import { broadcast, channel, playlistItem, searchResult, stats, video } from './shapes.mjs';
import { of, onAir } from './world.mjs';

const DOMAIN = { authError: 'global', insufficientPermissions: 'global', backendError: 'global', quotaExceeded: 'youtube.quota', rateLimitExceeded: 'usageLimits', userRateLimitExceeded: 'usageLimits', accessNotConfigured: 'usageLimits',
	keyInvalid: 'usageLimits', dailyLimitExceeded: 'usageLimits', liveStreamingNotEnabled: 'youtube.liveBroadcast', userRequestsExceedRateLimit: 'youtube.liveBroadcast', youtubeSignupRequired: 'youtube.header' };
const TEXT = { authError: 'Invalid Credentials', insufficientPermissions: 'Request had insufficient authentication scopes.', backendError: 'Backend Error', quotaExceeded: 'The request cannot be completed because you have exceeded your quota.',
	rateLimitExceeded: 'Too many requests in a given timeframe.', accessNotConfigured: 'YouTube Data API v3 is disabled for this project.', liveStreamingNotEnabled: 'The user is not enabled for live streaming.',
	userRequestsExceedRateLimit: 'The user has sent too many requests in a given timeframe.', youtubeSignupRequired: 'The account has no YouTube channel.', keyInvalid: 'API key not valid. Please pass a valid API key.',
	incompatibleParameters: 'Incompatible parameters specified in the request.', missingRequiredParameter: 'The request is missing a required parameter.', unknownPart: 'A part name is unknown.' };
const STATUS = { authError: 401, youtubeSignupRequired: 401, quotaExceeded: 403, dailyLimitExceeded: 403, rateLimitExceeded: 403, userRateLimitExceeded: 403, userRequestsExceedRateLimit: 403, insufficientPermissions: 403, insufficientLivePermissions: 403,
	accessNotConfigured: 403, keyInvalid: 403, forbidden: 403, liveStreamingNotEnabled: 403, authenticatedUserAccountSuspended: 403, authenticatedUserAccountClosed: 403, accountDelegationForbidden: 403, backendError: 503 };
const WORD = { authError: 'UNAUTHENTICATED', insufficientPermissions: 'PERMISSION_DENIED' };

export function fail(reason, status = STATUS[reason] ?? (/NotFound$/.test(reason) ? 404 : 400), message = TEXT[reason] ?? `The request was refused: ${reason}.`) {
	const headers = status === 401 && reason === 'authError' ? { 'www-authenticate': 'Bearer realm="https://accounts.google.com/", error="invalid_token"' } : {};
	return json({ error: { code: status, message, errors: [{ message, domain: DOMAIN[reason] ?? 'youtube.parameter', reason }], ...(WORD[reason] ? { status: WORD[reason] } : {}) } }, status, headers);
}
// A fault's error: of a status, or of a reason.
export const speak = (status, reason) => (reason ? fail(reason) : fail(status === 401 ? 'authError' : status >= 500 ? 'backendError' : status === 429 ? 'rateLimitExceeded' : 'badRequest', status));

const dayFormat = new Intl.DateTimeFormat('en-CA', { timeZone: 'America/Los_Angeles', year: 'numeric', month: '2-digit', day: '2-digit' });
export const dayOf = (ms) => dayFormat.format(ms);
// The next midnight there: the first moment of another day, found by halving, so that days of 23 and 25 hours are right.
export function resetMs(now) {
	let [low, high] = [now, now + 26 * 3600000];
	while (high - low > 1) {
		const middle = Math.floor((low + high) / 2);
		if (dayOf(middle) === dayOf(now)) low = middle; else high = middle;
	}
	return high;
}

export function quota(store) {
	const { used, settings } = store.state.youtube;
	const day = dayOf(store.now());
	return { day, limits: settings.limits, used: { shared: 0, search: 0, stats: 0, ...used[day] }, resetMs: resetMs(store.now()), days: used };
}

// Takes units from today's allowance; false when it is used up (the refused call costs nothing more).
function take(store, bucket, units) {
	const { used, settings } = store.state.youtube;
	const today = (used[dayOf(store.now())] ??= {});
	if ((today[bucket] ?? 0) + units > settings.limits[bucket]) return false;
	today[bucket] = (today[bucket] ?? 0) + units;
	store.touch();
	return true;
}

const BUCKET = { search: 'search', 'videos:batchGetStats': 'stats' };
const CALLS = { channels, liveBroadcasts, videos, playlistItems, search, 'videos:batchGetStats': batchStats };
const PARTS = { channels: ['id', 'snippet', 'contentDetails', 'statistics', 'status'], liveBroadcasts: ['id', 'snippet', 'status', 'contentDetails', 'statistics'], videos: ['id', 'snippet', 'status', 'contentDetails', 'statistics', 'liveStreamingDetails'],
	playlistItems: ['id', 'snippet', 'contentDetails', 'status'], search: ['id', 'snippet'], 'videos:batchGetStats': ['id', 'snippet', 'contentDetails', 'statistics'] };

// One call. Answers {reply, bucket, units}: what it cost is logged beside it.
export function api(app, store, base, request, name) {
	if (!Object.hasOwn(CALLS, name)) return { reply: fail('notFound', 404) };
	const token = bearer(store, request);
	const key = request.query.get('key') ?? request.headers['x-goog-api-key'];
	if (request.headers.authorization && !token) return { reply: fail('authError') };
	if (!token && !key) return { reply: fail('forbidden', 403, 'The request is missing a valid API key.') };
	if (!token && key !== app.apiKey) return { reply: fail('keyInvalid') };
	const bucket = BUCKET[name] ?? 'shared';
	const units = store.state.youtube.settings.costs[name] ?? 1;
	if (!take(store, bucket, units)) return { reply: fail('quotaExceeded'), bucket, units: 0 };
	return { reply: tagged(request, answerOf(store, base, request, name, token)), bucket, units };
}

function answerOf(store, base, request, name, token) {
	const { query } = request;
	if (token && !READ.some((scope) => token.scopes.includes(scope))) return fail('insufficientPermissions');
	const parts = (query.get('part') ?? '').split(',').map((part) => part.trim()).filter(Boolean);
	if (!parts.length) return fail('missingRequiredParameter', 400, 'The request is missing the parameter part.');
	const unknown = parts.find((part) => !PARTS[name].includes(part));
	if (unknown) return fail('unknownPart', 400, `'${unknown}'`);
	const most = Number(query.get('maxResults') ?? 5);
	if (!Number.isInteger(most) || most < 0 || most > 50) return fail('invalidValue', 400, 'maxResults: 0 to 50');
	return CALLS[name]({ store, world: store.state.youtube, base, query, parts: new Set(parts), token, most });
}

// Every answer has an etag; who shows it again hears 304 (which costs as much).
function tagged(request, reply) {
	if (reply.status !== 200) return reply;
	const etag = createHash('sha256').update(reply.body).digest('base64url').slice(0, 27);
	if (request.headers['if-none-match'] === etag) return { status: 304, headers: { etag }, body: '' };
	return { ...reply, headers: { ...reply.headers, etag }, body: reply.body.replace('"etag":""', `"etag":"${etag}"`) };
}

const list = (kind, items, total = items.length, perPage = 5, more = {}) => json({ kind: `youtube#${kind}ListResponse`, etag: '', ...more, pageInfo: { totalResults: total, resultsPerPage: perPage }, items });

// A page of `all`, with tokens to the next and the one before.
function page(kind, all, { query, most }, word, extra = {}) {
	const at = query.get('pageToken') ? Number(Buffer.from(query.get('pageToken'), 'base64url').toString().slice(1)) : 0;
	if (!Number.isInteger(at) || at < 0) return fail('invalidPageToken');
	const mark = (n) => Buffer.from(`p${n}`).toString('base64url');
	const more = { ...extra, ...(at + most < all.length ? { nextPageToken: mark(at + most) } : {}), ...(at ? { prevPageToken: mark(Math.max(0, at - most)) } : {}) };
	return list(kind, all.slice(at, at + most).map(word), all.length, most, more);
}

function channels(at) {
	const { world, query, token, base } = at;
	const filters = ['mine', 'id', 'forHandle'].filter((name) => query.has(name));
	if (filters.length !== 1) return fail(filters.length ? 'incompatibleParameters' : 'missingRequiredParameter');
	const all = Object.values(world.accounts).filter((one) => one.channel);
	if (filters[0] === 'mine' && !token) return fail('authError');
	const found = filters[0] === 'mine' ? all.filter((one) => one.id === token.account)
		: filters[0] === 'id' ? query.get('id').split(',').map((id) => own(world.accounts, id)).filter((one) => one?.channel)
			: all.filter((one) => one.handle === query.get('forHandle').replace(/^@/, ''));
	if (!found.length) return json({ kind: 'youtube#channelListResponse', etag: '', pageInfo: { totalResults: 0, resultsPerPage: 5 } });
	return list('channel', found.slice(0, 50).map((one) => channel(world, one, at.parts, base)));
}

const STATES = { active: onAir, completed: (one) => Boolean(one.endedMs), upcoming: (one) => !one.startedMs, all: () => true };

function liveBroadcasts(at) {
	const { world, query, token } = at;
	if (!token) return fail('authError', 401, 'Login Required.');
	const filters = ['broadcastStatus', 'id', 'mine'].filter((name) => query.has(name));
	if (filters.length > 1) return fail('incompatibleParameters');
	if (!filters.length) return fail('missingRequiredParameter', 400, 'No filter selected. Expected one of: broadcastStatus, id, mine');
	const account = world.accounts[token.account];
	if (!account?.channel) return fail('youtubeSignupRequired');
	if (!account.liveEnabled) return fail('liveStreamingNotEnabled');
	const status = query.get('broadcastStatus') ?? 'all';
	if (!Object.hasOwn(STATES, status)) return fail('invalidValue', 400, `broadcastStatus: '${status}'`);
	const type = query.get('broadcastType') ?? 'event';
	if (!['all', 'event', 'persistent'].includes(type)) return fail('invalidValue', 400, `broadcastType: '${type}'`);
	const ids = query.get('id')?.split(',');
	const all = of(world, account).filter((one) => one.live && !one.hidden && STATES[status](one) && (!ids || ids.includes(one.id))).sort((a, b) => b.publishedMs - a.publishedMs);
	const typed = type === 'persistent' ? [] : all;
	return page('liveBroadcast', typed, at, (one) => broadcast(world, one, at.parts, at.base));
}

// A private video is shown to nobody but its owner; an unknown or deleted one is left out.
const seen = (token) => (one) => one && !one.deleted && !one.hidden && (one.privacy !== 'private' || one.channel === token?.account);

function videos(at) {
	const { world, query, token } = at;
	if (!query.has('id')) return fail('missingRequiredParameter', 400, 'No filter selected. Expected one of: id, myRating, chart');
	const ids = [...new Set(query.get('id').split(',').map((id) => id.trim()))];
	if (ids.length > 50) return fail('invalidFilters', 400, 'At most 50 ids can be asked for.');
	const found = ids.map((id) => own(world.videos, id)).filter(seen(token));
	return list('video', found.map((one) => video(world, one, at.parts, at.base, at.store.now())), found.length, found.length);
}

function playlistItems(at) {
	const { world, query, token } = at;
	if (!query.has('playlistId')) return fail('missingRequiredParameter', 400, 'No filter selected. Expected one of: playlistId, id');
	const account = Object.values(world.accounts).find((one) => one.uploads === query.get('playlistId') && one.channel);
	if (!account) return fail('playlistNotFound', 404, 'The playlist identified with the request\'s playlistId parameter cannot be found.');
	const all = of(world, account).filter((one) => seen(token)(one) && (one.privacy === 'public' || one.channel === token?.account)).sort((a, b) => b.publishedMs - a.publishedMs);
	return page('playlistItem', all, at, (one) => playlistItem(world, one, at.parts, at.base));
}

function search(at) {
	const { world, query } = at;
	if (query.has('eventType') && query.get('type') !== 'video') return fail('invalidSearchFilter', 400, 'eventType needs type=video.');
	const wanted = { live: onAir, upcoming: (one) => one.live && !one.startedMs, completed: (one) => one.live && Boolean(one.endedMs) }[query.get('eventType')] ?? (() => true);
	const text = (query.get('q') ?? '').toLowerCase();
	const all = Object.values(world.videos).filter((one) => seen(null)(one) && one.privacy === 'public' && wanted(one) && (!query.has('channelId') || one.channel === query.get('channelId')) && one.title.toLowerCase().includes(text))
		.sort((a, b) => b.publishedMs - a.publishedMs);
	return page('search', all, at, (one) => searchResult(world, one, at.base), { regionCode: query.get('regionCode') ?? 'US' });
}

function batchStats(at) {
	const ids = [...new Set((at.query.get('id') ?? '').split(','))];
	if (ids.length > 50) return fail('invalidFilters', 400, 'At most 50 ids can be asked for.');
	const items = ids.map((id) => own(at.world.videos, id)).filter(seen(at.token)).map((one) => stats(one, at.parts));
	return json({ kind: 'youtube#batchGetStatsResponse', etag: '', items });
}
