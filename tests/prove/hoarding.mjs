// hoarding.mjs: see hoarding.sh
import { spawn } from 'node:child_process';
import http from 'node:http';
import { Creator, base, holds, invariantsHold, oneVariant, openShop, pay, range, run, same, sleep, sql } from '../scenarios/lib.mjs';

const SHOP = 'hoarding-shop.myshopify.com';
const FACTOR = Number(process.env.FACTOR ?? 1);
const SEED = Number(process.env.SEED ?? Date.now() % 1000000);
const ADDRESSES = Math.max(16, Math.round(1000 * FACTOR));
const STOCK = 4 * ADDRESSES;
const PEOPLE = Math.max(20, Math.round(200 * FACTOR));
const ASKS = 20;                                                 // of each script
const ATTACK_MS = Math.max(5000, Math.min(40000, 40 * ADDRESSES));
const SHARE = 0.25;
const PATIENCE = 8;                                              // answers that a person looks at

let state = SEED | 0;
function roll(n) {
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), state | 1);
	t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
	return ((t ^ (t >>> 14)) >>> 0) % n;
}

// ---- requests from an address of one's own
const address = (net, n) => `127.${net}.${n >> 8}.${n & 255}`;
const SAYS_BROWSER = { 'User-Agent': 'Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36', Accept: 'text/html,*/*;q=0.8' };
const NAVIGATES = { ...SAYS_BROWSER, 'Sec-Fetch-Mode': 'navigate', 'Sec-Fetch-Dest': 'document' };
const statuses = {};

function ask(from, url, { method = 'GET', headers = NAVIGATES, cookie = '', body } = {}) {
	return new Promise((done, fail) => {
		const all = { ...headers, ...(cookie ? { Cookie: cookie } : {}), ...(body === undefined ? {} : { 'Content-Type': 'application/x-www-form-urlencoded' }) };
		const request = http.request(url, { method, headers: all, localAddress: from, agent: false, timeout: 30000 }, (answer) => {
			const parts = [];
			answer.on('data', (part) => parts.push(part));
			answer.on('end', () => {
				statuses[answer.statusCode] = (statuses[answer.statusCode] ?? 0) + 1;
				done({ status: answer.statusCode, headers: answer.headers, location: answer.headers.location ?? '', text: Buffer.concat(parts).toString('utf8') });
			});
			answer.on('error', fail);
		});
		request.on('timeout', () => request.destroy(new Error(`${url}: no answer`)));
		request.on('error', fail);
		request.end(body);
	});
}

const tokenOf = (text) => /name="token" value="([^"]*)"/.exec(text)?.[1];
const variantOf = (text) => /name="v" value="([^"]*)"/.exec(text)?.[1];
const press = (text) => `token=${tokenOf(text)}${variantOf(text) ? `&v=${variantOf(text)}` : ''}&units=1`;
const cookieOf = (answer, before) => answer.headers['set-cookie']?.[0].split(';')[0] ?? before;
const isShop = ({ status, location }) => status === 303 && !location.startsWith('/');

// ---- a person: keeps cookies, goes where she is sent, presses the button, waits when she is asked to
async function person(link, n, net) {
	const from = address(net, n), began = Date.now();
	let url = link.url, how = {}, cookie = '';
	for (let tries = 1; tries <= PATIENCE; tries++) {
		const answer = await ask(from, url, { ...how, cookie });
		cookie = cookieOf(answer, cookie);
		how = {};
		if (isShop(answer)) return { sent: answer.location, tries, ms: Date.now() - began };
		if (answer.status === 303) {
			url = new URL(answer.location, base).href;
		} else if (answer.status === 200 && tokenOf(answer.text)) {
			url = link.url;
			how = { method: 'POST', headers: { ...NAVIGATES, 'Sec-Fetch-Site': 'same-origin' }, body: press(answer.text) };
		} else if (answer.status === 429 || answer.status === 503) {
			await sleep(Math.min(5, Number(answer.headers['retry-after'] ?? 1)) * 1000);
			const again = /url=(.*)$/.exec(answer.headers.refresh ?? '')?.[1];
			if (again) url = new URL(again, base).href;
		} else {
			return { sent: null, tries, ms: Date.now() - began, status: answer.status };
		}
	}
	return { sent: null, tries: PATIENCE, ms: Date.now() - began };
}

async function people(link, net) {
	const each = range(PEOPLE).map(async (n) => {
		await sleep(ATTACK_MS * (n + roll(100) / 100) / PEOPLE);
		return person(link, n, net);
	});
	return Promise.all(each);
}

// ---- scripts: one of three kinds at each address; each asks again and again, evenly over the attack
const kinds = {
	// no cookies, and headers as if a person had tapped
	async forger(link, from) { await ask(from, link.url); },
	// no cookies and no such headers, but it presses the button
	async presser(link, from) {
		const page = await ask(from, link.url, { headers: SAYS_BROWSER });
		if (tokenOf(page.text)) await ask(from, link.url, { method: 'POST', headers: SAYS_BROWSER, body: press(page.text) });
	},
	// keeps its cookies and goes where it is sent; now and then it throws them away
	async keeper(link, from, self) {
		if (roll(10) === 0) self.cookie = '';
		const answer = await ask(from, link.url, { cookie: self.cookie });
		self.cookie = cookieOf(answer, self.cookie);
		if (answer.status === 303 && !isShop(answer)) await ask(from, new URL(answer.location, base).href, { cookie: self.cookie });
	},
};
const KINDS = ['forger', 'presser', 'forger', 'keeper'];

async function script(link, n) {
	const kind = KINDS[n % KINDS.length], self = { cookie: '' }, from = address(100, n), began = Date.now();
	for (let i = 0; i < ASKS; i++) {
		const due = began + ATTACK_MS * (i + (n % 997) / 997) / ASKS;
		if (due > Date.now()) await sleep(due - Date.now());
		await kinds[kind](link, from, self).catch(() => {});
	}
}

// ---- what everybody holds, looked at all the time from inside
function watch() {
	const psql = spawn('psql', ['-X', '-q', '-A', '-t', '-F', ' ', process.env.UNIFYED_STACK_PG]);
	const seen = [];
	let rest = '';
	psql.stdout.on('data', (part) => {
		const lines = (rest + part).split('\n');
		rest = lines.pop();
		for (const line of lines) {
			const [product, unproven, all, stock, level] = line.split('|');
			if (level !== undefined) seen.push({ product, unproven: Number(unproven), all: Number(all), stock: Number(stock), level: Number(level) });
		}
	});
	psql.stdin.write(`select p.title || '|' || coalesce(sum(r.units) filter (where not r.proven), 0) || '|' || coalesce(sum(r.units), 0) || '|'
		|| i.free + i.held || '|' || i.guard
		from u.inventory i join u.variant v on v.shop_id = i.shop_id and v.item_id = i.item_id join u.product p on p.id = v.product_id
		left join u.reservation r on r.shop_id = i.shop_id and r.item_id = i.item_id and r.state = 'pending' and r.expires_at > u.clock()
		group by p.title, i.free, i.held, i.guard\n\\watch 0.05\n`);
	return { seen, stop: () => new Promise((done) => { psql.on('close', done); psql.kill(); }) };
}

async function limits() {
	const from = address(90, 1);
	const answers = await Promise.all(range(80).map(() => ask(from, `${base}/go/nosuchlink`)));
	const limited = answers.filter(({ status }) => status === 429);
	holds('nginx lets one address have 20 at once and not 80', limited.length >= 40 && answers.length - limited.length >= 20, limited.length);
	holds('and says so on a page, with Retry-After', limited.every(({ headers, text }) => headers['retry-after'] && /<h1>/.test(text)));
	same('another address is not meant', (await ask(address(90, 2), `${base}/go/nosuchlink`)).status, 404);
	const doors = await Promise.all(range(120).map(() => ask(address(90, 3), `${base}/dashboard/login`)));
	holds('so it is with logging in', doors.some(({ status }) => status === 429) && doors.filter(({ status }) => status === 200).length >= 20);
}

const count = (list, good) => list.filter(good).length;
const quantile = (list, q) => [...list].sort((a, b) => a - b)[Math.min(list.length - 1, Math.floor(q * list.length))] ?? 0;

run(async () => {
	console.log(`FACTOR ${FACTOR}, SEED ${SEED}: ${ADDRESSES} addresses x ${ASKS} asks in ${ATTACK_MS / 1000} s, stock ${STOCK}, ${PEOPLE} people, floor ${process.env.UNIFYED_GUARD_FLOOR}`);
	await openShop(SHOP, [oneVariant('Quiet cup', STOCK), oneVariant('Wanted cup', STOCK)]);
	const anna = await Creator.signUp('anna');
	await anna.connect(SHOP);
	const quiet = await anna.link(await anna.offer('Quiet', ['Quiet cup'])), wanted = await anna.link(await anna.offer('Wanted', ['Wanted cup']));
	await limits();

	const watched = watch();
	const before = await people(quiet, 101);
	const served = count(before, ({ sent }) => sent);
	same('on a quiet day everybody gets a unit', served, PEOPLE);

	for (const status of Object.keys(statuses)) delete statuses[status];
	const [now] = await Promise.all([people(wanted, 102), ...range(ADDRESSES).map((n) => script(wanted, n))]);
	await watched.stop();
	const lucky = count(now, ({ sent }) => sent);
	const samples = watched.seen.filter(({ product }) => product === 'Wanted cup');
	const over = samples.filter(({ unproven, stock }) => unproven > Math.max(1, Math.floor(stock * SHARE)));
	const most = Math.max(...samples.map(({ unproven }) => unproven)), levels = Math.max(...samples.map(({ level }) => level));
	const held = samples.at(-1);

	holds('it was watched all the time', samples.length >= ATTACK_MS / 1000 * 5, samples.length);
	same('unproven visitors never hold more than their share', over.length, 0);
	holds('though they tried', most >= Math.floor(STOCK * SHARE) * 0.9, most);
	holds('and the guard was raised', levels >= 1, levels);
	holds(`at least 95 % of those people get a unit under attack`, lucky >= 0.95 * served, `${lucky} of ${served}: ${JSON.stringify(now.filter(({ sent }) => !sent).slice(0, 5))}`);
	holds('nobody was answered with an error of ours', !Object.keys(statuses).some((status) => Number(status) >= 500 && status !== '503'), JSON.stringify(statuses));
	for (const one of now.filter(({ sent }) => sent).slice(0, 3)) holds('who got one can pay', await pay(one.sent));
	const refused = sql(`select payload ->> 'class', count(*) from u.event_log where type = 'HOLD_REFUSED' group by 1 order by 1`);
	holds('what was refused is counted by class', refused.length > 0);
	same('no address is kept', Number(sql(`select count(*) from u.event_log where payload::text ~ '127[.]1'`)[0][0]), 0);
	invariantsHold();

	console.log(`figures: ${lucky}/${served} people served under attack (${Math.round(1000 * lucky / served) / 10} %), unproven at most ${most} of ${STOCK} (share ${Math.floor(STOCK * SHARE)}) in ${samples.length} looks, level ${levels}`);
	console.log(`figures: scripts hold ${held.all - lucky} at the end; a person waited ${quantile(now.map(({ ms }) => ms), 0.5)} ms (p50), ${quantile(now.map(({ ms }) => ms), 0.95)} ms (p95); refused ${refused.map((row) => row.join(' ')).join(', ')}`);
	console.log(`figures: answers ${JSON.stringify(statuses)}`);
});
