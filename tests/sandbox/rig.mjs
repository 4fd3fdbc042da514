// What the tests share: a sandbox started in this process, a shop installed in it, and a small receiver
// that keeps every webhook it is sent with its raw bytes.
import http from 'node:http';
import { readFileSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { join } from 'node:path';
import { start } from './server.mjs';

const here = fileURLToPath(new URL('.', import.meta.url));
export const fixture = (name) => readFileSync(join(here, 'fixtures', name), 'utf8');
export const SECRET = 'test-secret';
export const SHOP = 'demo-shop.myshopify.com';
export const SCHEMA = process.env.UNIFYED_SCHEMA_DIR || join(here, '../../build/schema');
export const SCOPES = 'read_products,read_inventory,read_locations,read_orders,write_discounts';
export const temp = () => mkdtempSync(join(tmpdir(), 'sandbox-test-'));

export const sandbox = (data) => start({ port: 0, data, schema: SCHEMA, clientId: 'cid', clientSecret: SECRET });

export class Client {
	constructor(base, shop = SHOP) {
		Object.assign(this, { base, shop, token: null });
	}

	async call(method, path, body, headers = {}) {
		const response = await fetch(this.base + path, { method, redirect: 'manual', headers: { ...(body && !headers['content-type'] ? { 'content-type': 'application/json' } : {}), ...headers },
			body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body) });
		const text = await response.text();
		let value = null;
		try { value = JSON.parse(text); } catch { /* not JSON */ }
		return { status: response.status, headers: response.headers, text, json: value };
	}

	async control(path, body, method = 'POST') {
		const answer = await this.call(method, `/control${path}`, method === 'GET' ? undefined : body ?? {});
		if (answer.status !== 200) throw new Error(`${path}: ${answer.status} ${answer.text}`);
		return answer.json;
	}

	get(path) {
		return this.control(path, undefined, 'GET');
	}

	async code(scope = SCOPES) {
		const query = new URLSearchParams({ client_id: 'cid', scope, redirect_uri: 'http://127.0.0.1:9/back', state: 'abc123' });
		const answer = await this.call('POST', `/s/${this.shop}/admin/oauth/authorize?${query}`, '');
		return new URL(answer.headers.get('location'));
	}

	tokens(fields) {
		return this.call('POST', `/s/${this.shop}/admin/oauth/access_token`, { client_id: 'cid', client_secret: SECRET, ...fields });
	}

	async install(scope) {
		const back = await this.code(scope);
		const { json } = await this.tokens({ code: back.searchParams.get('code'), expiring: '1' });
		this.token = json.access_token;
		return json;
	}

	async graphql(query, variables, token = this.token) {
		return this.call('POST', `/s/${this.shop}/admin/api/2026-10/graphql.json`, { query, variables }, { 'x-shopify-access-token': token, 'content-type': 'application/json' });
	}

	async data(query, variables) {
		const { json, text } = await this.graphql(query, variables);
		if (!json?.data || json.errors) throw new Error(text);
		return json.data;
	}
}

export async function receiver() {
	const seen = [];
	const state = { status: 200 };
	const server = http.createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const bytes = Buffer.concat(chunks);
		seen.push({ topic: request.headers['x-shopify-topic'], headers: request.headers, bytes, body: JSON.parse(bytes.toString()), text: bytes.toString() });
		response.writeHead(typeof state.status === 'function' ? state.status() : state.status).end();
	});
	await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
	return { seen, state, url: `http://127.0.0.1:${server.address().port}/hooks`, topics: () => seen.map((one) => one.topic).sort(), close: () => { server.close(); server.closeAllConnections?.(); } };
}

export async function subscribe(client, url, topics, more = {}) {
	for (const topic of topics) {
		const { webhookSubscriptionCreate: made } = await client.data(fixture('graphql/admin/webhook_create.graphql'), { topic, sub: { uri: url, ...more } });
		if (made.userErrors.length) throw new Error(JSON.stringify(made.userErrors));
	}
}

export const seed = (extra = {}) => ({ shop: SHOP, name: 'Demo', currency: 'EUR', products: [
	{ title: 'Linen Tote', image: 'https://cdn.example/tote.jpg', variants: [{ title: 'Sand', sku: 'LT-SAND', price: '40.00', stock: 5 }, { title: 'Ink', price: '42.00', stock: 0, policy: 'CONTINUE' }] },
	{ title: 'Mug', variants: [{ price: '12.50', stock: 1 }] },
	{ title: 'Gift card', variants: [{ title: '50', price: '50', tracked: false }] },
], ...extra });

// A running sandbox with one installed shop; `t.after` closes it.
export async function ready(t, extra) {
	const world = await sandbox();
	t.after(() => world.stop());
	const client = new Client(world.base);
	const catalog = await client.control('/shops', seed(extra));
	await client.install();
	const variant = (product, index = 0) => catalog.products.find((one) => one.title === product).variants[index];
	return { world, client, catalog, variant };
}

export const gid = (type, n) => `gid://shopify/${type}/${n}`;

export async function createDiscount(client, input) {
	const { discountCodeBasicCreate: made } = await client.data(fixture('graphql/admin/discount_create.graphql'), { d: { title: 'Offer', code: 'SAVE', startsAt: '2020-01-01T00:00:00Z', context: { all: 'ALL' }, ...input } });
	return made;
}

export const percent = (percentage, variants) => ({ customerGets: { value: { percentage }, items: variants ? { products: { productVariantsToAdd: variants.map((v) => gid('ProductVariant', v.id)) } } : { all: true } } });
export const off = (amount, appliesOnEachItem, variants) => ({ customerGets: { ...percent(0.1, variants).customerGets, value: { discountAmount: { amount, appliesOnEachItem } } } });
