// Our signatures against vectors made by Shopify's own library.
import test from 'node:test';
import assert from 'node:assert/strict';
import { checkQuery, checkWebhook, isShopDomain, queryMessage, signBody, signQuery } from '../core/sign.mjs';
import { parse, stringify, answer } from '../core/json.mjs';
import { fixture } from '../rig.mjs';

const vectors = JSON.parse(fixture('hmac-vectors.json'));

test('webhooks: every vector is accepted or refused as Shopify does', () => {
	for (const vector of vectors.webhooks) {
		const bytes = Buffer.from(vector.body_file ? fixture(vector.body_file) : vector.body);
		assert.equal(checkWebhook(vectors.client_secret, vector.headers, bytes), vector.valid, vector.name);
		if (vector.valid) assert.equal(signBody(vectors.client_secret, bytes), vector.headers['x-shopify-hmac-sha256'], vector.name);
	}
});

test('OAuth query: message and signature', () => {
	for (const vector of vectors.oauth_query) {
		const inTime = Math.abs(vector.now - Number(vector.params.timestamp)) <= 90;
		assert.equal(checkQuery(vectors.client_secret, vector.params) && inTime, vector.valid, vector.name);
		if (!vector.valid) continue;
		assert.equal(queryMessage(vector.params), vector.signed_message, vector.name);
		assert.equal(signQuery(vectors.client_secret, vector.params), vector.hmac, vector.name);
	}
});

test('shop names', () => {
	for (const vector of vectors.shop_domain) assert.equal(isShopDomain(vector.input), vector.recommended_strict_accept, JSON.stringify(vector.input));
});

test('JSON: ids beyond 2^53 survive, slashes are escaped', () => {
	const text = '{"id":820982911946154508,"s":"id 820982911946154508","n":1.5}';
	assert.equal(stringify(parse(text)), text);
	assert.equal(answer(parse(text)), text);
	assert.equal(stringify({ url: 'https://a/b?c&d' }), '{"url":"https:\\/\\/a\\/b?c\\u0026d"}');
	assert.deepEqual(JSON.parse(stringify({ url: 'https://a/b?c&d<é🇬🇷"' })), { url: 'https://a/b?c&d<é🇬🇷"' });
});
