// lib.mjs: what the scenarios share. A creator who works through the public API alone, visitors who tap her links, the
// sandbox's control API, and a count of what held. Run by tests/with_stack.sh, whose variables say where everything is.
import { spawn, spawnSync } from 'node:child_process';
import { createHmac, randomBytes } from 'node:crypto';
import { readFileSync, readdirSync } from 'node:fs';
import http from 'node:http';

export const base = process.env.UNIFYED_BASE_URL;
export const sandbox = process.env.UNIFYED_SANDBOX_URL;
export const stack = process.env.UNIFYED_STACK;
const agent = new http.Agent({ keepAlive: true, maxSockets: 512 });
const PATIENCE_MS = 20000;

export const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
export const range = (n) => Array.from({ length: n }, (_, i) => i);

// Numbers below n, the same for the same seed
export function dice(seed) {
	let state = seed | 0;
	return (n) => {
		state = (state + 0x6d2b79f5) | 0;
		let t = Math.imul(state ^ (state >>> 15), state | 1);
		t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
		return ((t ^ (t >>> 14)) >>> 0) % n;
	};
}

// Works through a list, so many at once
export async function crew(hands, list, work) {
	let next = 0;
	await Promise.all(range(hands).map(async () => {
		while (next < list.length) await work(list[next], next++);
	}));
}

// ---- what held
let passed = 0, failed = 0;
export function holds(what, good, detail = '') {
	good ? passed++ : failed++;
	console.log(`${good ? 'ok    ' : 'FAILED'} ${what}${good || detail === '' ? '' : `: ${detail}`}`);
}
export const same = (what, got, wanted) => holds(what, JSON.stringify(got) === JSON.stringify(wanted), `${JSON.stringify(got)} instead of ${JSON.stringify(wanted)}`);

export async function run(main) {
	try {
		await main();
	} catch (error) {
		failed++;
		console.log(`FAILED ${error.stack}`);
	}
	agent.destroy();
	console.log(`${passed} passed, ${failed} failed`);
	process.exitCode = failed ? 1 : 0;
}

export async function until(what, look, patience = PATIENCE_MS, pause = 50) {
	for (const end = Date.now() + patience; Date.now() < end; await sleep(pause)) {
		const found = await look();
		if (found) return found;
	}
	throw new Error(`${what}: not within ${patience / 1000} s`);
}

// ---- requests; fetch would set Sec-Fetch headers of its own
export function ask(url, { method = 'GET', headers = {}, body } = {}) {
	return new Promise((done, fail) => {
		const began = Date.now();
		const request = http.request(url, { method, headers, agent, timeout: 30000 }, (answer) => {
			const parts = [];
			answer.on('data', (part) => parts.push(part));
			answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, location: answer.headers.location,
				text: Buffer.concat(parts).toString('utf8'), began, ended: Date.now() }));
			answer.on('error', fail);
		});
		request.on('timeout', () => request.destroy(new Error(`${method} ${url}: no answer`)));
		request.on('error', fail);
		request.end(body);
	});
}

const good = (answer, what) => {
	if (answer.status >= 200 && answer.status < 400) return answer;
	throw new Error(`${what}: ${answer.status} ${answer.text.slice(0, 600)}`);
};

export async function control(method, path, body) {
	const text = body === undefined ? undefined : JSON.stringify(body);
	const answer = await ask(`${sandbox}/control${path}`, { method, body: text, headers: text ? { 'Content-Type': 'application/json' } : {} });
	return JSON.parse(good(answer, `${method} /control${path}`).text);
}

// ---- a creator
export class Creator {
	static async signUp(name) {
		const creator = new Creator();
		const who = { email: `${name}@unifyed.example`, password: randomBytes(12).toString('base64url') };
		const json = { 'Content-Type': 'application/json', Accept: 'application/json' };
		Object.assign(creator, who, { handle: name });
		await creator.#post('/auth/signup', { ...who, name, handle: name }, json);
		const entered = await creator.#post('/auth/login', who, json);
		const Cookie = entered.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');
		creator.key = JSON.parse((await creator.#post('/auth/keys', { name: 'scenario' }, { ...json, Cookie, Origin: base })).text).key;
		return creator;
	}

	async #post(path, body, headers) {
		const answer = await ask(base + path, { method: 'POST', body: JSON.stringify(body), headers: { ...headers, 'Idempotency-Key': randomBytes(16).toString('hex') } });
		return good(answer, `POST ${path}`);
	}

	async api(method, path, body) {
		const headers = { Authorization: `Bearer ${this.key}`, Accept: 'application/json' };
		if (method !== 'GET') headers['Idempotency-Key'] = randomBytes(16).toString('hex');
		if (body !== undefined) headers['Content-Type'] = 'application/json';
		const answer = good(await ask(base + path, { method, headers, body: body === undefined ? undefined : JSON.stringify(body) }), `${method} ${path}`);
		return answer.text ? JSON.parse(answer.text) : null;
	}

	// Every item of a list, through its pages.
	async all(path) {
		const items = [];
		for (let next = ''; next !== null;) {
			const page = await this.api('GET', `${path}${path.includes('?') ? '&' : '?'}limit=100${next ? `&after=${next}` : ''}`);
			items.push(...page.items);
			next = page.next;
		}
		return items;
	}

	// The way a browser takes: our address, the shop's consent page (which agrees by itself), our callback.
	async connect(shop) {
		const headers = { Authorization: `Bearer ${this.key}`, Accept: 'application/json' };
		const begun = good(await ask(`${base}/connections/shopify/auth-url?shop=${shop}`, { headers }), 'asking to connect');
		const Cookie = begun.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');
		const back = good(await ask(JSON.parse(begun.text).url), 'the consent of the shop').location;
		good(await ask(back, { headers: { Cookie } }), 'coming back from the shop');
		await until('the catalog of the shop', async () => (await this.api('GET', '/connections')).items[0]?.sync?.state === 'done');
		this.products = await this.all('/catalog/products');
		return this.products;
	}

	product(title) { return this.products.find((one) => one.title === title); }

	// An offer on these products that sells already
	async offer(name, titles, more = {}) {
		const lines = titles.map((title) => ({ product: this.product(title).id }));
		const made = await this.api('POST', '/offers', { name, kind: 'percentage_off', basis_points: 2500, lines, ...more });
		await this.api('POST', `/offers/${made.id}/activate`);
		return until('the discount at the shop', async () => {
			const now = await this.api('GET', `/offers/${made.id}`);
			return now.state === 'active' && now.prices.every(({ ready }) => ready) && now;
		});
	}

	async stream(title) {
		const made = await this.api('POST', '/streams', { title, platform: 'youtube' });
		await this.api('POST', `/streams/${made.id}/start`);
		return made;
	}

	link(offer, more = {}) {
		return this.api('POST', '/links', { offer: offer.id, platform: 'youtube', surface: 'direct', ...more });
	}
}

export function openShop(domain, products) {
	return control('POST', '/shops', { shop: domain, name: domain.split('.')[0], currency: 'EUR', autoApprove: true, products });
}
export const oneVariant = (title, stock, price = '40.00') => ({ title, variants: [{ title: 'Default Title', price, stock }] });

// ---- visitors
const BROWSER = { 'User-Agent': 'Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36', Accept: 'text/html,*/*;q=0.8',
	'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document', 'Sec-Fetch-Site': 'cross-site' };

// What a cart permalink carries to the shop: the mark, and the attributes and properties that hold it.
function carried(location) {
	const to = new URL(location).searchParams, attributes = {};
	for (const [name, value] of to) {
		const match = /^attributes\[(.+)\]$/.exec(name);
		if (match) attributes[match[1]] = value;
	}
	return { mark: Object.values(attributes)[0], attributes, properties: JSON.parse(Buffer.from(to.get('properties'), 'base64url').toString()) };
}

export class Visitor {
	cookie = '';

	// A tap on a link: where it led, and the mark that travels with the buyer.
	async tap(link, query = '') {
		const answer = await ask(link.url + query, { headers: { ...BROWSER, ...(this.cookie ? { Cookie: this.cookie } : {}) } });
		const set = answer.headers['set-cookie']?.[0];
		if (set) [this.cookie] = set.split(';');
		return { ...answer, ...(answer.status === 303 ? carried(answer.location) : {}) };
	}

	release(link) {
		return ask(`${link.url}/release`, { method: 'POST', headers: { ...BROWSER, 'Sec-Fetch-Site': 'same-origin', Cookie: this.cookie, 'Content-Type': 'application/x-www-form-urlencoded' }, body: '' });
	}
}

// From the redirect to the thank-you page of the shop: the address of the order, or null when the shop is sold out.
export async function pay(location) {
	const checkout = good(await ask(location), 'the cart of the shop').location;
	const paid = await ask(`${new URL(checkout, sandbox)}/pay`, { method: 'POST', headers: { 'Content-Type': 'application/x-www-form-urlencoded' }, body: 'how=paid&email=b%40buyer.example' });
	if (paid.status === 409) return null;
	return good(paid, 'paying').location;
}

export const ordersAt = async (shop) => (await control('GET', `/shops/${shop}`)).orders;

// What a shop would send: the bytes, signed with the app's secret
export const appSecret = () => /^shopify_client_secret *= *(.*)$/m.exec(readFileSync(`${stack}/unifyed.conf`, 'utf8'))[1];
export const signature = (secret, body) => createHmac('sha256', secret).update(body).digest('base64');
export function deliver({ shop, topic, id, body, hmac }) {
	return ask(`${base}/webhooks/shopify`, { method: 'POST', body, headers: { 'Content-Type': 'application/json', 'X-Shopify-Topic': topic,
		'X-Shopify-Shop-Domain': shop, 'X-Shopify-Webhook-Id': id, 'X-Shopify-API-Version': '2026-10',
		'X-Shopify-Triggered-At': new Date().toISOString(), ...(hmac === undefined ? {} : { 'X-Shopify-Hmac-Sha256': hmac }) } });
}

// ---- the stack from inside: its database, its processes
export function sql(text) {
	const ran = spawnSync('psql', ['-X', '-q', '-A', '-t', '-F', '\t', '-v', 'ON_ERROR_STOP=1', process.env.UNIFYED_STACK_PG, '-c', text], { encoding: 'utf8', maxBuffer: 1 << 30 });
	if (ran.status !== 0) throw new Error(`psql: ${ran.stderr}`);
	return ran.stdout.split('\n').filter(Boolean).map((line) => line.split('\t'));
}

export function invariantsHold() {
	for (const [invariant, broken] of sql('select invariant, broken from u.invariants()')) same(invariant, Number(broken), 0);
}

function processes() {
	const all = [];
	for (const name of readdirSync('/proc')) {
		if (!/^\d+$/.test(name)) continue;
		try {
			const stat = readFileSync(`/proc/${name}/stat`, 'utf8');
			const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
			if (state !== 'Z') all.push({ pid: Number(name), parent: Number(parent), command: readFileSync(`/proc/${name}/cmdline`, 'utf8').split('\0') });
		} catch { /* it has ended meanwhile */ }
	}
	return all;
}

// Everything that this stack started, by its family tree: { pools: {go: {pid, workers}}, ticker, helpers, postgres }
export function family() {
	const all = processes();
	const children = (pid) => all.filter((one) => one.parent === pid);
	const grown = children(Number(process.env.UNIFYED_STACK_PID));
	const pools = {};
	for (const one of grown.filter(({ command }) => command[0].endsWith('/pool'))) {
		const workers = children(one.pid);
		pools[one.command[1].replace(/^.*\/|\.sock$/g, '')] = { pid: one.pid, workers: workers.map(({ pid }) => pid) };
	}
	const ticker = grown.find(({ command }) => command.some((word) => word.endsWith('ticker.sh')))?.pid;
	const helpers = children(ticker).filter(({ command }) => /\/cron\/[a-z_]+$/.test(command[0]));
	return { pools, ticker, helpers: helpers.map(({ pid, command }) => ({ pid, name: command[0].replace(/^.*\//, '') })),
		postgres: grown.find(({ command }) => /postgres$/.test(command[0]))?.pid };
}

// ---- harm: what dies under load, and what that excuses
const childrenOf = (pid) => readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);

// It runs the worker's own program and waits for work: its supervisor's part is done.
function accepts(pid) {
	try {
		const stat = readFileSync(`/proc/${pid}/stat`, 'utf8'), close = stat.lastIndexOf(')');
		return stat[close + 2] === 'S' && stat.slice(stat.indexOf('(') + 1, close) !== 'pool';
	} catch { return false; }
}

// false when it had ended by itself since it was listed
function kill(pid) {
	try {
		return process.kill(pid, 'SIGKILL');
	} catch (error) {
		if (error.code !== 'ESRCH') throw error;
		return false;
	}
}

export class Harm {
	wounds = []; // { from, to, app }: when something was dead; app '' is the database
	back = [];   // ms from the kill of a worker until another one waits for work in its place
	workers = 0;
	helpers = 0;
	crashes = 0;

	constructor(random = Math.random) { this.random = random; }

	pick(list) { return list[Math.floor(this.random() * list.length)]; }

	// A worker that dies takes the requests in its hand along; the database takes all of them.
	excused(answer, app) {
		return this.wounds.some((wound) => (wound.app === app || wound.app === '') && wound.from <= answer.ended && wound.to >= answer.began);
	}

	async killWorker() {
		const [app, { pid, workers }] = this.pick(Object.entries(family().pools)), victim = this.pick(workers);
		if (victim === undefined) return;
		const wound = { app, from: Date.now(), to: Infinity }, began = performance.now();
		this.wounds.push(wound);
		if (!kill(victim)) return;
		await until(`a new worker of ${app}`, () => {
			const now = childrenOf(pid);
			return now.length >= workers.length && !now.includes(victim) && now.filter((one) => !workers.includes(one)).every(accepts);
		}, 5000, 1);
		this.back.push(performance.now() - began);
		wound.to = Date.now() + 50;
		this.workers++;
	}

	killHelper() {
		const { helpers } = family();
		if (helpers.length === 0 || !kill(this.pick(helpers).pid)) return;
		this.helpers++;
	}

	// An immediate shutdown is a crash: nothing is flushed, and the start that follows recovers from the log. demo.sh starts it.
	// Gives the ms until `answers` was true again, from the kill and from the moment that the server took queries, and what `answers`
	// takes on this machine, under this load, while nothing is dead.
	async crashDatabase(answers) {
		const { postgres } = family(), before = performance.now();
		await answers();
		const usual = performance.now() - before;
		const wound = { app: '', from: Date.now(), to: Infinity };
		let ready = 0;
		this.wounds.push(wound);
		process.kill(postgres, 'SIGQUIT');
		await until('the end of the server', () => family().postgres !== postgres, 20000, 5);
		const takesQueries = until('the new server', () => isUp(), 60000, 2).then(() => { ready = performance.now(); });
		await until('answers again', answers, 60000, 2);
		const answered = performance.now();
		await takesQueries;
		wound.to = Date.now() + 500;
		this.crashes++;
		return { all: Date.now() - wound.from, since: Math.max(0, answered - ready), usual };
	}
}

const isUp = () => new Promise((done) => {
	const psql = spawn('psql', ['-X', '-q', '-A', '-t', process.env.UNIFYED_STACK_PG, '-c', 'select 1'], { stdio: 'ignore' });
	psql.on('close', (code) => done(code === 0));
});
