// storm.mjs: see storm.sh
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Creator, Visitor, appSecret, crew, deliver, dice, invariantsHold, oneVariant, openShop, range, run, same, signature, sleep, sql,
	until } from '../scenarios/lib.mjs';
import { makeOrder } from './storm_orders.mjs';

const SHOP = 'storm-shop.myshopify.com';
const FACTOR = Number(process.env.FACTOR ?? 1);
const SEED = Number(process.env.SEED ?? Date.now() % 1000000);
const ORDERS = Math.max(20, Math.round(2000 * FACTOR));
const BAD = 0.05, STALE = 0.05, HANDS = 48, LOCK_MS = 700;
const DRAIN_MS = 600000 * Math.max(1, FACTOR);
const AHEAD_MS = 1800000; // orders lie ahead of the shop's clock, so that no reading of its stock contains them meanwhile
const roll = dice(SEED);
const pick = (list) => list[roll(list.length)];
const numeric = (id) => Number(String(id).replace(/^.*\//, ''));

// ---- the shop, two creators, their offers, and who clicked
const WARES = [['Mug', 4000], ['Bowl', 2400], ['Plate', 1200], ['Vase', 8800], ['Jug', 3600], ['Cup', 1600]];

async function stage() {
	const shop = await openShop(SHOP, WARES.map(([title, minor]) => oneVariant(title, 1000000, (minor / 100).toFixed(2))));
	const anna = await Creator.signUp('anna'), ben = await Creator.signUp('ben');
	await anna.connect(SHOP);
	await ben.connect(SHOP);
	const products = shop.products.map((product, i) => ({ title: product.title, variant: numeric(product.variants[0].id), minor: WARES[i][1] }));
	const offers = [];
	for (const [creator, handle, name, titles, more] of [[anna, 'anna', 'Mugs', ['Mug'], {}], [anna, 'anna', 'Bowls', ['Bowl'], { redemptions_max: 100 * ORDERS, refund_restores: true }],
		[ben, 'ben', 'His plates', ['Plate'], {}], [ben, 'ben', 'His vases', ['Vase'], { refund_restores: true }], [ben, 'ben', 'Nobody clicks', ['Jug'], {}]]) {
		const offer = await creator.offer(name, titles, more);
		const variants = products.filter(({ title }) => titles.includes(title)).map(({ variant }) => variant);
		offers.push({ creator: handle, offer: name, restores: more.refund_restores === true, variants, link: await creator.link(offer) });
	}
	return { anna, products, offers };
}

async function click(offer, units) {
	const tapped = await new Visitor().tap(offer.link, `?units=${units}`);
	if (tapped.status !== 303) throw new Error(`a click on ${offer.offer}: ${tapped.status} ${tapped.text.slice(0, 300)}`);
	return { ...tapped, units, offer, credit: offer, code: new URL(tapped.location).searchParams.get('discount') };
}

async function clicks(offers) {
	const plan = range(ORDERS).map(() => ({ offer: pick(offers.slice(0, 4)), units: 1 + roll(3), what: roll(20) }));
	const buyers = plan.map(() => null);
	await crew(16, plan, async ({ offer, units, what }, i) => {
		if (what >= 4) buyers[i] = { ...await click(offer, units), late: what === 4, left: what === 5 };
	});
	return buyers;
}

// ---- what is told, and how often
function deliveries(orders) {
	const genuine = [], bad = [], stale = [], secret = appSecret();
	const copies = () => 3 + Math.max(roll(8), roll(8));
	const put = (to, order, topic, body, id, hmac) => to.push({ order: order.external, topic, body, id, hmac, shop: SHOP, at: roll(0x7fffffff) });
	for (const order of orders) {
		for (const { topic, body } of order.told) {
			const id = randomUUID(), hmac = signature(secret, body);
			for (let n = copies(); n >= 0; n--) put(genuine, order, topic, body, n === 0 || roll(2) ? id : randomUUID(), hmac);
		}
	}
	const share = Math.round(genuine.length / (1 - BAD - STALE) * BAD);
	const ways = [(body) => [body, signature('another secret', body)], (body) => [body, undefined], (body, good) => [`${body} `, good],
		(body, good) => [body, Buffer.from(good, 'base64').toString('hex')], (body, good) => [body.replace('"quantity":999', '"quantity":998'), good]];
	for (let n = 0; n < share; n++) {
		const order = pick(orders), [body, hmac] = pick(ways)(order.forged, signature(secret, order.forged));
		put(bad, order, pick(['orders/create', 'orders/updated', 'orders/cancelled']), body, randomUUID(), hmac);
		const old = pick(orders), { topic, body: said } = old.told[roll(4)];
		put(stale, old, topic, said, randomUUID(), signature(secret, said));
		stale.at(-1).at = 0x3fffffff + (stale.at(-1).at >> 1);
	}
	return { genuine, bad, stale, all: [...genuine, ...bad, ...stale].sort((a, b) => a.at - b.at) };
}

// While the inbox cannot be written nothing may be answered 200: what is told here is not stored.
function lockInbox() {
	return new Promise((done, fail) => {
		const psql = spawn('psql', ['-X', '-q', '-A', '-t', '-v', 'ON_ERROR_STOP=1', process.env.UNIFYED_STACK_PG, '-c',
			`begin; lock table u.webhook_inbox in share row exclusive mode; select u.ms(clock_timestamp()); select pg_sleep(${LOCK_MS / 1000});
			select u.ms(clock_timestamp()); commit`], { stdio: ['ignore', 'pipe', 'inherit'] });
		let says = '';
		psql.stdout.on('data', (part) => { says += part; });
		psql.on('error', fail);
		psql.on('close', () => { const [from, to] = says.split('\n').filter(Boolean).map(Number); done({ from, to }); });
	});
}

async function send(one) {
	const tries = [];
	for (let n = 0; n < 9; n++) {
		const answer = await deliver(one).catch((error) => ({ status: error.code ?? 'lost', began: Date.now(), ended: Date.now() }));
		tries.push({ status: answer.status, began: answer.began, ended: answer.ended });
		if (answer.status === 200 || answer.status === 401) break;
		await sleep(100 * 2 ** n);
	}
	one.tries = tries;
	one.status = tries.at(-1).status;
}

// Asks all the while that the lock is held, beside the hands, which may all be waiting since before it.
async function lockAndAsk(some) {
	const probes = [];
	let time;
	const lock = lockInbox().then((held) => { time = held; });
	for (const one of some) {
		if (time) break;
		probes.push({ one, done: send(one) });
		await sleep(20);
	}
	await lock;
	await Promise.all(probes.map(({ done }) => done));
	return { ...time, probes: probes.map(({ one }) => one) };
}

async function storm(sent) {
	const half = Math.floor(sent.all.length / 2), again = range(500).map(() => ({ ...pick(sent.genuine) }));
	let locked;
	const began = Date.now();
	await crew(HANDS, sent.all, async (one, i) => {
		if (i === half) locked = lockAndAsk(again);
		await send(one);
	});
	const { probes, ...held } = await locked;
	sent.genuine.push(...probes);
	return { began, ended: Date.now(), locked: held };
}

function acknowledged(sent, time) {
	const tries = [...sent.genuine, ...sent.stale].flatMap((one) => one.tries);
	const during = tries.filter(({ began }) => began > time.locked.from && began < time.locked.to), early = during.filter(({ status, ended }) => status === 200 && ended < time.locked.to);
	const ms = tries.filter(({ began, ended }) => ended < time.locked.from || began > time.locked.to).map(({ began, ended }) => ended - began).sort((a, b) => a - b);
	const at = (share) => ms[Math.min(ms.length - 1, Math.floor(ms.length * share))];
	console.log(`figures: ${sent.all.length} deliveries of ${ORDERS} orders, acknowledged in p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, at most ${ms.at(-1)} ms; ` +
		`${Math.round(sent.all.length / (time.ended - time.began) * 1000)} deliveries/s`);
	same(`every one of ${sent.genuine.length + sent.stale.length} signed deliveries is taken`, tally([...sent.genuine, ...sent.stale]), { 200: sent.genuine.length + sent.stale.length });
	same(`every one of ${sent.bad.length} with a bad signature is refused`, tally(sent.bad), { 401: sent.bad.length });
	same(`while nothing can be stored, ${Math.round(time.locked.to - time.locked.from)} ms, none of ${during.length} is answered 200`, [during.length > 0, early.length], [true, 0]);
}
const tally = (list) => list.reduce((counts, { status }) => ({ ...counts, [status]: (counts[status] ?? 0) + 1 }), {});

async function drained(sent, time) {
	const waiting = () => Number(sql(`select count(*) from u.webhook_inbox where state = 'new' and shop_domain = '${SHOP}'`)[0][0]);
	const left = waiting(), from = Date.now();
	await until('the inbox', () => waiting() === 0, DRAIN_MS, 250);
	const ids = new Set([...sent.genuine, ...sent.stale].map(({ id }) => id));
	const now = Date.now();
	console.log(`figures: ${ids.size} different deliveries applied at ${Math.round(ids.size / (now - time.began) * 1000)}/s overall; ${left} were left when the last was sent, ` +
		`applied in ${((now - from) / 1000).toFixed(1)} s${left > 1000 ? ` at ${Math.round(left / (now - from) * 1000)}/s` : ''}`);
	const kept = sql(`select webhook_id, state, problem from u.webhook_inbox where shop_domain = '${SHOP}' and topic ~ '^(orders|refunds)/'`);
	const unknown = kept.filter(([id]) => !ids.has(id));
	same('0 lost: the inbox has every delivery once, and nothing else', [kept.length, unknown.slice(0, 3)], [ids.size, []]);
	same('0 parked', kept.filter(([, state]) => state !== 'done' && state !== 'ignored').slice(0, 3), []);
}

// ---- the final state, as the model says and as it is
const found = () => new Map(sql(`select o.external_id, jsonb_build_object(
	'state', jsonb_build_array(o.financial_status, o.cancelled_at is not null, o.test, o.total_minor, o.refunded_minor, o.paid_at is not null),
	'credit', jsonb_build_array(c.handle, f.name, s.mark, o.late, case when o.creator_id is null then 'none' else o.credit_reason end),
	'candidate', (select x.name from u.offer x where x.id = o.candidate_offer_id),
	'lines', (select jsonb_agg(jsonb_build_array(l.external_id::text, l.units, l.current_units, l.refunded_units, l.refunded_minor, l.credited) order by l.external_id)
		from u.order_line l where l.order_id = o.id),
	'net', n.net_minor, 'events', (select coalesce(jsonb_object_agg(e.type, e.n), '{}') from (select type, count(*) as n from u.event_log where subject = o.id group by 1) e))
	from u.shop_order o join u.shop p on p.id = o.shop_id and p.domain = '${SHOP}' cross join lateral u.order_net(o.id) n
	left join u.creator c on c.id = o.creator_id left join u.offer f on f.id = o.offer_id left join u.checkout_session s on s.id = o.session_id`)
	.map(([id, row]) => [id, JSON.parse(row)]));

const text = JSON.stringify;
function different(orders, there, what, wanted, is) {
	const off = orders.filter((order) => there.has(order.external) && text(wanted(order)) !== text(is(there.get(order.external))));
	same(`${what} of all ${orders.length} orders`, off.slice(0, 3).map((order) => [order.external, order.fate, is(there.get(order.external)), wanted(order)]), []);
	if (off.length) console.log(`       ${off.length} orders differ`);
}

function compareOrders(orders) {
	sql('create index if not exists storm_event_subject on u.event_log (subject)');
	const there = found();
	same('every order is there once', [...there.keys()].sort(), orders.map(({ external }) => external).sort());
	different(orders, there, 'the state and the totals', (one) => one.wanted.state, (is) => is.state);
	different(orders, there, 'the lines, with what came back', (one) => one.wanted.lines, (is) => is.lines);
	different(orders, there, 'the credit, its mark and its reason', (one) => one.wanted.credit, (is) => is.credit);
	different(orders, there, 'the candidate', (one) => one.wanted.candidate, (is) => is.candidate);
	different(orders, there, 'the net', (one) => one.wanted.net, (is) => is.net);
	for (const type of ['PURCHASE_COMPLETED', 'ORDER_CANCELLED', 'ORDER_REFUNDED', 'PRICE_PROMISE_BROKEN'])
		different(orders, there, `${type}, counted,`, (one) => one.wanted.events[type], (is) => is.events[type] ?? 0);
	const off = orders.filter((one) => (there.get(one.external)?.events.ORDER_UPDATED ?? 0) > one.updates - 1);
	same('ORDER_UPDATED at most once per newer state', off.slice(0, 3).map(({ external, fate }) => [external, fate, there.get(external).events]), []);
}

function compareStock(orders, buyers, products) {
	const bought = new Set(orders.map(({ buyer }) => buyer?.mark)), held = {}, sold = {};
	for (const { variant } of products) held[variant] = sold[variant] = 0;
	for (const buyer of buyers) if (buyer && !bought.has(buyer.mark)) held[buyer.offer.variants[0]] += buyer.units;
	for (const [variant, units] of orders.flatMap((order) => order.wanted.sold)) sold[variant] += units;
	const there = sql(`select v.external_id, i.held, i.sold_unsynced
		from u.inventory i join u.variant v on v.item_id = i.item_id and v.shop_id = i.shop_id order by 1`).map((row) => row.map(Number));
	same('held and sold but not yet counted by the shop, per item', there, products.map(({ variant }) => [variant, held[variant], sold[variant]]).sort((a, b) => a[0] - b[0]));
}

function compareOffers(orders, offers) {
	const used = offers.map(({ offer }) => [offer, orders.filter((order) => order.wanted.redeems && order.wanted.credit[1] === offer).length]);
	same('redemptions of each offer', sql('select name, redemptions_used from u.offer').map(([name, n]) => [name, Number(n)]).sort(), used.sort());
	same('no limited offer holds a redemption but for open checkouts', sql(`select f.name from u.offer f where f.redemptions_held <>
		(select count(*) from u.checkout_session s where s.offer_id = f.id and s.state = 'open' and s.redeems)`), []);
}

run(async () => {
	const { anna, products, offers } = await stage();
	const codes = { clicked: { ...offers[0], code: (await click(offers[0], 1)).code }, unclicked: { ...offers[4], code: (await click(offers[4], 1)).code } };
	sql(`update u.checkout_session set created_at = created_at - interval '60 days' where offer_id = (select id from u.offer where name = 'Nobody clicks')`);
	const buyers = await clicks(offers), began = Date.now() + AHEAD_MS;
	const orders = buyers.map((buyer, n) => makeOrder(roll, n, { began, buyer: buyer?.left ? null : buyer, codes, products }));
	const paying = orders.filter(({ buyer, fate }) => buyer && !buyer.late && fate !== 'void').map(({ buyer }) => buyer);
	for (const buyer of paying.slice(0, Math.ceil(ORDERS / 40))) // the same checkout once more: two orders, one hold
		orders.push(makeOrder(roll, orders.length, { began, buyer, codes, products, shared: true }));
	const sent = deliveries(orders);
	console.log(`       seed ${SEED}, FACTOR=${FACTOR}: ${orders.length} orders, ${sent.genuine.length} deliveries with their duplicates, ${sent.bad.length} badly signed, ${sent.stale.length} stale`);
	const time = await storm(sent);
	acknowledged(sent, time);
	await drained(sent, time);
	compareOrders(orders);
	compareStock(orders, [{ mark: null, units: 1, offer: offers[0] }, { mark: null, units: 1, offer: offers[4] }, ...buyers], products);
	compareOffers(orders, offers);
	same('the owner of the shop sees them all', (await anna.all('/orders')).length, orders.length);
	invariantsHold();
	same('GET /status/integrity agrees', (await anna.api('GET', '/status/integrity')).holds, true);
	console.log(`figures: 0 lost, 0 double where every line above is ok; again: SEED=${SEED} FACTOR=${FACTOR} tests/prove/storm.sh`);
});
