// cuts_proxy.mjs: stands between the product and PostgreSQL, on the server's own socket, and cuts a connection where it is told to.
//   arm(role, { where, after })  cuts the next connection of that role that comes so far:
//     before   COMMIT is seen and not passed on            after   it is passed on, its answer kept back
//     middle   half of its answer is let through           unknown it is passed on and both ends cut at once
//     early    so many (`after`) messages of a transaction are passed on
//   fired is then true, and answered whether the server said COMMIT.
// A transaction that commits asynchronously is telemetry, which a crash may lose: it is let through.
import net from 'node:net';
import { chmodSync, renameSync } from 'node:fs';

const MESSAGE = 5;
const TELEMETRY = 'set local synchronous_commit to off';

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
const parsed = (bytes) => { // 'P', length, name of the statement, its text
	if (bytes[0] !== 0x50) return '';
	const from = bytes.indexOf(0, MESSAGE) + 1;
	return bytes.toString('latin1', from, bytes.indexOf(0, from));
};

export class Proxy {
	#armed = {};
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
		renameSync(this.back, this.front);
	}

	arm(role, plan) {
		this.#armed[role] = { ...plan, role, fired: false, answered: false };
		return this.#armed[role];
	}

	disarm(role) { delete this.#armed[role]; }

	#join(client) {
		const link = { client, server: net.connect(this.back), pending: Buffer.alloc(0), started: false, role: '', telemetry: false, open: false, cut: null };
		const end = () => { client.destroy(); link.server.destroy(); };
		client.on('data', (bytes) => this.#forth(link, bytes)).on('error', end).on('close', end);
		link.server.on('data', (bytes) => this.#back(link, bytes)).on('error', end).on('close', end);
	}

	#forth(link, bytes) {
		const on = [];
		link.pending = Buffer.concat([link.pending, bytes]);
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
		const says = parsed(message), plan = this.#armed[link.role];
		if (says.startsWith('begin')) link.open = true;
		if (says === TELEMETRY) link.telemetry = true;
		if (message[0] === 0x53 && link.telemetry) link.telemetry = link.open = false; // Sync: the notes were one trip
		if (!plan || link.telemetry || link.cut || !link.open) return '';
		if (plan.where === 'early') return plan.after-- <= 0 && says !== 'commit' ? this.#take(link, plan, 'stop') : '';
		if (says !== 'commit') return '';
		link.open = false;
		return this.#take(link, plan, plan.where === 'before' ? 'stop' : '');
	}

	#take(link, plan, what) {
		delete this.#armed[link.role];
		link.cut = plan;
		return what;
	}

	#back(link, bytes) {
		if (link.cut === null || link.cut.where === 'unknown') return link.client.write(bytes);
		link.cut.answered = bytes.includes('COMMIT\0');
		if (link.cut.where === 'middle') return link.client.write(bytes.subarray(0, bytes.length >> 1), () => this.#cut(link));
		return this.#cut(link);
	}

	#cut(link) {
		link.cut.fired = true;
		link.client.destroy();
		link.server.destroy();
	}
}
