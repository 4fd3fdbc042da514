// The webhook sender: finds who subscribed to a topic, signs the exact bytes, delivers with Shopify's
// deadlines and retries, and can be told to duplicate, shuffle, delay, lose or mis-sign deliveries.
import http from 'node:http';
import https from 'node:https';
import { randomUUID } from 'node:crypto';
import { stringify } from '../core/json.mjs';
import { signBody } from '../core/sign.mjs';
import { takeFault } from '../core/faults.mjs';
import { compile } from '../core/search.mjs';
import { pick } from './payloads.mjs';

export const API_VERSION = '2026-10';
export const COMPLIANCE = ['customers/data_request', 'customers/redact', 'shop/redact'];
const RETRIES = 8;
const RETRY_SPAN_MS = 4 * 3600 * 1000;
const CONNECT_MS = 1000;
const TOTAL_MS = 5000;
const IN_FLIGHT = 48;
const KEEP = 5000;
const KEEP_BODIES = 500;

// The wait before retry k (0..7): doubling, 4 hours in all, then scaled down.
export const retryDelay = (k, timeScale) => (RETRY_SPAN_MS * 2 ** k) / (2 ** RETRIES - 1) / timeScale;

export class Hub {
	constructor(store, secret, base) {
		Object.assign(this, { store, secret, base, queue: [], inFlight: 0, timers: new Set(), closed: false, buckets: {} });
		const options = { keepAlive: true, maxSockets: IN_FLIGHT };
		this.agents = { 'http:': new http.Agent(options), 'https:': new https.Agent(options) };
		for (const delivery of store.state.deliveries) if (delivery.state === 'pending') this.schedule(delivery, Math.max(0, delivery.dueMs - Date.now()));
	}

	// One merchant action: all its deliveries share the event id and time.
	event() {
		return { id: randomUUID(), at: this.store.now() };
	}

	// Sends `payload` to everyone subscribed to `topic` at this shop. A payload is a snapshot: it is written out here.
	emit(shop, topic, payload, event = this.event()) {
		const wanted = topic.toUpperCase().replace('/', '_');
		const shopOwn = Object.values(shop.subscriptions).filter((sub) => sub.topic === wanted);
		const appWide = COMPLIANCE.includes(topic) ? [{ uri: this.store.state.app.complianceUrl }] : this.store.state.app.webhooks.filter((hook) => hook.topics.includes(topic));
		for (const sub of [...shopOwn, ...(shop.installed || COMPLIANCE.includes(topic) ? appWide : [])]) {
			if (!sub.uri || !passes(sub.filter, payload)) continue;
			this.enqueue({ shop: shop.domain, topic, url: sub.uri, body: stringify(pick(payload, sub.includeFields)), name: sub.name ?? null, subscription: sub.n ?? null }, event);
		}
	}

	enqueue(what, event) {
		const { state } = this.store;
		const chaos = state.webhooks;
		const webhookId = what.webhookId ?? randomUUID();
		const lost = !what.direct && this.roll() < chaos.drop;
		const made = [];
		for (let copy = 0; copy <= (what.direct ? what.copies - 1 : chaos.duplicate); copy++) {
			const delivery = { n: this.store.nextId('delivery'), shop: what.shop, topic: what.topic, url: what.url, body: what.body, name: what.name ?? null, subscription: what.subscription ?? null,
				webhookId, eventId: what.eventId ?? event.id, triggeredMs: event.at, badSignature: what.badSignature ?? (this.roll() < chaos.badSignature), retry: what.retry !== false,
				state: lost ? 'dropped' : 'pending', attempts: [], dueMs: Date.now() };
			state.deliveries.push(delivery);
			made.push(delivery);
			if (!lost) this.schedule(delivery, what.direct ? 0 : chaos.delayMs + (chaos.shuffle ? this.roll() * Math.max(300, chaos.delayMs) : 0));
		}
		const old = state.deliveries[state.deliveries.length - KEEP_BODIES];
		if (old && old.state !== 'pending') old.body = null;
		if (state.deliveries.length > KEEP + 500) this.trim();
		this.store.touch();
		return made;
	}

	trim() {
		const { deliveries } = this.store.state;
		const over = deliveries.length - KEEP;
		let dropped = 0;
		this.store.state.deliveries = deliveries.filter((d) => d.state === 'pending' || ++dropped > over);
	}

	// A seeded random number, so a disorder run can be repeated.
	roll() {
		const chaos = this.store.state.webhooks;
		let t = chaos.seed = (chaos.seed + 0x6d2b79f5) | 0;
		t = Math.imul(t ^ (t >>> 15), t | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
	}

	schedule(delivery, delayMs) {
		delivery.dueMs = Date.now() + delayMs;
		if (!delayMs) return this.push(delivery);
		const timer = setTimeout(() => { this.timers.delete(timer); this.push(delivery); }, delayMs);
		this.timers.add(timer);
	}

	push(delivery) {
		this.queue.push(delivery);
		this.pump();
	}

	pump() {
		while (this.inFlight < IN_FLIGHT && this.queue.length && !this.closed) {
			this.inFlight++;
			this.attempt(this.queue.shift()).finally(() => { this.inFlight--; this.pump(); });
		}
	}

	async attempt(delivery) {
		if (delivery.state !== 'pending') return;
		const begun = Date.now();
		const result = await this.try(delivery);
		delivery.attempts.push({ at: new Date(begun).toISOString(), ms: Date.now() - begun, ...result });
		if (delivery.state === 'pending') this.conclude(delivery, result.status >= 200 && result.status < 300 && !result.error);
		this.store.touch();
	}

	conclude(delivery, ok) {
		if (ok) delivery.state = 'done';
		else if (delivery.retry && delivery.attempts.length <= RETRIES) this.schedule(delivery, retryDelay(delivery.attempts.length - 1, this.store.state.webhooks.timeScale));
		else {
			delivery.state = 'failed';
			// Shopify removes a subscription made through the API once its retries are used up.
			const shop = this.store.state.shops[delivery.shop];
			if (delivery.retry && delivery.subscription && shop) delete shop.subscriptions[delivery.subscription];
		}
	}

	async try(delivery) {
		const fault = takeFault(this.store, 'webhooks', delivery.shop, delivery.topic);
		if (fault?.mode === 'delay') await new Promise((done) => { setTimeout(done, fault.ms); });
		if (fault?.mode === 'drop' || fault?.mode === 'timeout') return { error: `fault: ${fault.mode}` };
		if (fault?.mode === 'status') return { status: fault.status, error: 'fault: status' };
		const body = Buffer.from(fault?.mode === 'garbage' ? delivery.body.slice(0, delivery.body.length / 2) : delivery.body, 'utf8');
		const sent = await this.post(delivery, body, true);
		return fault?.mode === 'lost_answer' ? { ...sent, error: 'fault: lost_answer' } : sent;
	}

	headers(delivery, body) {
		const good = signBody(this.secret, body);
		const wrong = signBody(`${this.secret}-wrong`, body);
		return {
			'Content-Type': 'application/json', 'Content-Length': body.length, 'User-Agent': 'Shopify-Captain-Hook', Accept: '*/*', 'X-Shopify-Topic': delivery.topic,
			'X-Shopify-Hmac-Sha256': delivery.badSignature ? wrong : good, 'X-Shopify-Shop-Domain': delivery.shop, 'X-Shopify-API-Version': API_VERSION,
			'X-Shopify-Webhook-Id': delivery.webhookId, 'X-Shopify-Event-Id': delivery.eventId,
			'X-Shopify-Triggered-At': new Date(delivery.triggeredMs).toISOString().replace(/Z$/, `${String(Number(delivery.n) % 1000000).padStart(6, '0')}Z`),
			...(delivery.name ? { 'X-Shopify-Name': delivery.name } : {}),
		};
	}

	post(delivery, body, again) {
		return new Promise((done) => {
			let url;
			try { url = new URL(delivery.url); } catch { return done({ error: 'the address is not a URL' }); }
			const door = url.protocol === 'https:' ? https : http;
			const request = door.request(url, { method: 'POST', agent: this.agents[url.protocol], headers: this.headers(delivery, body), rejectUnauthorized: this.store.state.webhooks.tlsVerify });
			const total = setTimeout(() => request.destroy(new Error('no answer in 5 s')), TOTAL_MS);
			const connect = setTimeout(() => request.destroy(new Error('no connection in 1 s')), CONNECT_MS);
			const finish = (result) => { clearTimeout(total); clearTimeout(connect); done(result); };
			request.on('socket', (socket) => (socket.connecting ? socket.once('connect', () => clearTimeout(connect)) : clearTimeout(connect)));
			request.on('response', (response) => { response.resume(); response.on('end', () => finish({ status: response.statusCode })); response.on('error', (error) => finish({ error: error.message })); });
			request.on('error', (error) => {
				// A kept-alive connection the receiver closed meanwhile is no failure: once more on a new one.
				if (again && request.reusedSocket && error.code === 'ECONNRESET') { clearTimeout(total); clearTimeout(connect); return done(this.post(delivery, body, false)); }
				return finish({ error: error.message || error.code });
			});
			request.end(body);
		});
	}

	pending() {
		return this.store.state.deliveries.filter((d) => d.state === 'pending').length;
	}

	// Forgets what is queued or waiting to be retried.
	cancel() {
		for (const timer of this.timers) clearTimeout(timer);
		this.timers.clear();
		this.queue = [];
		this.buckets = {};
		for (const delivery of this.store.state.deliveries) if (delivery.state === 'pending') delivery.state = 'dropped';
	}

	close() {
		this.closed = true;
		for (const timer of this.timers) clearTimeout(timer);
		for (const agent of Object.values(this.agents)) agent.destroy();
	}
}

// A subscription filter; one naming a field the payload lacks suppresses the delivery, as at Shopify.
function passes(filter, payload) {
	if (!filter) return true;
	const read = (path) => (thing) => path.split('.').reduce((at, name) => (Array.isArray(at) ? at.map((one) => one?.[name]) : at?.[name]), thing);
	return compile(filter, read)(payload);
}
