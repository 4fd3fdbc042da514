// Control calls about everything else: the app's addresses, faults, webhook disorder, single
// deliveries, the delivery log, waiting for deliveries, the clock, starting over.
import { bad } from '../core/errors.mjs';
import { addFault, wait } from '../core/faults.mjs';
import { json, jsonBody, onlyKeys } from '../core/http.mjs';
import { stringify } from '../core/json.mjs';
import { isLoopback } from '../shopify/oauth.mjs';
import { orderOf } from '../shopify/orders.mjs';
import { orderPayload } from '../shopify/payloads.mjs';
import { shopOf } from '../shopify/shops.mjs';
import { API_VERSION } from '../shopify/webhooks.mjs';

const FLUSH_MS = 30000;

const view = (delivery, bodies) => ({ id: delivery.n, shop: delivery.shop, topic: delivery.topic, url: delivery.url, webhookId: delivery.webhookId, eventId: delivery.eventId, state: delivery.state,
	badSignature: delivery.badSignature, attempts: delivery.attempts, ...(bodies ? { body: delivery.body } : {}) });

function changeApp(store, body) {
	onlyKeys(body, ['complianceUrl', 'webhooks']);
	if (body.complianceUrl != null && !isLoopback(body.complianceUrl)) throw bad('complianceUrl: an address on this machine is needed');
	for (const hook of body.webhooks ?? []) {
		onlyKeys(hook, ['topics', 'uri', 'includeFields', 'filter', 'name'], 'webhooks');
		if (!Array.isArray(hook.topics) || !isLoopback(hook.uri)) throw bad('webhooks: [{topics: ["orders/create"], uri}] is needed');
	}
	Object.assign(store.state.app, body);
	store.touch();
	return store.state.app;
}

const share = (value, field) => {
	if (!(value >= 0 && value <= 1)) throw bad(`${field}: 0 to 1`);
};

function changeWebhooks(store, body) {
	onlyKeys(body, ['duplicate', 'shuffle', 'drop', 'delayMs', 'badSignature', 'seed', 'timeScale', 'tlsVerify']);
	if (body.drop !== undefined) share(body.drop, 'drop');
	if (body.badSignature !== undefined) share(body.badSignature, 'badSignature');
	for (const name of ['duplicate', 'delayMs']) if (body[name] !== undefined && !(Number.isInteger(body[name]) && body[name] >= 0)) throw bad(`${name}: a whole number`);
	if (body.seed !== undefined && !Number.isInteger(body.seed)) throw bad('seed: a whole number');
	if (body.timeScale !== undefined && !(body.timeScale > 0)) throw bad('timeScale: above 0');
	Object.assign(store.state.webhooks, body);
	store.touch();
	return store.state.webhooks;
}

// One signed delivery of anything to anywhere on this machine, outside subscriptions and disorder.
async function deliver({ hub, store }, body) {
	onlyKeys(body, ['shop', 'topic', 'body', 'orderId', 'copies', 'webhookId', 'eventId', 'badSignature', 'target', 'retry', 'triggeredAtMs']);
	const shop = shopOf(store, body.shop);
	if (typeof body.topic !== 'string') throw bad('topic: such as orders/create is needed');
	const text = body.orderId !== undefined ? stringify(orderPayload(hub, shop, orderOf(shop, body.orderId))) : typeof body.body === 'string' ? body.body : stringify(body.body ?? {});
	const wanted = body.topic.toUpperCase().replace('/', '_');
	const known = Object.values(shop.subscriptions).find((sub) => sub.topic === wanted)?.uri ?? store.state.app.webhooks.find((hook) => hook.topics.includes(body.topic))?.uri ?? store.state.app.complianceUrl;
	const target = body.target ?? known;
	if (!target || !isLoopback(target)) throw bad('target: no subscription for this topic, give an address on this machine');
	const copies = body.copies ?? 1;
	if (!Number.isInteger(copies) || copies < 1 || copies > 1000) throw bad('copies: 1 to 1000');
	const event = { ...hub.event(), ...(body.triggeredAtMs ? { at: body.triggeredAtMs } : {}) };
	const made = hub.enqueue({ shop: shop.domain, topic: body.topic, url: target, body: text, direct: true, copies, webhookId: body.webhookId, eventId: body.eventId, badSignature: Boolean(body.badSignature), retry: body.retry ?? false }, event);
	for (let waited = 0; waited < FLUSH_MS && made.some((one) => !one.attempts.length); waited += 5) await wait(5);
	return { statuses: made.map((one) => one.attempts[0]?.status ?? null), deliveries: made.map((one) => view(one)) };
}

async function flush({ courier, hub }, body) {
	const limit = Math.min(onlyKeys(body, ['timeoutMs']).timeoutMs ?? FLUSH_MS, FLUSH_MS);
	const until = Date.now() + limit;
	const pending = () => hub.pending() + courier.waiting;
	while (pending() && Date.now() < until) await wait(20);
	return { pending: pending() };
}

function changeClock(store, body) {
	onlyKeys(body, ['offsetMs', 'setMs', 'advanceMs']);
	const [[name, value] = []] = Object.entries(body);
	if (!Number.isInteger(value)) throw bad('one of offsetMs, setMs, advanceMs is needed');
	store.state.clockOffsetMs = name === 'offsetMs' ? value : name === 'setMs' ? value - Date.now() : store.state.clockOffsetMs + value;
	store.touch();
	return clock(store);
}

const clock = (store) => ({ nowMs: store.now(), now: new Date(store.now()).toISOString(), offsetMs: store.state.clockOffsetMs });

export function routes(router, world) {
	const { calls, courier, hub, store } = world;
	router.on('GET', '/control/app', () => json({ ...store.state.app, clientId: world.app.clientId, apiVersion: API_VERSION }));
	router.on('POST', '/control/app', (request) => json(changeApp(store, jsonBody(request))));
	router.on('GET', '/control/faults', () => json({ faults: store.state.faults }));
	router.on('POST', '/control/faults', (request) => json(addFault(store, onlyKeys(jsonBody(request), ['target', 'shop', 'mode', 'status', 'ms', 'count', 'match', 'reason', 'forMs', 'retry_after']))));
	router.on('DELETE', '/control/faults', () => { store.state.faults = []; store.touch(); return json({ faults: [] }); });
	router.on('GET', '/control/webhooks', () => json(store.state.webhooks));
	router.on('POST', '/control/webhooks', (request) => json(changeWebhooks(store, jsonBody(request))));
	router.on('POST', '/control/deliver', async (request) => json(await deliver(world, jsonBody(request))));
	router.on('GET', '/control/deliveries', (request) => {
		const { query } = request;
		const rows = store.state.deliveries.filter((one) => ['shop', 'topic', 'state'].every((name) => !query.get(name) || one[name] === query.get(name)));
		return json({ count: rows.length, deliveries: rows.slice(-Number(query.get('limit') ?? 1000)).map((one) => view(one, query.get('bodies') === '1')) });
	});
	router.on('POST', '/control/flush', async (request) => json(await flush(world, jsonBody(request))));
	router.on('GET', '/control/clock', () => json(clock(store)));
	router.on('POST', '/control/clock', (request) => json(changeClock(store, jsonBody(request))));
	router.on('POST', '/control/reset', () => { hub.cancel(); courier.cancel(); calls.clear(); store.reset(); return json({ reset: true }); });
}
