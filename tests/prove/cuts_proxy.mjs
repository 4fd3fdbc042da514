// cuts_proxy.mjs: stands between the product and PostgreSQL, on the server's own socket, and cuts a connection where it is told to.
//   arm(role, { where, after })  cuts the next connection of that role that comes so far:
//     before   COMMIT, or the end of the one trip of a click or a webhook, is seen and not passed on
//     after    it is passed on, its answer kept back
//     middle   half of its answer is let through
//     unknown  it is passed on and both ends are cut at once
//     early    so many (`after`) messages of a transaction are passed on
//   fired is then true, and answered whether the server said that it is committed.
// A transaction that commits asynchronously is telemetry, which a crash may lose: it is let through.
import net from 'node:net';
import { chmodSync, renameSync } from 'node:fs';

const MESSAGE = 5;
const TELEMETRY = 'set local synchronous_commit to off';
const WHOLE = ['checkout_start', 'inbox_store']; // alone each is its own transaction: what ends the trip commits it
const SYNC = 0x53;
const READY = Buffer.from([0x5a, 0, 0, 0, 5]); // and a byte

// Takes whole messages off the front of what was received; the first one has no type.
function* messages(link) {
	for (;;) {
		const head = link.started ? MESSAGE : 4;
		if (link.pending.length < head) return;
		const size = link.pending.readInt32BE(head - 4) + head - 4;
		if (link.pending.length < size) return;
		const bytes = link.pending.subarray(0, size);
		link.pending = link.pending.subarray(size);
		yield bytes;
	}
}

const roleOf = (startup) => /\0user\0unifyed_([a-z]+)\0/.exec(`\0${startup.toString('latin1', 8)}`)?.[1] ?? '';
const second = (type) => (bytes) => { // of two texts that a message begins with
	if (bytes[0] !== type) return '';
	const from = bytes.indexOf(0, MESSAGE) + 1;
	return bytes.toString('latin1', from, bytes.indexOf(0, from));
};
const parsed = second(0x50), bound = second(0x42); // the text that is prepared; the name of the statement that is run

export class Proxy {
	#armed = {};
	#links = new Set();
	#server;

	constructor(folder) {
		this.front = `${folder}/.s.PGSQL.5432`;
		this.back = `${folder}/.s.PGSQL.5433`;
	}

	// The server's socket moves aside; whoever connects from now on comes to us.
	async open() {
		renameSync(this.front, this.back);
		this.#server = net.createServer({ allowHalfOpen: true }, (client) => this.#join(client));
		await new Promise((done) => this.#server.listen(this.front, done));
		chmodSync(this.front, 0o777);
	}

	close() {
		this.#server.close();
		for (const { client, server } of this.#links) {
			client.destroy();
			server.destroy();
		}
		renameSync(this.back, this.front);
	}

	arm(role, plan) {
		this.#armed[role] = { ...plan, role, fired: false, answered: false };
		return this.#armed[role];
	}

	disarm(role) { delete this.#armed[role]; }

	#join(client) {
		const link = { client, server: net.connect(this.back), pending: Buffer.alloc(0), started: false, role: '', telemetry: false, open: false, whole: false, cut: null, kept: Buffer.alloc(0) };
		const end = () => { client.destroy(); link.server.destroy(); this.#links.delete(link); };
		this.#links.add(link);
		client.on('data', (bytes) => this.#forth(link, bytes)).on('error', end).on('close', end);
		link.server.on('data', (bytes) => this.#back(link, bytes)).on('error', end).on('close', end);
	}

	#forth(link, bytes) {
		const on = [];
		link.pending = Buffer.concat([link.pending, bytes]);
		link.telemetry ||= link.pending.includes(TELEMETRY); // a trip of its own
		for (const message of messages(link)) {
			if (!link.started) {
				link.started = true;
				link.role = roleOf(message);
			} else if (this.#look(link, message) === 'stop') {
				return this.#cut(link);
			}
			on.push(message);
		}
		link.server.write(Buffer.concat(on), () => { if (link.cut?.where === 'unknown') this.#cut(link); });
	}

	// Decides at each message; 'stop' when it and what follows must not be passed on.
	#look(link, message) {
		const says = parsed(message), sync = message[0] === SYNC, plan = this.#armed[link.role];
		const commits = says === 'commit' || (sync && link.whole), runs = bound(message);
		link.whole = !sync && (link.whole || (!link.open && WHOLE.some((name) => runs.startsWith(name))));
		link.open ||= link.whole || says.startsWith('begin');
		const inside = link.open && !link.telemetry;
		if (commits || (sync && link.telemetry)) link.open = link.telemetry = false;
		if (!plan || link.cut || !inside) return '';
		if (plan.where === 'early') return !commits && plan.after-- <= 0 ? this.#take(link, plan, 'stop') : '';
		return commits ? this.#take(link, plan, plan.where === 'before' ? 'stop' : '') : '';
	}

	#take(link, plan, what) {
		delete this.#armed[link.role];
		link.cut = plan;
		return what;
	}

	#back(link, bytes) {
		if (link.cut === null || link.cut.where === 'unknown') return link.client.write(bytes);
		link.kept = Buffer.concat([link.kept, bytes]);
		if (!link.kept.subarray(-6).subarray(0, 5).equals(READY)) return true;
		link.cut.answered = /(COMMIT|SELECT \d+|INSERT 0 \d+)\0/.test(link.kept.toString('latin1'));
		if (link.cut.where === 'middle') return link.client.write(link.kept.subarray(0, link.kept.length >> 1), () => this.#cut(link));
		return this.#cut(link);
	}

	#cut(link) {
		link.cut.fired = true;
		link.client.destroy();
		link.server.destroy();
	}
}
