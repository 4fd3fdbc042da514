// Shopify's three signatures and its shop-name rule, written from the published rules and checked
// against vectors made by Shopify's own library (test/signatures.test.mjs).
import { createHmac, timingSafeEqual } from 'node:crypto';

const hmac = (secret, data) => createHmac('sha256', secret).update(data);
const same = (a, b) => Buffer.byteLength(a) === Buffer.byteLength(b) && timingSafeEqual(Buffer.from(a), Buffer.from(b));

// Webhooks: base64 over the raw bytes.
export const signBody = (secret, bytes) => hmac(secret, bytes).digest('base64');

export function checkWebhook(secret, headers, bytes) {
	const needed = ['hmac-sha256', 'topic', 'shop-domain', 'api-version', 'webhook-id'].map((name) => headers[`x-shopify-${name}`]);
	return bytes.length > 0 && needed.every(Boolean) && same(signBody(secret, bytes), needed[0]);
}

// OAuth: lower-case hex over all other parameters, sorted, form-encoded with %20 for a space.
const encode = (s) => encodeURIComponent(s).replace(/[!'()~]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

export function queryMessage(params) {
	const pairs = Object.entries(params).filter(([name]) => name !== 'hmac' && name !== 'signature');
	return pairs.flatMap(([name, value]) =>
		(Array.isArray(value) ? value.map((v) => `${encode(`${name}[]`)}=${encode(v)}`) : [`${encode(name)}=${encode(value)}`]))
		.sort().join('&');
}

export const signQuery = (secret, params) => hmac(secret, queryMessage(params)).digest('hex');
export const checkQuery = (secret, params) => typeof params.hmac === 'string' && same(signQuery(secret, params), params.hmac);

export const isShopDomain = (name) => typeof name === 'string' && name.length <= 255 && /^[a-z0-9][a-z0-9-]*\.myshopify\.com$/.test(name);
