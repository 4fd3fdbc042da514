// Installing: the page, the signed redirect, one-time codes, expiry, rotation, uninstalling.
import test from 'node:test';
import assert from 'node:assert/strict';
import { checkQuery } from '../core/sign.mjs';
import { Client, SECRET, SHOP, fixture, ready, receiver, sandbox, seed, subscribe, temp } from '../rig.mjs';

const alive = async (client, token) => (await client.graphql('query A { shop { name } }', {}, token)).status;

test('the consent page and the signed redirect', async (t) => {
	const { client } = await ready(t);
	const query = 'client_id=cid&scope=read_orders&redirect_uri=http%3A%2F%2F127.0.0.1%3A9%2Fback&state=abc';
	const page = await client.call('GET', `/s/${SHOP}/admin/oauth/authorize?${query}`);
	assert.equal(page.status, 200);
	assert.match(page.text, /data-testid="install"/);
	const back = await client.code();
	const params = Object.fromEntries(back.searchParams);
	assert.deepEqual(Object.keys(params).sort(), ['code', 'hmac', 'host', 'shop', 'state', 'timestamp']);
	assert.ok(checkQuery(SECRET, params));
	assert.equal(Buffer.from(params.host, 'base64').toString(), 'admin.shopify.com/store/demo-shop');
	await client.control(`/shops/${SHOP}`, { autoApprove: true }, 'PATCH');
	assert.equal((await client.call('GET', `/s/${SHOP}/admin/oauth/authorize?${query}`)).status, 302);
	for (const wrong of [query.replace('cid', 'other'), query.replace('127.0.0.1', 'evil.example'), query.replace('read_orders', 'DROP')]) {
		assert.equal((await client.call('GET', `/s/${SHOP}/admin/oauth/authorize?${wrong}`)).status, 400);
	}
	assert.equal((await client.call('GET', `/s/none.myshopify.com/admin/oauth/authorize?${query}`)).status, 404);
});

test('a code works once, with the right secret', async (t) => {
	const { client } = await ready(t);
	const code = (await client.code()).searchParams.get('code');
	assert.equal((await client.tokens({ code, client_secret: 'x' })).status, 400);
	const first = await client.tokens({ code, expiring: 1 });
	assert.deepEqual(Object.keys(first.json), Object.keys(JSON.parse(fixture('responses/token_expiring_offline.json'))));
	const second = await client.tokens({ code });
	assert.equal(second.status, 400);
	assert.deepEqual(second.json, JSON.parse(fixture('responses/token_code_reused_400.json')));
	const plain = await client.tokens({ code: (await client.code()).searchParams.get('code') });
	assert.deepEqual(Object.keys(plain.json), ['access_token', 'scope']);
});

test('rotation: the old refresh token works until the new pair is used', async (t) => {
	const { client } = await ready(t);
	const first = await client.install();
	const refresh = (refreshToken) => client.tokens({ grant_type: 'refresh_token', refresh_token: refreshToken });
	const second = (await refresh(first.refresh_token)).json;
	const third = (await refresh(first.refresh_token)).json;
	assert.ok(second.access_token && third.access_token && second.refresh_token !== third.refresh_token);
	assert.equal((await refresh(second.refresh_token)).status, 400, 'the lost pair gives way');
	assert.equal(await alive(client, first.access_token), 200, 'old access tokens live out their hour');
	assert.equal(await alive(client, third.access_token), 200);
	const late = await refresh(first.refresh_token);
	assert.equal(late.status, 400);
	assert.deepEqual(late.json, JSON.parse(fixture('responses/token_refresh_invalid_grant_400.json')));
	assert.equal((await refresh(third.refresh_token)).status, 200);
	const again = await client.install();
	assert.equal((await refresh(third.refresh_token)).status, 400, 'a new grant kills older refresh tokens');
	await client.control('/clock', { advanceMs: 3601 * 1000 });
	assert.equal(await alive(client, again.access_token), 401);
	await client.control('/clock', { advanceMs: 91 * 24 * 3600 * 1000 });
	assert.equal((await refresh(again.refresh_token)).status, 400);
});

test('uninstalling revokes tokens and subscriptions and says so', async (t) => {
	const { client } = await ready(t);
	const hooks = await receiver();
	t.after(hooks.close);
	await subscribe(client, hooks.url, ['APP_UNINSTALLED']);
	await client.control(`/shops/${SHOP}/uninstall`);
	await client.control('/flush');
	assert.deepEqual(hooks.topics(), ['app/uninstalled']);
	for (const key of Object.keys(JSON.parse(fixture('payloads/app_uninstalled.json')))) assert.ok(key in hooks.seen[0].body, key);
	const refused = await client.graphql('query A { shop { name } }');
	assert.equal(refused.status, 401);
	assert.deepEqual(refused.json, JSON.parse(fixture('responses/admin_401_revoked.json')));
	const state = await client.get(`/shops/${SHOP}`);
	assert.equal(state.installed, null);
	assert.deepEqual(state.subscriptions, []);
});

test('a restart finds everything again', async () => {
	const data = `${temp()}/state.json`;
	const first = await sandbox(data);
	const client = new Client(first.base);
	await client.control('/shops', seed());
	await client.install();
	first.stop();
	const second = await sandbox(data);
	const again = new Client(second.base);
	assert.equal(await alive(again, client.token), 200);
	second.stop();
});
