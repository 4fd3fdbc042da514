// Everything the sandbox remembers: one plain object in memory, written to the --data file a moment
// after it changes and on shutdown, so a restart finds it again. Also its clock and its id counters.
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { tmpdir } from 'node:os';
import { randomBytes } from 'node:crypto';
import { empty as youtube } from '../youtube/world.mjs';
import { empty as tiktok } from '../tiktok/world.mjs';
import { empty as twitch } from '../twitch/world.mjs';
import { empty as pushes } from './courier.mjs';

// First ids per kind, sized like Shopify's. Orders, lines and refunds lie beyond 2^53 on purpose.
const FIRST_ID = {
	shop: 70000000001n, location: 70500000001n, product: 8100000000001n, variant: 44800000000001n, item: 46900000000001n,
	level: 112200000001n, option: 10400000000001n, image: 31200000000001n, order: 820982911946100001n,
	line: 866550311766400001n, refund: 890088186047800001n, refundLine: 650000000000001n, transaction: 7100000000001n,
	discount: 1300000000001n, code: 20100000000001n, creation: 5100000001n, subscription: 1400000000001n, bulk: 147500000001n,
	stream: 42170724655n, archive: 2339999999n, post: 7400000000000000001n, twitchUser: 141981764n, push: 1n, called: 1n, serial: 1n,
	customer: 7300000000001n, user: 99000000001n, edit: 84000001n, delivery: 1n, fault: 1n,
};

const empty = () => ({
	clockOffsetMs: 0,
	seq: {},
	shops: {},
	codes: {},
	access: {},
	refresh: {},
	app: { complianceUrl: null, webhooks: [] },
	webhooks: { duplicate: 0, shuffle: false, drop: 0, delayMs: 0, badSignature: 0, seed: 1, timeScale: 60, tlsVerify: true },
	faults: [],
	deliveries: [],
	youtube: youtube(),
	tiktok: tiktok(),
	twitch: twitch(),
	pushes: pushes(),
});

export class Store {
	constructor(file) {
		this.file = file || null;
		this.state = file && existsSync(file) ? { ...empty(), ...JSON.parse(readFileSync(file, 'utf8')) } : empty();
		this.folder = file ? `${file}.bulk` : mkdtempSync(join(tmpdir(), 'sandbox-'));
		mkdirSync(this.folder, { recursive: true });
		this.timer = null;
		this.writeMs = 0;
	}

	reset() {
		this.state = empty();
		this.touch();
	}

	// Sandbox time in milliseconds, and as the Admin API writes it.
	now() {
		return Date.now() + this.state.clockOffsetMs;
	}

	nowText() {
		return `${new Date(this.now()).toISOString().slice(0, 19)}Z`;
	}

	nextId(kind) {
		const id = BigInt(this.state.seq[kind] ?? FIRST_ID[kind]);
		this.state.seq[kind] = String(id + 1n);
		return String(id);
	}

	// Saves soon: 200 ms from the first change, later when the state is large, so saving never takes over a load run.
	touch() {
		if (!this.file || this.timer) return;
		this.timer = setTimeout(() => this.flush(), Math.max(200, this.writeMs * 20));
	}

	close() {
		this.flush();
		if (!this.file) rmSync(this.folder, { recursive: true, force: true });
	}

	flush() {
		clearTimeout(this.timer);
		this.timer = null;
		if (!this.file) return;
		const begun = Date.now();
		mkdirSync(dirname(this.file), { recursive: true });
		const next = `${this.file}.new`;
		writeFileSync(next, JSON.stringify(this.state), { mode: 0o600 });
		renameSync(next, this.file);
		this.writeMs = Date.now() - begun;
	}
}

export const token = (bytes = 16) => randomBytes(bytes).toString('hex');
export const gid = (type, n) => `gid://shopify/${type}/${n}`;
// The number of a GID or of a plain id; the empty string when it is neither.
export const numberOf = (id) => (/^(?:gid:\/\/shopify\/\w+\/)?(\d+)(?:\?.*)?$/.exec(String(id)) || [, ''])[1];
// Orders ids of one kind as numbers without converting them.
export const compareIds = (a, b) => a.length - b.length || (a < b ? -1 : a > b ? 1 : 0);
