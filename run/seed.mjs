// seed.mjs BASE SANDBOX FILE: makes the demo's data through the public API alone, as its creator would: an account, a
// connected shop, an offer, a running stream and a moment link; then writes what a person needs to know into FILE.
// Each step has an Idempotency-Key of its own, so that a seed that was cut short goes on where it ended.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs';

const [base, sandbox, file] = process.argv.slice(2);
const SHOP = 'demo-shop.myshopify.com';
const EMAIL = 'demo@unifyed.example';
const PATIENCE_MS = 60000;
const cookies = new Map();

const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

function keepCookies(answer) {
	for (const line of answer.headers.getSetCookie?.() ?? [answer.headers.get('set-cookie')].filter(Boolean)) {
		const [, name, value] = /^([^=]+)=([^;]*)/.exec(line);
		cookies.set(name, value);
	}
}

async function call(url, { method = 'GET', body, headers = {} } = {}) {
	const answer = await fetch(url, {
		method,
		redirect: 'manual',
		headers: { Accept: 'application/json', ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
			...(url.startsWith(base) && cookies.size ? { Cookie: [...cookies].map((pair) => pair.join('=')).join('; ') } : {}), ...headers },
		body: body === undefined ? undefined : JSON.stringify(body),
	});
	keepCookies(answer);
	const text = await answer.text();
	const json = /json/.test(answer.headers.get('content-type') ?? '') ? JSON.parse(text) : null;
	return { status: answer.status, location: answer.headers.get('location'), json, text };
}

function good(answer, what) {
	if (answer.status >= 200 && answer.status < 400) return answer;
	throw new Error(`${what}: ${answer.status} ${answer.text.slice(0, 600)}`);
}

let bearer = '';
const api = async (method, path, { body, key } = {}) =>
	good(await call(base + path, { method, body, headers: { Authorization: `Bearer ${bearer}`, ...(key ? { 'Idempotency-Key': key } : {}) } }), `${method} ${path}`);

async function until(what, look) {
	for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(200)) {
		const found = await look();
		if (found) return found;
	}
	throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s; the helpers' words are in the log of cron`);
}

function password() {
	const kept = `${file}.password`;
	if (!existsSync(kept)) writeFileSync(kept, randomBytes(12).toString('base64url'), { mode: 0o600 });
	return readFileSync(kept, 'utf8');
}

async function shop() {
	const products = [
		{ title: 'Ceramic mug', handle: 'ceramic-mug', variants: [{ title: 'Default Title', price: '18.00', available: 25 }] },
		{ title: 'Linen apron', handle: 'linen-apron', options: ['Size'], variants: [{ title: 'Small', price: '42.00', available: 4 }, { title: 'Large', price: '42.00', available: 1 }] },
		{ title: 'Olive wood board', handle: 'olive-wood-board', variants: [{ title: 'Default Title', price: '35.50', available: 7 }] },
	];
	good(await call(`${sandbox}/control/shops`, { method: 'POST', body: { shop: SHOP, name: 'Demo Shop', currency: 'EUR', autoApprove: true, products } }), 'making the sandbox shop');
}

async function creator() {
	const who = { email: EMAIL, password: password() };
	const made = await call(`${base}/auth/signup`, { method: 'POST', body: { ...who, name: 'Demo Creator', handle: 'demo' }, headers: { 'Idempotency-Key': 'seed-signup' } });
	if (made.status === 409 || !cookies.size) good(await call(`${base}/auth/login`, { method: 'POST', body: who }), 'logging in');
	else good(made, 'signing up');
	return who;
}

const steps = { shop, creator };
export { api, call, good, steps, until };
