// kills.mjs: see kills.sh
import { randomBytes } from 'node:crypto';
import { Creator, Harm, Visitor, appSecret, ask, base, control, deliver, dice, holds, invariantsHold, oneVariant, openShop, ordersAt, pay, range, run, same,
	signature, sleep, sql, until } from '../scenarios/lib.mjs';

const SHOP = 'kill-shop.myshopify.com';
const FACTOR = Number(process.env.FACTOR ?? 1);
const KILLS = Math.max(6, Math.round(200 * FACTOR)), CRASHES = Math.max(1, Math.round(10 * FACTOR));
const SEED = Number(process.env.SEED ?? Date.now() % 1000000);
const BUYERS = 6, WRITERS = 2, SENDERS = 2, PLENTY = 100000, SCARCE = 40;
const PAUSE_MS = 150, BACK_MS = 300;

const roll = dice(SEED), random = () => roll(2 ** 30) / 2 ** 30;
const harm = new Harm(random);
const journal = { marks: [], orders: [], deliveries: [], links: [] }; // what somebody has an answer for
const wrong = [], counts = {};
let open = true;

function noted(app, what, answer) {
	const key = `${what} ${answer.status}`;
	counts[key] = (counts[key] ?? 0) + 1;
	if (answer.status >= 500 && !harm.excused(answer, app)) wrong.push(key);
	return answer;
}

// A connection that breaks in the middle is an answer nobody got.
const attempt = async (work) => { try { return await work(); } catch { counts['no answer'] = (counts['no answer'] ?? 0) + 1; return { status: 0 }; } };

// ---- what people do
async function buyer(links) {
	for (; open; await sleep(20)) {
		const visitor = new Visitor(), link = harm.pick(links);
		const tapped = await attempt(async () => noted('go', 'click', await visitor.tap(link)));
		if (tapped.status !== 303) continue;
		journal.marks.push(tapped.mark);
		if (Math.random() < 0.5) {
			const order = await pay(tapped.location);
			if (order) journal.orders.push(order);
		} else if (Math.random() < 0.3) await attempt(async () => noted('go', 'release', await visitor.release(link)));
	}
}

// The same key until there is an answer, as a client does: then there is one link, not two and not none.
async function writer(anna, offer) {
	for (; open; await sleep(30)) {
		const key = randomBytes(16).toString('hex');
		const headers = { Authorization: `Bearer ${anna.key}`, Accept: 'application/json', 'Content-Type': 'application/json', 'Idempotency-Key': key };
		const body = JSON.stringify({ offer: offer.id, platform: 'youtube', surface: 'direct' });
		for (let made = { status: 0 }; open && made.status !== 201; await sleep(10)) {
			made = await attempt(async () => noted('links', 'write', await ask(`${base}/links`, { method: 'POST', headers, body })));
			if (made.status === 201) journal.links.push(JSON.parse(made.text).code);
		}
	}
}

async function sender(name) {
	const secret = appSecret();
	for (let n = 0; open; n++, await sleep(30)) {
		const id = `kills-${name}-${n}`, body = JSON.stringify({ inventory_item_id: 1, location_id: 1, available: n, updated_at: new Date().toISOString() });
		const told = await attempt(async () => noted('webhooks', 'delivery', await deliver({ shop: SHOP, topic: 'inventory_levels/update', id, body, hmac: signature(secret, body) })));
		if (told.status === 200) journal.deliveries.push(id);
	}
}

// ---- what dies
async function answers(anna, link) {
	const secret = appSecret(), body = '{"id":1}';
	const all = await Promise.all([
		attempt(() => new Visitor().tap(link)),
		attempt(() => ask(`${base}/links?limit=1`, { headers: { Authorization: `Bearer ${anna.key}`, Accept: 'application/json' } })),
		attempt(() => deliver({ shop: SHOP, topic: 'orders/edited', id: `probe-${randomBytes(8).toString('hex')}`, body, hmac: signature(secret, body) })),
	]);
	return all.every(({ status }) => status > 0 && status < 500);
}

async function chaos(anna, link) {
	const crashes = [];
	for (const n of range(KILLS)) {
		await sleep(PAUSE_MS);
		if (Math.floor((n + 1) * CRASHES / KILLS) > Math.floor(n * CRASHES / KILLS)) crashes.push(await harm.crashDatabase(() => answers(anna, link)));
		if (random() < 0.7) await harm.killWorker();
		else harm.killHelper();
	}
	return crashes;
}

// ---- what must be true afterwards
async function settle() {
	await control('POST', '/webhooks', { timeScale: 2000 });
	await until('the deliveries', async () => (await control('POST', '/flush', { timeoutMs: 5000 })).pending === 0, 120000);
	await until('the inbox', () => Number(sql(`select count(*) from u.webhook_inbox where state = 'new'`)[0][0]) === 0, 120000);
}

const lost = (kept, query) => {
	const known = new Set(sql(query).flat());
	return kept.filter((one) => !known.has(one)).slice(0, 5);
};

async function check(scarce) {
	same(`none of ${journal.marks.length} redirects is lost`, lost(journal.marks, 'select mark from u.checkout_session'), []);
	same(`none of ${journal.deliveries.length} deliveries answered 200 is lost`, lost(journal.deliveries, 'select webhook_id from u.webhook_inbox'), []);
	same(`none of ${journal.links.length} links answered 201 is lost`, lost(journal.links, 'select code from u.short_link'), []);
	const asked = `u.short_link l join u.attribution a on a.id = l.attribution_id and a.surface <> 'link_in_bio'`; // that of the bio is made beside them
	const made = Number(sql(`select count(*) from ${asked}`)[0][0]) - 2 - journal.links.length;
	holds('and none was made twice by its key, but for those that nobody waited for in the end', made >= 0 && made <= WRITERS, made);
	const there = (await ordersAt(SHOP)).map(({ id }) => String(id)).sort(), here = sql('select external_id from u.shop_order').flat().sort();
	same(`every one of ${there.length} orders of the shop is here once`, here, there);
	same('every buyer who holds a receipt is credited to the link', Number(sql('select count(*) from u.shop_order where session_id is not null')[0][0]), journal.orders.length);
	const [[units]] = sql(`select coalesce(sum(s.units), 0) from u.checkout_session s join u.short_link l on l.id = s.link_id where l.code = '${scarce.code}' and s.state in ('open', 'completed')`);
	holds(`of ${SCARCE} scarce units no more are held or sold`, Number(units) <= SCARCE, units);
	same('nothing was answered 5xx but in the hands of what died', [...new Set(wrong)], []);
	invariantsHold();
}

function figures(what, list) {
	const sorted = list.map((ms) => Math.round(ms)).sort((a, b) => a - b);
	const median = sorted[Math.floor(sorted.length / 2)], most = sorted.at(-1);
	console.log(`       ${what}: ${median} ms (median), ${most} ms at most, of ${sorted.length}`);
	return { median, most };
}

run(async () => {
	console.log(`       seed ${SEED}, ${KILLS} kills, ${CRASHES} crashes of PostgreSQL, ${BUYERS} buyers, ${WRITERS} writers, ${SENDERS} senders`);
	await openShop(SHOP, [oneVariant('Plenty', PLENTY), oneVariant('Scarce', SCARCE)]);
	const anna = await Creator.signUp('anna');
	await anna.connect(SHOP);
	const links = [], offers = [];
	for (const title of ['Plenty', 'Scarce']) {
		offers.push(await anna.offer(title, [title]));
		links.push(await anna.link(offers.at(-1)));
	}
	const people = [...range(BUYERS).map(() => buyer(links)), ...range(WRITERS).map(() => writer(anna, offers[0])), ...range(SENDERS).map(sender)];
	const crashes = await chaos(anna, links[0]);
	open = false;
	await Promise.all(people);
	await settle();

	console.log(`       ${Object.entries(counts).sort().map(([what, n]) => `${what}: ${n}`).join(', ')}`);
	console.log(`       ${harm.workers} workers and ${harm.helpers} helpers killed, PostgreSQL crashed ${harm.crashes} times`);
	const worker = figures('from the kill to another worker waiting for work', harm.back);
	figures('from the crash of PostgreSQL to a click, an API read and a delivery answered', crashes.map(({ all }) => all));
	const database = figures('from PostgreSQL taking queries to those three answered', crashes.map(({ since }) => since));
	console.log(`figures: ${harm.workers + harm.helpers} kills, worker back in ${worker.median} ms (at most ${worker.most}); ${harm.crashes} crashes, served ${database.median} ms after PostgreSQL (at most ${database.most}); seed ${SEED}`);
	figures('which took, just before each crash,', crashes.map(({ usual }) => usual));
	holds(`workers are back within ${BACK_MS} ms of the kill`, worker.most <= BACK_MS, `${worker.most} ms`);
	const late = crashes.map(({ since, usual }) => Math.round(since - usual)).filter((ms) => ms > BACK_MS);
	holds(`and within ${BACK_MS} ms of PostgreSQL, beside what the three take anyhow`, late.length === 0, late);
	await check(links[1]);
});
