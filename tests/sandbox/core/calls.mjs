// The log of what the product asked the platforms: each call with its cost, so that a test can count calls and units.
// Kept in memory alone; counts go on when old calls are forgotten.
import { createHash } from 'node:crypto';

const KEEP = 20000;
const SECRET = /^(access_token|refresh_token|token|code|client_secret|code_verifier|key|hub\.secret|state)$/;

const mask = (text) => {
	const params = new URLSearchParams(text);
	for (const name of new Set(params.keys())) if (SECRET.test(name)) params.set(name, '…');
	return params.toString().replaceAll('%E2%80%A6', '…');
};

export class Calls {
	constructor(store) {
		Object.assign(this, { store, rows: [], n: 0 });
	}

	// A call that has arrived; whoever answers it fills in status, bucket and units.
	add(platform, request) {
		const row = { n: ++this.n, atMs: this.store.now(), platform, method: request.method, path: request.path, query: mask(request.query.toString()), status: null, bucket: null, units: 0,
			bodyHash: request.body ? createHash('sha256').update(request.body).digest('hex').slice(0, 16) : null };
		this.rows.push(row);
		if (this.rows.length > KEEP + 2000) this.rows = this.rows.slice(-KEEP);
		return row;
	}

	clear() {
		this.rows = [];
	}

	find(query) {
		const since = Number(query.get('since') ?? 0);
		const rows = this.rows.filter((row) => (!query.get('platform') || row.platform === query.get('platform')) && row.path.includes(query.get('path') ?? '')
			&& (!query.get('status') || row.status === Number(query.get('status'))) && row.n > since);
		const [units, byPath] = [{}, {}];
		for (const row of rows) {
			if (row.bucket) units[row.bucket] = (units[row.bucket] ?? 0) + row.units;
			const name = `${row.method} ${row.path}`;
			byPath[name] = (byPath[name] ?? 0) + 1;
		}
		return { count: rows.length, last: this.n, units, byPath, calls: rows.slice(-Number(query.get('limit') ?? 1000)) };
	}
}
