// cuts.mjs: see cuts.sh
import { randomBytes, randomUUID } from 'node:crypto';
import { Creator, Visitor, appSecret, ask, base, deliver, dice, family, holds, invariantsHold, oneVariant, openShop, run, same, signature, sleep, sql,
	until } from '../scenarios/lib.mjs';
import { Proxy } from './cuts_proxy.mjs';

const SHOP = 'cuts-shop.myshopify.com';
const FACTOR = Number(process.env.FACTOR ?? 1);
const SEED = Number(process.env.SEED ?? Date.now() % 1000000);
const CUTS = Math.max(30, Math.round(1000 * FACTOR));
const SHARES = { api: 0.5, go: 0.3, hook: 0.2 }; // of the cuts, by who is cut
const TRIES = 40;
const roll = dice(SEED);
const WHERE = ['before', 'before', 'after', 'after', 'middle', 'unknown', 'early'];

const counts = {};
const count = (what) => { counts[what] = (counts[what] ?? 0) + 1; };
const wrong = []; // answers that nobody should get
const fired = { api: 0, go: 0, hook: 0 };
let proxy, over = false;

const plan = () => ({ where: WHERE[roll(WHERE.length)], after: roll(12) });

// Asks until it is answered, with a cut waiting for the first try and for some of the others; says what the last cut came to.
async function insist(role, what, request) {
	let landed = null;
	for (let n = 0; n < TRIES; n++) {
		const cut = n === 0 || roll(4) === 0 ? proxy.arm(role, plan()) : null;
		const answer = await request();
		proxy.disarm(role);
		if (cut?.fired) {
			if (cut.where !== 'early') fired[role]++;
			landed = cut;
			count(`${cut.where}${cut.answered ? ', committed' : ''}`);
		}
		if (answer.status < 400) return { answer, landed };
		if (answer.status !== 503 && answer.status !== 409) wrong.push(`${what}: ${answer.status} ${answer.text.slice(0, 200)}`);
		count(`answered ${answer.status}`);
		await sleep(answer.status === 409 ? 50 : 5);
	}
	throw new Error(`${what} was not answered in ${TRIES} tries`);
}

// ---- what people do under it: each wish has one key, and its effect is counted in the end
const wishes = { offers: [], links: [], patches: 0, clicks: [], orders: [] };
const replays = { wanted: 0, seen: 0 };

async function keyed(anna, method, path, body) {
	const headers = { Authorization: `Bearer ${anna.key}`, Accept: 'application/json', 'Content-Type': 'application/json', 'Idempotency-Key': randomBytes(16).toString('hex') };
	const { answer, landed } = await insist('api', `${method} ${path}`, () => ask(base + path, { method, headers, body: JSON.stringify(body) }));
	const replayed = answer.headers['idempotent-replayed'] === 'true';
	if (landed?.answered) replays.wanted++;
	if (replayed) replays.seen++;
	if (landed?.answered && !replayed) wrong.push(`${method} ${path}: it was committed, and its answer was not replayed`);
	if (landed?.where === 'before' && replayed) count('a cut before COMMIT after one that was committed');
	return JSON.parse(answer.text);
}

async function owner(anna, offer, more) {
	for (let n = 0; more(); n++) {
		const what = roll(3), name = `cut offer ${n}`;
		if (what === 0) {
			await keyed(anna, 'POST', '/offers', { name, kind: 'percentage_off', basis_points: 1000, lines: [{ product: anna.product('Cup').id }] });
			wishes.offers.push(name);
		} else if (what === 1) {
			wishes.links.push((await keyed(anna, 'POST', '/links', { offer: offer.id, platform: 'youtube', surface: 'direct' })).code);
		} else {
			await keyed(anna, 'PATCH', `/offers/${offer.id}`, { name: `Mugs, ${n}` });
			wishes.patches++;
		}
	}
}

// Another visitor's cut may fall on this one's click.
async function patient(tap) {
	for (let n = 0; n < TRIES; n++) {
		const answer = await tap();
		if (answer.status !== 503) return answer;
		await sleep(5);
	}
	throw new Error(`a click was not answered in ${TRIES} tries`);
}

async function visitors(known, link, more) {
	while (more()) {
		const visitor = new Visitor();
		await patient(() => visitor.tap(known));
		const { answer } = await insist('go', 'a click', () => visitor.tap(link));
		const again = await patient(() => visitor.tap(link));
		if (again.mark !== answer.mark) wrong.push(`a click asked again has another checkout: ${again.status} ${again.mark} instead of ${answer.mark}`);
		wishes.clicks.push(answer.mark);
	}
}

function order(n, variant) {
	const set = { shop_money: { amount: '40.00', currency_code: 'EUR' }, presentment_money: { amount: '40.00', currency_code: 'EUR' } }, at = new Date().toISOString();
	return JSON.stringify({ id: 7000000000 + n, name: `#${n}`, created_at: at, updated_at: at, currency: 'EUR', financial_status: 'paid', test: false, total_price_set: set,
		line_items: [{ id: 9000000000 + n, variant_id: variant, title: 'Mug', quantity: 1, current_quantity: 1, price_set: set, discount_allocations: [], properties: [] }], refunds: [] });
}

// The helper that applies them is cut as well.
async function shop(variant, more) {
	for (let n = 0; more(); n++) {
		const body = order(n, variant), id = randomUUID(), hmac = signature(appSecret(), body);
		const helper = proxy.arm('helper', plan());
		await insist('hook', 'a webhook', () => deliver({ shop: SHOP, topic: 'orders/create', id, body, hmac }));
		await sleep(30);
		proxy.disarm('helper');
		if (helper.fired) count('of helpers');
		wishes.orders.push([String(7000000000 + n), id]);
	}
}

// Workers connect once and stay, so each is replaced by one that meets the proxy.
async function between() {
	const { host, rest } = /^host=(?<host>\S+) port=5432 (?<rest>.*)$/.exec(process.env.UNIFYED_STACK_PG).groups;
	proxy = new Proxy(host);
	process.env.UNIFYED_STACK_PG = `host=${host} port=5433 ${rest}`;
	await proxy.open();
	const before = new Set(Object.values(family().pools).flatMap(({ workers }) => workers));
	for (const { pid } of Object.values(family().pools)) process.kill(pid, 'SIGHUP');
	await until('new workers', () => Object.values(family().pools).every(({ workers }) => workers.length > 0 && workers.every((pid) => !before.has(pid))));
}

// ---- one effect for each
const LINKS = `u.short_link l join u.attribution a on a.id = l.attribution_id and a.surface <> 'link_in_bio'`; // that of the bio is made beside them

function effects(before) {
	const one = (text) => Number(sql(text)[0][0]);
	same(`each of ${wishes.offers.length} offers was made once`, sql(`select name from u.offer where name like 'cut offer %' order by name`).flat(), [...wishes.offers].sort());
	same('and told once', one(`select count(*) from u.event_log where type = 'OFFER_CREATED'`) - before.offers, wishes.offers.length);
	const codes = new Set(sql(`select l.code from ${LINKS}`).flat());
	same(`each of ${wishes.links.length} links that were answered is there`, wishes.links.filter((code) => !codes.has(code)), []);
	same('and no other', codes.size - before.links, new Set(wishes.links).size);
	same('and told once', one(`select count(*) from u.event_log e join ${LINKS} on l.id = e.subject where e.type = 'LINK_CREATED'`) - before.links, wishes.links.length);
	const revision = one('select revision from u.offer where id = (select offer_id from u.short_link order by id limit 1)');
	same(`${wishes.patches} changes of an offer made as many revisions`, revision - before.revision, wishes.patches);
	same('and told each once', one(`select count(*) from u.event_log where type = 'OFFER_UPDATED'`) - before.updated, wishes.patches);
	const marks = new Set(sql(`select s.mark from u.checkout_session s join u.short_link l on l.id = s.link_id where l.code = '${before.code}'`).flat());
	same(`each of ${wishes.clicks.length} visitors has one checkout`, [marks.size, wishes.clicks.filter((mark) => !marks.has(mark)).length], [wishes.clicks.length, 0]);
	const inbox = sql(`select webhook_id from u.webhook_inbox where topic = 'orders/create' and shop_domain = '${SHOP}' order by 1`).flat();
	same(`each of ${wishes.orders.length} webhooks is stored once`, inbox, wishes.orders.map(([, id]) => id).sort());
	same('and is one order', sql('select external_id from u.shop_order order by 1').flat(), wishes.orders.map(([id]) => id).sort());
	same('told once', one(`select count(*) from u.event_log where type = 'PURCHASE_COMPLETED'`), wishes.orders.length);
}

async function main() {
	const { products } = await openShop(SHOP, [oneVariant('Mug', 1000000), oneVariant('Cup', 1000000)]);
	const anna = await Creator.signUp('anna');
	await anna.connect(SHOP);
	const offer = await anna.offer('Mugs', ['Mug']), first = await anna.link(offer), cups = await anna.offer('Cups', ['Cup']);
	const known = await anna.link(cups), link = await anna.link(cups);
	const now = (text) => Number(sql(text)[0][0]);
	const revision = now(`select revision from u.offer where id = (select offer_id from u.short_link where code = '${first.code}')`);
	const before = { code: link.code, links: now(`select count(*) from ${LINKS}`), offers: 2, revision, updated: now(`select count(*) from u.event_log where type = 'OFFER_UPDATED'`) };
	await between();
	const began = Date.now(), last = began + 120000 + CUTS * 1000; // a role that is never cut must not go on for ever
	const more = (role) => () => !over && fired[role] < CUTS * SHARES[role] && Date.now() < last;
	const variant = Number(String(products[0].variants[0].id).replace(/^.*\//, ''));
	await Promise.all([owner(anna, offer, more('api')), ...[1, 2, 3].map(() => visitors(known, link, more('go'))), shop(variant, more('hook'))]);
	const took = (Date.now() - began) / 1000;
	await until('the inbox', () => now(`select count(*) from u.webhook_inbox where state = 'new'`) === 0, 60000, 250);
	const listed = (numbers) => Object.entries(numbers).sort().map(([what, n]) => `${what}: ${n}`).join(', ');
	console.log(`figures: ${fired.api + fired.go + fired.hook} connections of workers cut around COMMIT in ${took.toFixed(0)} s (${listed(fired)}); ${listed(counts)}`);
	console.log(`figures: ${replays.seen} API answers were replayed, of which ${replays.wanted} after a COMMIT that went through unheard; seed ${SEED}, FACTOR=${FACTOR}`);
	same('who was not cut as often as wanted', Object.keys(SHARES).filter((role) => fired[role] < CUTS * SHARES[role]), []);
	holds('cuts fell on both sides of COMMIT', ['before', 'after, committed', 'middle, committed'].every((what) => counts[what] > 0), JSON.stringify(counts));
	same('nothing was answered but 503, and 409 while the first is at work, until it was done', [...new Set(wrong)].slice(0, 5), []);
	effects(before);
	invariantsHold();
	same('GET /status/integrity agrees', (await anna.api('GET', '/status/integrity')).holds, true);
}

run(() => main().finally(() => {
	over = true;
	proxy?.close();
}));
