// Installing the app: the consent page, the redirect with its signed query, the token endpoint with
// one-time codes, expiring tokens and Shopify's rotation rules, and uninstalling.
import { bad, missing } from '../core/errors.mjs';
import { fields, html, json, redirect } from '../core/http.mjs';
import { signQuery } from '../core/sign.mjs';
import { token } from '../core/store.mjs';
import { underFault } from '../core/faults.mjs';
import { DEFAULT_SCOPES, shopOf } from './shops.mjs';
import { shopPayload } from './payloads.mjs';
import { consentPage } from './pages.mjs';

const CODE_MS = 10 * 60 * 1000;
const REFRESH_MS = 90 * 24 * 3600 * 1000;
const RETRY_MS = 30 * 24 * 3600 * 1000;
const LOOPBACK = /^(127(\.\d{1,3}){3}|localhost|[\w-]+\.localhost|\[::1\])$/;

export function isLoopback(text) {
	try {
		const url = new URL(text);
		return (url.protocol === 'http:' || url.protocol === 'https:') && LOOPBACK.test(url.hostname);
	} catch {
		return false;
	}
}

export const signed = (app, params) => new URLSearchParams({ ...params, hmac: signQuery(app.clientSecret, params) }).toString();
export const hostParam = (shop) => Buffer.from(`admin.shopify.com/store/${shop.domain.split('.')[0]}`).toString('base64').replace(/=+$/, '');

// The query of an authorize request, checked; an unknown shop, app or address is refused before anything is shown.
function asked(app, shop, query) {
	if (query.get('client_id') !== app.clientId) throw bad('Oauth error invalid_request: could not find the app with this client_id');
	const redirectUri = query.get('redirect_uri') || '';
	if (!isLoopback(redirectUri)) throw bad('Oauth error invalid_request: redirect_uri must be http(s) on this machine (127.0.0.1, localhost)');
	const scopes = query.get('scope') ? query.get('scope').split(/[ ,]+/).filter(Boolean) : DEFAULT_SCOPES;
	if (!scopes.every((scope) => /^(unauthenticated_)?(read|write)_[a-z_]+$/.test(scope))) throw bad('Oauth error invalid_scope');
	if (query.getAll('grant_options[]').includes('per-user')) throw bad('Oauth error invalid_request: online tokens are not offered here');
	return { redirectUri, state: query.get('state') || '', scopes: shop.scopes ? scopes.filter((scope) => shop.scopes.includes(scope)) : scopes };
}

function approve(app, store, shop, { redirectUri, state, scopes }) {
	const code = token();
	store.state.codes[code] = { shop: shop.domain, scopes, atMs: store.now() };
	store.touch();
	const params = { code, host: hostParam(shop), shop: shop.domain, state, timestamp: String(Math.floor(store.now() / 1000)) };
	return redirect(`${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${signed(app, params)}`);
}

export function authorize(app, store, request, params) {
	const shop = shopOf(store, params.shop);
	const ask = asked(app, shop, request.query);
	if (shop.autoApprove) return approve(app, store, shop, ask);
	return html(consentPage(shop, ask.scopes, request.url));
}

export function authorizeSubmit(app, store, request, params) {
	const shop = shopOf(store, params.shop);
	return approve(app, store, shop, asked(app, shop, request.query));
}

const refuse = (error, description, status = 400) => json({ error, error_description: description }, status);

export function tokenEndpoint(app, store, request, params) {
	return underFault(store, 'token', params.shop, request.body, () => {
		const shop = shopOf(store, params.shop);
		const given = fields(request);
		if (given.client_id !== app.clientId || given.client_secret !== app.clientSecret) return refuse('invalid_client', 'The client id or client secret is wrong');
		if (given.grant_type === 'refresh_token') return refreshToken(store, shop, String(given.refresh_token ?? ''));
		if (given.grant_type && given.grant_type !== 'authorization_code') return refuse('unsupported_grant_type', `The sandbox does not offer the grant ${given.grant_type}`);
		return exchangeCode(store, shop, String(given.code ?? ''), String(given.expiring ?? '0') === '1');
	});
}

function exchangeCode(store, shop, code, expiring) {
	const row = store.state.codes[code];
	delete store.state.codes[code];
	store.touch();
	if (!row || row.shop !== shop.domain || store.now() - row.atMs > CODE_MS) return refuse('invalid_request', 'The authorization code was not found or was already used');
	// A new grant retires what came before: refresh tokens die at once, expiring access tokens live out their hour.
	for (const [name, old] of Object.entries(store.state.refresh)) if (old.shop === shop.domain) delete store.state.refresh[name];
	shop.installed = { atMs: store.now(), scopes: row.scopes };
	if (expiring) return json(issue(store, shop, row.scopes, null));
	const access = `shpat_${token()}`;
	store.state.access[access] = { shop: shop.domain, scopes: row.scopes, expiresMs: null, refresh: null };
	return json({ access_token: access, scope: scopeText(row.scopes) });
}

const scopeText = (scopes) => [...scopes].sort().join(',');

// A new pair. `before` is the refresh token it replaces, which stays usable until the new pair is first used.
function issue(store, shop, scopes, before) {
	const now = store.now();
	const [access, refresh] = [`shpat_${token()}`, `shprt_${token()}`];
	store.state.access[access] = { shop: shop.domain, scopes, expiresMs: now + shop.tokenTtlS * 1000, refresh };
	store.state.refresh[refresh] = { shop: shop.domain, scopes, expiresMs: now + REFRESH_MS, firstUsedMs: null, before, after: null };
	store.touch();
	return { access_token: access, scope: scopeText(scopes), expires_in: shop.tokenTtlS, refresh_token: refresh, refresh_token_expires_in: REFRESH_MS / 1000 };
}

function refreshToken(store, shop, name) {
	const row = store.state.refresh[name];
	const now = store.now();
	const dead = !row || row.shop !== shop.domain || now >= row.expiresMs || (row.firstUsedMs !== null && now >= row.firstUsedMs + RETRY_MS);
	if (dead) return refuse('invalid_grant', 'Token has been expired or revoked.');
	retire(store, name);
	// Asked again because the answer was lost: the pair nobody used gives way to a new one.
	if (row.after) delete store.state.refresh[row.after];
	row.firstUsedMs ??= now;
	const pair = issue(store, shop, row.scopes, name);
	row.after = pair.refresh_token;
	return json(pair);
}

// The first use of a pair, by its access or its refresh token, ends the refresh token it replaced.
function retire(store, name) {
	const row = store.state.refresh[name];
	if (!row?.before) return;
	delete store.state.refresh[row.before];
	row.before = null;
	store.touch();
}

// The shop's grant behind an access token; null when it is unknown, expired or revoked.
export function grantOf(store, shop, access) {
	const row = store.state.access[access];
	if (!row || row.shop !== shop.domain) return null;
	if (row.expiresMs !== null && store.now() >= row.expiresMs) {
		delete store.state.access[access];
		return null;
	}
	if (row.refresh) retire(store, row.refresh);
	return row;
}

// Tokens and subscriptions end, then app/uninstalled is sent to where it was subscribed.
export function uninstall(hub, shop) {
	const { store } = hub;
	if (!shop.installed) throw missing(`the app is not installed in ${shop.domain}`);
	hub.emit(shop, 'app/uninstalled', shopPayload(hub, shop));
	for (const table of ['codes', 'access', 'refresh']) {
		for (const [key, row] of Object.entries(store.state[table])) if (row.shop === shop.domain) delete store.state[table][key];
	}
	shop.subscriptions = {};
	shop.installed = null;
	store.touch();
}
