// Sends what platforms push to the product: once or several times, at once or later, rightly or wrongly signed; keeps a
// log of every attempt and its answer. What a push looks like is its platform's business; when and how often is here.
import { randomUUID } from 'node:crypto';
import http from 'node:http';
import { wait } from './faults.mjs';

const TOTAL_MS = 10000;
const KEEP = 5000;
const MAX_ANSWER_BYTES = 65536;

export const empty = () => ({ duplicate: 0, delayMs: 0, drop: 0, forged: 0, seed: 1, retries: 3, retryMs: 500 });

export class Courier {
	constructor(store) {
		Object.assign(this, { store, log: [], waiting: 0, closed: false, epoch: 0 });
		this.agent = new http.Agent({ keepAlive: true, maxSockets: 32 });
	}

	get chaos() {
		return this.store.state.pushes;
	}

	// A seeded random number, so a disorderly run can be repeated.
	roll() {
		this.chaos.seed = (Math.imul(this.chaos.seed, 1103515245) + 12345) & 0x7fffffff;
		return this.chaos.seed / 0x80000000;
	}

	// what: {platform, kind, account, url, body, headers(body, forged), copies, delayMs, forged, retry, good(answer), done(push)}.
	// Answers the pushes; each one's `first` resolves when it was tried once (or lost on the way).
	send(what) {
		const { chaos } = this;
		const copies = what.copies ?? 1 + chaos.duplicate;
		const forged = what.forged ?? this.roll() < chaos.forged;
		const lost = what.copies === undefined && this.roll() < chaos.drop;
		return Array.from({ length: copies }, () => this.one(what, forged, lost));
	}

	one(what, forged, lost) {
		const push = { n: Number(this.store.nextId('push')), id: what.id ?? randomUUID(), atMs: this.store.now(), platform: what.platform, kind: what.kind, account: what.account ?? null,
			method: what.method ?? 'POST', url: what.url, forged, state: lost ? 'dropped' : 'pending', status: null, attempts: [] };
		Object.defineProperty(push, 'body', { value: what.body, enumerable: false });
		this.log.push(push);
		if (this.log.length > KEEP + 500) this.log = this.log.slice(-KEEP);
		Object.defineProperty(push, 'first', { value: lost ? Promise.resolve() : this.run(what, push), enumerable: false });
		return push;
	}

	async run(what, push) {
		const { epoch } = this;
		const delayMs = what.delayMs ?? this.chaos.delayMs;
		const later = async (k) => {
			if (k || delayMs) await wait(k ? this.chaos.retryMs * 2 ** (k - 1) : delayMs);
			if (this.closed || epoch !== this.epoch) return;
			const answer = await this.post(push, what.body, what.headers(what.body, push.forged, k));
			push.status = answer.status ?? null;
			push.attempts.push({ atMs: this.store.now(), ...answer, text: undefined });
			const ok = (what.good ?? ((one) => one.status >= 200 && one.status < 300))(answer);
			if (ok || what.retry === false || k >= this.chaos.retries) {
				push.state = ok ? 'done' : 'failed';
				what.done?.(push, answer);
			} else this.keep(later(k + 1));
		};
		return this.keep(later(0));
	}

	// Counts what is under way, so that a scenario can wait until all is delivered.
	async keep(work) {
		this.waiting++;
		try { await work; } finally { this.waiting--; }
	}

	post(push, body, headers) {
		return new Promise((done) => {
			const request = http.request(push.url, { method: push.method, agent: this.agent, headers: { ...(push.method === 'GET' ? {} : { 'Content-Length': Buffer.byteLength(body) }), ...headers } });
			const total = setTimeout(() => request.destroy(new Error('no answer in time')), TOTAL_MS);
			const finish = (result) => { clearTimeout(total); done(result); };
			request.on('response', (response) => {
				const chunks = [];
				let size = 0;
				response.on('data', (chunk) => { size += chunk.length; if (size <= MAX_ANSWER_BYTES) chunks.push(chunk); });
				response.on('end', () => finish({ status: response.statusCode, text: Buffer.concat(chunks).toString('utf8') }));
				response.on('error', (error) => finish({ error: error.message }));
			});
			request.on('error', (error) => finish({ error: error.message || error.code }));
			request.end(push.method === 'GET' ? undefined : body);
		});
	}

	find(query) {
		const rows = this.log.filter((push) => ['platform', 'kind', 'account', 'state'].every((name) => !query.get(name) || push[name] === query.get(name)));
		return { count: rows.length, pending: this.waiting, pushes: rows.slice(-Number(query.get('limit') ?? 1000)).map((push) => ({ ...push, ...(query.get('bodies') === '1' ? { body: push.body } : {}) })) };
	}

	cancel() {
		this.epoch++;
		this.log = [];
	}

	close() {
		this.closed = true;
		this.agent.destroy();
	}
}
