// Google's sign-in as YouTube uses it: consent with tick boxes, codes bound to a PKCE challenge, access tokens of an hour and
// a refresh token that stays; taking the grant back kills all of them.
import { createHash } from 'node:crypto';
import { bad } from '../core/errors.mjs';
import { own } from '../core/account.mjs';
import { json, redirect } from '../core/http.mjs';
import { back, consentPage, decision } from '../core/consent.mjs';
import { token } from '../core/store.mjs';
import { isLoopback } from '../shopify/oauth.mjs';
import { revoke } from './world.mjs';

const CODE_MS = 10 * 60 * 1000;
const KNOWN = ['https://www.googleapis.com/auth/youtube.readonly', 'https://www.googleapis.com/auth/youtube', 'https://www.googleapis.com/auth/youtube.force-ssl', 'openid', 'email', 'profile'];
export const READ = KNOWN.slice(0, 3);

export const pkce = (verifier, method) => (method === 'S256' ? createHash('sha256').update(verifier).digest('base64url') : verifier);

function asked(app, query) {
	const value = (name) => query.get(name) ?? '';
	if (value('client_id') !== app.clientId) throw bad('Error 401: invalid_client: The OAuth client was not found.');
	if (!isLoopback(value('redirect_uri'))) throw bad('Error 400: redirect_uri_mismatch');
	if (value('response_type') !== 'code') throw bad('Error 400: invalid_request: response_type must be code');
	const scopes = value('scope').split(' ').filter(Boolean);
	if (!scopes.length || !scopes.every((scope) => KNOWN.includes(scope))) throw bad('Error 400: invalid_scope');
	const method = query.get('code_challenge_method') ?? 'plain';
	if (query.has('code_challenge') && !['S256', 'plain'].includes(method)) throw bad('Error 400: invalid_request: code_challenge_method');
	return { redirectUri: value('redirect_uri'), state: query.get('state') ?? undefined, scopes, offline: value('access_type') === 'offline', prompted: value('prompt').split(' ').includes('consent'),
		challenge: query.get('code_challenge'), method };
}

function grant(store, ask, account, scopes) {
	const world = store.state.youtube;
	const code = `4/0${token(24)}`;
	world.codes[code] = { account: account.id, scopes, redirectUri: ask.redirectUri, challenge: ask.challenge, method: ask.method, refresh: ask.offline && (ask.prompted || !world.granted[account.id]), atMs: store.now() };
	world.granted[account.id] = scopes;
	store.touch();
	return redirect(back(ask.redirectUri, { state: ask.state, code, scope: scopes.join(' ') }));
}

export function authorize(app, store, request) {
	const world = store.state.youtube;
	const ask = asked(app, request.query);
	const accounts = Object.values(world.accounts);
	const auto = accounts.find((one) => one.id === world.settings.autoApprove || one.handle === world.settings.autoApprove);
	if (request.method === 'GET') return auto ? grant(store, ask, auto, ask.scopes) : consentPage({ who: 'Google', accounts, scopes: ask.scopes, action: request.url, hint: request.query.get('login_hint') });
	const said = decision(request, accounts, ask.scopes);
	return said ? grant(store, ask, said.account, said.scopes) : redirect(back(ask.redirectUri, { error: 'access_denied', state: ask.state }));
}

const WORDS = { invalid_client: [401, 'The OAuth client was not found.'], invalid_grant: [400, 'Token has been expired or revoked.'], unauthorized_client: [401, 'Unauthorized'], redirect_uri_mismatch: [400, 'Bad Request'] };
export const refuse = (error, description = WORDS[error]?.[1] ?? 'Bad Request', status = WORDS[error]?.[0] ?? 400) => json({ error, error_description: description }, status);

export function issue(store, account, scopes, withRefresh) {
	const world = store.state.youtube;
	const access = `ya29.${token(24)}`;
	world.access[access] = { account, scopes, expiresMs: store.now() + world.settings.tokenTtlS * 1000 };
	const refresh = withRefresh ? `1//0${token(24)}` : undefined;
	if (refresh) world.refresh[refresh] = { account, scopes, expiresMs: null };
	store.touch();
	return { access_token: access, expires_in: world.settings.tokenTtlS, refresh_token: refresh, scope: scopes.join(' '), token_type: 'Bearer' };
}

function exchange(store, form) {
	const { codes } = store.state.youtube;
	const row = own(codes, form.get('code'));
	if (!row || store.now() - row.atMs > CODE_MS) return refuse('invalid_grant', 'Malformed auth code.');
	if (form.get('redirect_uri') !== row.redirectUri) return refuse('redirect_uri_mismatch');
	delete codes[form.get('code')];
	store.touch();
	const verifier = form.get('code_verifier');
	if (row.challenge && !verifier) return refuse('invalid_grant', 'Missing code verifier.');
	if (row.challenge && pkce(verifier, row.method) !== row.challenge) return refuse('invalid_grant', 'Invalid code verifier.');
	return json(issue(store, row.account, row.scopes, row.refresh));
}

export function tokenEndpoint(app, store, request) {
	const form = new URLSearchParams(request.body);
	if (form.get('client_id') !== app.clientId) return refuse('invalid_client');
	if (form.get('client_secret') !== app.clientSecret) return refuse('invalid_client', 'Unauthorized');
	if (form.get('grant_type') === 'authorization_code') return exchange(store, form);
	if (form.get('grant_type') !== 'refresh_token') return refuse('unsupported_grant_type', 'Invalid grant_type');
	const row = own(store.state.youtube.refresh, form.get('refresh_token'));
	if (!row || (row.expiresMs !== null && store.now() >= row.expiresMs)) return refuse('invalid_grant');
	return json(issue(store, row.account, row.scopes, false));
}

export function revokeEndpoint(store, request) {
	const world = store.state.youtube;
	const name = new URLSearchParams(request.body).get('token') ?? request.query.get('token');
	const row = own(world.access, name) ?? own(world.refresh, name);
	if (!row) return refuse('invalid_token', 'Token expired or revoked');
	revoke(store, { id: row.account });
	store.touch();
	return json({});
}

// Whose valid token a call carries: the row, or null.
export function bearer(store, request) {
	const row = own(store.state.youtube.access, (/^Bearer (.+)$/i.exec(request.headers.authorization ?? '') ?? [])[1] ?? request.query.get('access_token'));
	return row && store.now() < row.expiresMs ? row : null;
}
