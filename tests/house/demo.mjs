// demo.mjs under tests/with_stack.sh: the demo's data is made through the public API, its moment link leads to a payment
// at the promised price, and the order comes back credited to the stream.
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const { UNIFYED_BASE_URL: base, UNIFYED_SANDBOX_URL: sandbox } = process.env;
const dir = mkdtempSync(join(tmpdir(), 'demo-'));
const is = (what, want, got) => process.stdout.write(want === got ? `ok ${what}\n` : `FAILED ${what}: wanted ${want}, got ${got}\n`);
const seed = () => execFileSync('node', ['run/seed.mjs', base, sandbox, join(dir, 'demo.txt')], { encoding: 'utf8' });
const word = (name) => new RegExp(`${name} +(\\S+)`).exec(readFileSync(join(dir, 'demo.txt'), 'utf8'))[1];

// As a browser that follows a link: fetch() has Sec-Fetch headers of its own.
const browse = (url) => new Promise((done, fail) => {
	const headers = { Accept: 'text/html', 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
	http.get(url, { headers }, (answer) => answer.resume().on('end', () => done(answer))).on('error', fail);
});

async function until(look) {
	for (const end = Date.now() + 10000; Date.now() < end; await new Promise((done) => setTimeout(done, 50))) {
		const found = await look();
		if (found) return found;
	}
	return null;
}

async function walk() {
	const tap = await browse(word('moment link'));
	is('a tap goes to the shop', 303, tap.statusCode);
	const cart = await browse(tap.headers.location);
	const checkout = new URL(cart.headers.location, sandbox);
	is('its checkout shows the promised price', true, (await (await fetch(checkout)).text()).includes('Pay 13.50 EUR'));
	const paid = await fetch(`${checkout}/pay`, { method: 'POST', body: new URLSearchParams({ email: 'buyer@example.com' }), redirect: 'manual' });
	is('it can be paid', 303, paid.status);

	const login = await fetch(`${base}/auth/login`, { method: 'POST', headers: { 'Content-Type': 'application/json' },
		body: JSON.stringify({ email: word('login'), password: word('password') }) });
	is('the printed login works', 200, login.status);
	const Cookie = login.headers.get('set-cookie').split(';')[0];
	const get = async (path) => (await fetch(base + path, { headers: { Cookie } })).json();
	const order = await until(async () => (await get('/orders')).items[0]);
	is('the order is credited to platform and surface', 'true youtube live', order && `${order.credit.mine} ${order.credit.platform} ${order.credit.surface}`);
	is('at the price that was paid', '1350 EUR', order && `${order.total.minor} ${order.total.currency}`);
	const revenue = await until(async () => (await get('/analytics/revenue?by=stream')).items[0]);
	is('the stream earned it', '1350', revenue && String(revenue.net.minor));
	is('the tables agree', true, (await get('/status/integrity')).holds);
}

try {
	seed();
	is('the seed made its page', true, word('moment link').startsWith(`${base}/go/`));
	await walk();
} catch (error) {
	process.stdout.write(`FAILED demo: ${error.stderr || error.stack}\n`);
} finally {
	rmSync(dir, { recursive: true });
}
