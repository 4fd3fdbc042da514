// TikTok's Login Kit: consent, codes with characters that must be decoded exactly once, and refresh tokens that die when they
// are used: whoever loses the answer of a refresh must ask the creator again.
import { bad } from '../core/errors.mjs';
import { own } from '../core/account.mjs';
import { json, redirect } from '../core/http.mjs';
import { back, consentPage, decision } from '../core/consent.mjs';
import { token } from '../core/store.mjs';
import { isLoopback } from '../shopify/oauth.mjs';
import { revoke } from './world.mjs';

const CODE_MS = 10 * 60 * 1000;
const KNOWN = ['user.info.basic', 'user.info.profile', 'user.info.stats', 'video.list'];

export const logId = (store) => `${new Date(store.now()).toISOString().replace(/\D/g, '').slice(0, 14)}${token(8).toUpperCase()}`;

function asked(app, query) {
	const redirectUri = query.get('redirect_uri') ?? '';
	if (query.get('client_key') !== app.clientId) throw bad('Something went wrong: client_key');
	if (!isLoopback(redirectUri) || /[?#]/.test(redirectUri) || redirectUri.length >= 512) throw bad('Something went wrong: redirect_uri');
	if (query.get('response_type') !== 'code') throw bad('Something went wrong: response_type');
	const scopes = (query.get('scope') ?? '').split(',').filter(Boolean);
	if (!scopes.length || !scopes.every((scope) => KNOWN.includes(scope))) throw bad('Something went wrong: scope');
	return { redirectUri, scopes, state: query.get('state') ?? undefined };
}

function grant(store, ask, account, scopes) {
	const code = `${token(24)}*${store.nextId('serial')}!4444.e1`;
	store.state.tiktok.codes[code] = { account: account.id, scopes, redirectUri: ask.redirectUri, atMs: store.now() };
	store.touch();
	return redirect(back(ask.redirectUri, { code, scopes: scopes.join(','), state: ask.state }));
}

export function authorize(app, store, request) {
	const world = store.state.tiktok;
	const ask = asked(app, request.query);
	const accounts = Object.values(world.accounts);
	const auto = accounts.find((one) => one.id === world.settings.autoApprove || one.handle === world.settings.autoApprove);
	if (request.method === 'GET') return auto ? grant(store, ask, auto, ask.scopes) : consentPage({ who: 'TikTok', accounts, scopes: ask.scopes, action: request.url, hint: request.query.get('login_hint') });
	const said = decision(request, accounts, ask.scopes);
	return said ? grant(store, ask, said.account, said.scopes) : redirect(back(ask.redirectUri, { error: 'access_denied', error_description: 'User denied the authorization', state: ask.state }));
}

const WORDS = { invalid_grant: 'Refresh token is invalid or expired.', invalid_client: 'Client key or secret is incorrect.', invalid_request: 'The request parameters are malformed.', unsupported_grant_type: 'Unsupported grant type.' };
// TikTok has been seen to answer its OAuth errors with 200: settings.oauthErrorStatus.
export const refuse = (store, error, description = WORDS[error] ?? 'The request was refused.', status = store.state.tiktok.settings.oauthErrorStatus) => json({ error, error_description: description, log_id: logId(store) }, status);

function issue(store, row) {
	const { access, refresh, settings } = store.state.tiktok;
	const pair = { access: `act.${token(24)}`, refresh: `rft.${token(24)}` };
	access[pair.access] = { account: row.account, scopes: row.scopes, expiresMs: store.now() + settings.tokenTtlS * 1000 };
	refresh[pair.refresh] = { account: row.account, scopes: row.scopes, expiresMs: store.now() + settings.refreshTtlS * 1000 };
	store.touch();
	return json({ access_token: pair.access, expires_in: settings.tokenTtlS, open_id: row.account, refresh_expires_in: settings.refreshTtlS, refresh_token: pair.refresh, scope: row.scopes.join(','), token_type: 'Bearer' });
}

export function tokenEndpoint(app, store, request) {
	const { codes, refresh } = store.state.tiktok;
	if (request.type !== 'application/x-www-form-urlencoded') return refuse(store, 'invalid_request', 'Only application/x-www-form-urlencoded is supported as Content-Type.');
	const form = new URLSearchParams(request.body);
	if (form.get('client_key') !== app.clientId || form.get('client_secret') !== app.clientSecret) return refuse(store, 'invalid_client');
	const type = form.get('grant_type');
	if (type === 'authorization_code') {
		const row = own(codes, form.get('code'));
		if (!row || store.now() - row.atMs > CODE_MS) return refuse(store, 'invalid_grant', 'Authorization code is expired.');
		if (form.get('redirect_uri') !== row.redirectUri) return refuse(store, 'invalid_request', 'Redirect_uri is not matched with the uri when requesting code.');
		delete codes[form.get('code')];
		return issue(store, row);
	}
	if (type !== 'refresh_token') return refuse(store, 'unsupported_grant_type');
	const row = own(refresh, form.get('refresh_token'));
	if (!row || store.now() >= row.expiresMs) return refuse(store, 'invalid_grant');
	delete refresh[form.get('refresh_token')];
	return issue(store, row);
}

export function revokeEndpoint(app, store, request) {
	const world = store.state.tiktok;
	const form = new URLSearchParams(request.body);
	if (form.get('client_key') !== app.clientId || form.get('client_secret') !== app.clientSecret) return refuse(store, 'invalid_client');
	const row = own(world.access, form.get('token'));
	if (!row) return refuse(store, 'invalid_request', 'The access token is invalid.');
	revoke(store, { id: row.account });
	store.touch();
	return json({});
}
