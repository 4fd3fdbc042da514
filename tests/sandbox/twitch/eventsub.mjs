// EventSub by webhook: a subscription counts once its address sent the challenge back; messages are signed over id, time and
// body; an address that keeps failing loses its subscription.
import { randomUUID } from 'node:crypto';
import { bad } from '../core/errors.mjs';
import { json, jsonBody } from '../core/http.mjs';
import { iso } from '../core/account.mjs';
import { eventSub as sign } from '../core/pushes.mjs';
import { token } from '../core/store.mjs';
import { isLoopback } from '../shopify/oauth.mjs';
import { refuse } from './oauth.mjs';
import { authorised } from './world.mjs';

const TYPES = ['stream.online', 'stream.offline', 'channel.update', 'user.authorization.revoke'];

const view = (sub) => ({ id: sub.id, status: sub.status, type: sub.type, version: '1', condition: { broadcaster_user_id: sub.user }, created_at: sub.createdAt, transport: { method: 'webhook', callback: sub.callback }, cost: sub.cost });
const rows = (store) => Object.values(store.state.twitch.subscriptions);
const live = (sub) => sub.status === 'enabled' || sub.status === 'webhook_callback_verification_pending';
const totals = (store) => ({ total: rows(store).length, total_cost: rows(store).filter(live).reduce((sum, sub) => sum + sub.cost, 0), max_total_cost: store.state.twitch.settings.maxTotalCost });

export async function create({ store, courier, request, row }) {
	if (row.account) return refuse(400, 'invalid transport and auth combination');
	let ask;
	try { ask = jsonBody(request); } catch { return refuse(400, 'invalid JSON body'); }
	const { type, version, condition, transport } = ask;
	const world = store.state.twitch;
	if (!TYPES.includes(type) || version !== '1') return refuse(400, 'invalid subscription type and version');
	if (!/^\d+$/.test(condition?.broadcaster_user_id ?? '')) return refuse(400, 'missing or invalid condition');
	if (!world.accounts[condition.broadcaster_user_id]) return refuse(400, 'the user in the condition does not exist');
	if (transport?.method !== 'webhook' || !isLoopback(transport.callback)) return refuse(400, 'callback: the sandbox calls addresses on this machine only');
	if (!/^[\x20-\x7e]{10,100}$/.test(transport.secret ?? '')) return refuse(400, 'secret: 10 to 100 ASCII characters');
	const same = rows(store).filter((sub) => live(sub) && sub.type === type && sub.user === condition.broadcaster_user_id);
	if (same.some((sub) => sub.callback === transport.callback)) return refuse409();
	if (same.length >= 3) return refuse(429, 'subscription limit exceeded for this type and condition');
	const cost = authorised(world, condition.broadcaster_user_id) ? 0 : 1;
	if (totals(store).total_cost + cost > world.settings.maxTotalCost) return refuse(429, 'subscription cost exceeded');
	const sub = { id: randomUUID(), status: 'webhook_callback_verification_pending', type, user: condition.broadcaster_user_id, callback: transport.callback, secret: transport.secret, cost, createdAt: `${new Date(store.now()).toISOString()}`, failures: 0 };
	world.subscriptions[sub.id] = sub;
	store.touch();
	setImmediate(() => challenge({ store, courier }, sub));
	return json({ data: [view(sub)], ...totals(store) }, 202);
}
const refuse409 = () => json({ error: 'Conflict', status: 409, message: 'subscription already exists' }, 409);

export function list({ store, query }) {
	const given = ['status', 'type', 'user_id', 'subscription_id'].filter((name) => query.has(name));
	if (given.length > 1) return refuse(400, 'only one filter may be given');
	const field = { status: 'status', type: 'type', user_id: 'user', subscription_id: 'id' };
	const found = rows(store).filter((sub) => given.every((name) => sub[field[name]] === query.get(name)));
	const at = query.get('after') ? Number(Buffer.from(query.get('after'), 'base64url').toString()) : 0;
	const shown = found.slice(at, at + 100);
	const { total, ...costs } = totals(store);
	return json({ total: given.length ? found.length : total, data: shown.map(view), ...costs, pagination: at + 100 < found.length ? { cursor: Buffer.from(String(at + 100)).toString('base64url') } : {} });
}

export function remove({ store, query }) {
	const { subscriptions } = store.state.twitch;
	if (!Object.hasOwn(subscriptions, query.get('id') ?? '')) return refuse(404, 'subscription not found');
	delete subscriptions[query.get('id')];
	store.touch();
	return { status: 204, headers: {}, body: '' };
}

// Signed headers of one message. A retry has the same id; its time is of when it was first sent.
function headersOf(store, sub, kind, how) {
	const id = how.messageId ?? randomUUID();
	const time = new Date(how.atMs ?? store.now()).toISOString().replace('Z', '123456Z');
	return (body, forged, retry) => ({ 'Content-Type': 'application/json', 'User-Agent': 'Go-http-client/1.1', 'Twitch-Eventsub-Message-Id': id, 'Twitch-Eventsub-Message-Retry': String(retry ?? 0), 'Twitch-Eventsub-Message-Type': kind,
		'Twitch-Eventsub-Message-Timestamp': time, 'Twitch-Eventsub-Message-Signature': sign(forged ? `${sub.secret}-wrong` : sub.secret, id, time, body), 'Twitch-Eventsub-Subscription-Type': sub.type, 'Twitch-Eventsub-Subscription-Version': '1' });
}

function post({ store, courier }, sub, kind, what, content, how, more = {}) {
	return courier.send({ platform: 'twitch', kind: what, account: sub.user, url: how.target ?? sub.callback, body: how.body ?? JSON.stringify(content), copies: how.copies, delayMs: how.delayMs, forged: how.forged, headers: headersOf(store, sub, kind, how), ...more });
}

function challenge({ store, courier }, sub, how = {}) {
	const words = token(20);
	return post({ store, courier }, sub, 'webhook_callback_verification', 'challenge', { challenge: words, subscription: view(sub) }, { copies: 1, delayMs: 0, forged: false, ...how },
		{ retry: false, done: (push, answer) => { if (sub.status === 'webhook_callback_verification_pending') sub.status = answer.status === 200 && answer.text === words ? 'enabled' : 'webhook_callback_verification_failed'; store.touch(); } });
}

const who = (account) => ({ broadcaster_user_id: account.id, broadcaster_user_login: account.handle, broadcaster_user_name: account.name });
const online = (account, stream) => ({ id: stream.id, ...who(account), type: stream.type ?? 'live', started_at: iso(stream.startedMs) });

// Tells everyone subscribed that a stream began or ended. What ended is not said, nor when.
export function tell(world, account, type, stream, how = {}) {
	const { store } = world;
	const event = type === 'stream.online' ? online(account, stream) : who(account);
	return rows(store).filter((sub) => sub.status === 'enabled' && sub.type === type && sub.user === account.id).flatMap((sub) =>
		post(world, sub, 'notification', type.slice(7), { subscription: view(sub), event }, how, { done: (push) => failed(world, sub, push) }));
}

// An address that fails too often in a row is dropped, and not told.
function failed({ store }, sub, push) {
	sub.failures = push.state === 'done' ? 0 : sub.failures + 1;
	if (sub.failures >= store.state.twitch.settings.failuresMax) sub.status = 'notification_failures_exceeded';
	store.touch();
}

export function revokeAll(world, account, status = 'authorization_revoked', how = {}) {
	return rows(world.store).filter((sub) => sub.user === account.id && sub.status === 'enabled').flatMap((sub) => {
		sub.status = status;
		return post(world, sub, 'revocation', 'revocation', { subscription: view(sub) }, how);
	});
}

export function emit(world, account, ask) {
	const stream = { id: ask.id ?? world.store.nextId('stream'), startedMs: ask.startedMs ?? world.store.now(), type: ask.type };
	if (ask.kind === 'online' || ask.kind === 'offline') return tell(world, account, `stream.${ask.kind}`, stream, ask);
	if (ask.kind === 'revocation') return revokeAll(world, account, ask.status, ask);
	if (ask.kind === 'challenge') return rows(world.store).filter((sub) => sub.user === account.id).flatMap((sub) => challenge(world, sub, ask));
	throw bad('kind: online, offline, revocation or challenge');
}
