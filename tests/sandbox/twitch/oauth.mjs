// Twitch's sign-in: consent without PKCE, tokens that validate, app tokens, refresh tokens that may or may not change, revoking.
import { bad } from '../core/errors.mjs';
import { own } from '../core/account.mjs';
import { json, redirect } from '../core/http.mjs';
import { back, consentPage, decision } from '../core/consent.mjs';
import { token } from '../core/store.mjs';
import { isLoopback } from '../shopify/oauth.mjs';

const CODE_MS = 10 * 60 * 1000;
const APP_S = 5011271;
const KNOWN = ['user:write:chat', 'user:read:chat', 'moderator:manage:chat_messages', 'moderator:manage:announcements', 'user:read:email', 'channel:read:stream_key', 'user:read:broadcast', 'channel:manage:broadcast', 'openid'];

function asked(app, query) {
	if (query.get('client_id') !== app.clientId) throw bad('invalid client');
	if (!isLoopback(query.get('redirect_uri') ?? '')) throw bad('redirect_mismatch');
	if (query.get('response_type') !== 'code') throw bad('response_type must be code');
	const scopes = (query.get('scope') ?? '').split(' ').filter(Boolean);
	if (!scopes.every((scope) => KNOWN.includes(scope))) throw bad('invalid scope requested');
	return { redirectUri: query.get('redirect_uri'), scopes, state: query.get('state') ?? undefined };
}

function grant(store, ask, account, scopes) {
	const code = token(15);
	store.state.twitch.codes[code] = { account: account.id, scopes, redirectUri: ask.redirectUri, atMs: store.now() };
	store.touch();
	return redirect(back(ask.redirectUri, { code, scope: scopes.join(' '), state: ask.state }));
}

export function authorize(app, store, request) {
	const world = store.state.twitch;
	const ask = asked(app, request.query);
	const accounts = Object.values(world.accounts);
	const auto = accounts.find((one) => one.id === world.settings.autoApprove || one.handle === world.settings.autoApprove);
	if (request.method === 'GET') return auto ? grant(store, ask, auto, ask.scopes) : consentPage({ who: 'Twitch', accounts, scopes: ask.scopes, action: request.url, hint: request.query.get('login_hint') });
	const said = decision(request, accounts, ask.scopes);
	return said ? grant(store, ask, said.account, said.scopes) : redirect(back(ask.redirectUri, { error: 'access_denied', error_description: 'The user denied you access', state: ask.state }));
}

const NAMES = { 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 429: 'Too Many Requests', 500: 'Internal Server Error', 503: 'Service Unavailable' };
export const refuse = (status, message, named = true) => json({ ...(named ? { error: NAMES[status] ?? 'Error' } : {}), status, message }, status);
export const speak = (status, reason) => refuse(status ?? 400, reason ?? `sandbox fault ${status}`);

function issue(store, row, keep) {
	const { access, refresh, settings } = store.state.twitch;
	const names = { access: token(15), refresh: keep ?? token(25) };
	access[names.access] = { account: row.account, scopes: row.scopes, expiresMs: store.now() + settings.tokenTtlS * 1000 };
	refresh[names.refresh] = { account: row.account, scopes: row.scopes, expiresMs: null };
	store.touch();
	return json({ access_token: names.access, expires_in: settings.tokenTtlS, refresh_token: names.refresh, scope: row.scopes, token_type: 'bearer' });
}

export function tokenEndpoint(app, store, request) {
	const { codes, refresh, access, settings } = store.state.twitch;
	const form = new URLSearchParams(request.body || request.query);
	if (form.get('client_id') !== app.clientId) return refuse(400, 'invalid client', false);
	if (form.get('client_secret') !== app.clientSecret) return refuse(403, 'invalid client secret', false);
	const type = form.get('grant_type');
	if (type === 'client_credentials') {
		const name = token(15);
		access[name] = { account: null, scopes: [], expiresMs: store.now() + APP_S * 1000 };
		store.touch();
		return json({ access_token: name, expires_in: APP_S, token_type: 'bearer' });
	}
	if (type === 'authorization_code') {
		const row = own(codes, form.get('code'));
		if (!row || store.now() - row.atMs > CODE_MS || form.get('redirect_uri') !== row.redirectUri) return refuse(400, row && form.get('redirect_uri') !== row.redirectUri ? 'Parameter redirect_uri does not match registered URI' : 'Invalid authorization code', false);
		delete codes[form.get('code')];
		return issue(store, row);
	}
	if (type !== 'refresh_token') return refuse(400, 'missing or unknown grant_type', false);
	const name = form.get('refresh_token');
	const row = own(refresh, name);
	if (!row || (row.expiresMs !== null && store.now() >= row.expiresMs)) return refuse(400, 'Invalid refresh token');
	if (settings.rotateRefresh) delete refresh[name];
	return issue(store, row, settings.rotateRefresh ? null : name);
}

export function validate(app, store, request) {
	const { access, accounts } = store.state.twitch;
	const row = own(access, (/^(?:OAuth|Bearer) (.+)$/i.exec(request.headers.authorization ?? '') ?? [])[1]);
	if (!row || store.now() >= row.expiresMs) return refuse(401, 'invalid access token', false);
	const who = row.account ? { login: accounts[row.account].handle, scopes: row.scopes, user_id: row.account } : { scopes: [] };
	return json({ client_id: app.clientId, ...who, expires_in: Math.floor((row.expiresMs - store.now()) / 1000) });
}

export function revokeEndpoint(app, store, request) {
	const world = store.state.twitch;
	const form = new URLSearchParams(request.body || request.query);
	if (form.get('client_id') !== app.clientId) return refuse(404, 'client does not exist', false);
	const row = own(world.access, form.get('token')) ?? own(world.refresh, form.get('token'));
	if (!row) return refuse(400, 'Invalid token', false);
	for (const table of [world.access, world.refresh]) for (const [key, other] of Object.entries(table)) if (key === form.get('token') || (row.account && other.account === row.account)) delete table[key];
	store.touch();
	return { status: 200, headers: {}, body: '' };
}

// The row of a call's valid token, or null.
export function bearer(store, request) {
	const row = own(store.state.twitch.access, (/^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [])[1]);
	return row && store.now() < row.expiresMs ? row : null;
}
