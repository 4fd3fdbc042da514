// seed.mjs BASE SANDBOX FILE: makes the demo's data through the public API alone, as its creator would: an account, a
// connected shop, an offer, a show that has ended and is a replay, a running one, and links; then writes what a person needs to know into FILE.
// Each step has an Idempotency-Key of its own, so that a seed that was cut short goes on where it ended.
import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';

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
async function api(method, path, body, key = `seed-${method}-${path}`) {
	const headers = { Authorization: `Bearer ${bearer}`, ...(method === 'GET' ? {} : { 'Idempotency-Key': key }) };
	return good(await call(base + path, { method, body, headers }), `${method} ${path}`).json;
}

async function until(what, look) {
	for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(200)) {
		const found = await look();
		if (found) return found;
	}
	throw new Error(`${what}: not within ${PATIENCE_MS / 1000} s; log/cron.log has what the helpers said`);
}

// Kept before it is used, so that a second try knows it.
function password() {
	const kept = `${file}.password`;
	if (!existsSync(kept)) writeFileSync(kept, randomBytes(12).toString('base64url'), { mode: 0o600 });
	return readFileSync(kept, 'utf8');
}

async function openShop() {
	const one = (title, price, stock) => ({ title, price, stock });
	const products = [
		{ title: 'Ceramic mug', variants: [one('Default Title', '18.00', 25)] },
		{ title: 'Linen apron', variants: [one('Small', '42.00', 4), one('Large', '42.00', 1)] },
		{ title: 'Olive wood board', variants: [one('Default Title', '35.50', 7)] },
	];
	good(await call(`${sandbox}/control/shops`, { method: 'POST', body: { shop: SHOP, name: 'Demo Shop', currency: 'EUR', autoApprove: true, products } }), 'making the shop');
}

// Somebody to be on each platform, for who presses Connect.
async function openChannels() {
	const accounts = [{ handle: 'demo_creator', name: 'Demo Creator' }, { handle: 'demo_second', name: 'Her other channel' }];
	for (const platform of ['youtube', 'tiktok', 'twitch']) good(await call(`${sandbox}/control/${platform}/accounts`, { method: 'POST', body: { accounts } }), `making accounts at ${platform}`);
}

async function signUp() {
	const who = { email: EMAIL, password: password() };
	const made = await call(`${base}/auth/signup`, { method: 'POST', body: { ...who, name: 'Demo Creator', handle: 'demo.creator' }, headers: { 'Idempotency-Key': 'seed-signup' } });
	if (made.status !== 409) good(made, 'signing up');
	good(await call(`${base}/auth/login`, { method: 'POST', body: who }), 'logging in');
	const headers = { Origin: base, 'Idempotency-Key': randomBytes(16).toString('hex') };
	bearer = good(await call(`${base}/auth/keys`, { method: 'POST', body: { name: 'Demo data' }, headers }), 'making an API key').json.key;
}

// The way a browser takes: our address, the shop's consent page (which agrees by itself), our callback.
async function connect() {
	const headers = { Authorization: `Bearer ${bearer}` };
	const { url } = good(await call(`${base}/connections/shopify/auth-url?shop=${SHOP}`, { headers }), 'asking to connect').json;
	const back = good(await call(url), 'the consent of the shop').location;
	good(await call(back), 'coming back from the shop');
	await until('the catalog of the shop', async () => (await api('GET', '/connections')).items[0]?.sync?.state === 'done');
	return (await api('GET', '/catalog/products?limit=100')).items;
}

async function makeOffer(products) {
	const wanted = products.filter(({ title }) => title !== 'Olive wood board').map(({ id }) => ({ product: id }));
	const offer = await api('POST', '/offers', { name: 'Live: a quarter off', kind: 'percentage_off', basis_points: 2500, lines: wanted });
	await api('POST', `/offers/${offer.id}/activate`);
	return until('the discount at the shop', async () => {
		const now = await api('GET', `/offers/${offer.id}`);
		return now.state === 'active' && now.prices.every(({ ready }) => ready) && now;
	});
}

const VIDEO = 'https://www.youtube.com/watch?v=jNQXAC9IVRw';
const spotlight = (session, offer, product) => api('POST', `/streams/sessions/${session}/spotlight`, { offer: offer.id, product: product.id },
	`seed-light-${session}-${product.id}`);

// A show that was: two things shown, four seconds apart, and the replay that it becomes by itself.
async function haveBeenLive(offer, shown) {
	const stream = await api('POST', '/streams', { title: 'How the mugs are made', platform: 'youtube', url: VIDEO }, 'seed-stream-ended');
	await api('POST', `/streams/${stream.id}/start`);
	for (const product of shown) {
		await sleep(4000);
		await spotlight(stream.session, offer, product);
	}
	await sleep(4000);
	await api('POST', `/streams/${stream.id}/end`);
	return until('the replay of the show', async () => (await api('GET', '/replays')).items.find(({ session, state }) => session === stream.session && state === 'published'));
}

// The link is made before the show begins: a session with a link of its own is not taken for a part of the one before.
async function goLive(offer, shown) {
	const stream = await api('POST', '/streams', { title: 'Kitchen things, live', platform: 'youtube', url: VIDEO, delay_s: 1 });
	const pin = await api('POST', `/streams/sessions/${stream.session}/link`, { platform: 'youtube', code: 'live' });
	await api('POST', `/streams/${stream.id}/start`);
	for (const product of shown) {
		await sleep(2000);
		await spotlight(stream.session, offer, product);
	}
	return { ...stream, pin };
}

async function main() {
	await openShop();
	await openChannels();
	await signUp();
	const products = await connect();
	const offer = await makeOffer(products);
	const [mug, apron] = ['Ceramic mug', 'Linen apron'].map((name) => products.find(({ title }) => title === name));
	const replay = await haveBeenLive(offer, [mug, apron]);
	const stream = await goLive(offer, [apron, mug]);
	const pin = { offer: offer.id, platform: 'youtube', surface: 'live', stream: stream.id };
	const link = await api('POST', '/links', { ...pin, code: 'mug', product: mug.id }, 'seed-link-mug');
	const all = await api('POST', '/links', pin, 'seed-link-all');
	writeFileSync(`${file}.new`, `  moment link ${link.url}
              a mug at 13.50 instead of 18.00: tap it, pay at the shop, see the order in the dashboard
  and one     ${all.url}
              for the whole offer; the large apron is the last one
  live now    ${stream.pin.url}
              the link to pin: it leads to what was shown last; show something else at ${base}/dashboard/live
  a replay    ${replay.url}
              a show that has ended, with its moments and their buttons
  her page    ${base}/@demo.creator
              the link in her bio: what she sells, her replays, and that she is live
  dashboard   ${base}/dashboard
  login       ${EMAIL}
  password    ${password()}
  the shop    ${sandbox}/s/${SHOP}
`, { mode: 0o600 });
	renameSync(`${file}.new`, file);
	rmSync(`${file}.password`);
}

main().catch((error) => {
	process.stderr.write(`seed: ${error.message}\n`);
	process.exitCode = 1;
});
