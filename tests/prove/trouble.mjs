// trouble.mjs: see trouble.sh
import { Creator, Visitor, control, holds, invariantsHold, oneVariant, openShop, pay, range, run, same, sql, until } from '../scenarios/lib.mjs';

const BAD = 'trouble-shop.myshopify.com', GOOD = 'calm-shop.myshopify.com';
const FACTOR = Number(process.env.FACTOR ?? 1);
const ROUNDS = Math.max(1, Math.round(2 * FACTOR));
const CALL_MS = Number(process.env.UNIFYED_NET_TOTAL_MS);
// What the other shop may have to wait for: one call that is not answered in each helper, and the helper's own pace.
const BOUND_MS = 2 * CALL_MS + 8000;

const status = (n) => ({ mode: 'status', status: n });
const modes = [
	['no answer', { mode: 'timeout' }], ['an answer after the deadline', { mode: 'delay', ms: CALL_MS * 2 }], ['429', status(429)],
	['THROTTLED', { mode: 'throttle' }], ['402, frozen', status(402)], ['401', status(401)], ['403', status(403)], ['404, gone', status(404)],
	['423, locked', status(423)], ['500', status(500)], ['garbage', { mode: 'garbage' }], ['cut off', { mode: 'drop' }],
	['503 with Retry-After', { mode: 'status', status: 503, retry_after: 3 }], ['200 and half a body', { mode: 'truncate' }],
];
const slice = FACTOR < 0.1 ? modes.filter((_, i) => i % 5 === 0) : modes;
const worst = { discount: 0, order: 0, catalog: 0, click: 0 };

async function timed(what, work) {
	const began = Date.now(), result = await work();
	worst[what] = Math.max(worst[what], Date.now() - began);
	return result;
}

const shopRow = (shop) => sql(`select health, health_reason, call_failures from u.shop where domain = '${shop}'`)[0];
const patience = BOUND_MS + 20000;

// The other shop lives on: a new offer gets its code, a click is answered and paid, the order comes back, a new product appears.
async function calmLife(ben, n) {
	const made = await ben.api('POST', '/offers', { name: `Calm ${n}`, kind: 'percentage_off', basis_points: 1000 + n, lines: [{ product: ben.product('Calm').id }] });
	await timed('discount', async () => {
		await ben.api('POST', `/offers/${made.id}/activate`);
		await until('the discount of the calm shop', async () => (await ben.api('GET', `/offers/${made.id}`)).state === 'active', patience);
	});
	const link = await ben.link(made), tapped = await timed('click', () => new Visitor().tap(link));
	if (tapped.status !== 303) throw new Error(`the calm shop's link answered ${tapped.status}`);
	const orders = Number(sql('select count(*) from u.shop_order')[0][0]);
	await pay(tapped.location);
	await timed('order', () => until('the order', () => Number(sql('select count(*) from u.shop_order')[0][0]) > orders, patience));
	const title = `News ${n}`;
	await control('POST', `/shops/${GOOD}/products`, oneVariant(title, 3));
	await timed('catalog', () => until('the new product', () => Number(sql(`select count(*) from u.product where title = '${title}'`)[0][0]) > 0, patience));
}

// Work for the shop in trouble, in every helper that calls it.
function stir() {
	sql(`update u.shop set call_after = null where domain = '${BAD}';
		update u.offer_discount d set stale = true, revision = revision + 1, retry_at = null from u.shop s where s.id = d.shop_id and s.domain = '${BAD}' and d.state = 'placed';
		update u.inventory i set dirty_at = u.clock() from u.shop s where s.id = i.shop_id and s.domain = '${BAD}';
		update u.reconcile r set due_at = u.clock() from u.shop s where s.id = r.shop_id and s.domain = '${BAD}';
		update u.webhook_subscription w set checked_at = u.clock() - interval '2 days' from u.shop s where s.id = w.shop_id and s.domain = '${BAD}'`);
}

async function round(anna, ben, badLink, [name, fault], n) {
	await control('POST', '/faults', { target: 'graphql', shop: BAD, ...fault });
	stir();
	await calmLife(ben, n);
	const tapped = await timed('click', () => new Visitor().tap(badLink));
	const [health, reason, failures] = shopRow(BAD);
	console.log(`       ${name}: the shop is ${health}${reason ? ` (${reason})` : ''}, ${failures} failures; its link answers ${tapped.status}`);
	holds(`${name}: its link is answered at once`, [303, 503].includes(tapped.status), tapped.status);
	await control('DELETE', '/faults');
	if (shopRow(BAD)[0] === 'needs_reconnect') await anna.connect(BAD);
	stir();
	await until(`${name}: healed`, () => shopRow(BAD)[0] === 'healthy', patience, 200);
}

run(async () => {
	const anna = await Creator.signUp('anna'), ben = await Creator.signUp('ben');
	await openShop(BAD, [oneVariant('Trouble', 100000)]);
	await openShop(GOOD, [oneVariant('Calm', 100000)]);
	await anna.connect(BAD);
	await ben.connect(GOOD);
	await until('the subscriptions', async () => (await control('GET', `/shops/${GOOD}`)).subscriptions.length >= 16);
	const badLink = await anna.link(await anna.offer('Trouble', ['Trouble']));
	let n = 0;
	for (const _ of range(ROUNDS)) for (const mode of slice) await round(anna, ben, badLink, mode, ++n);
	await until('nothing is given up or waiting', () => Number(sql(`select count(*) from u.offer_discount where stale or state = 'wanted'`)[0][0]) === 0, patience);
	console.log(`figures: ${n} rounds of ${slice.length} kinds of trouble; at the other shop at most ${worst.discount} ms to a discount, ${worst.order} ms to an order, ${worst.catalog} ms to a product; a click at most ${worst.click} ms; a call may take ${CALL_MS} ms; FACTOR=${FACTOR}`);
	for (const what of ['discount', 'order', 'catalog']) holds(`the other shop never waited longer than ${BOUND_MS} ms for its ${what}`, worst[what] <= BOUND_MS, worst[what]);
	holds('a click never waited for a shop', worst.click < 1000, worst.click);
	same('no job was given up', Number(sql(`select count(*) from u.job where state = 'dead'`)[0][0]), 0);
	const [[told]] = sql(`select count(*) from u.event_log where type = 'CONNECTION_HEALTH' and payload ->> 'health' = 'healthy'`);
	const [[ill]] = sql(`select count(*) from u.event_log where type = 'CONNECTION_HEALTH' and payload ->> 'health' <> 'healthy'`);
	holds('each trouble that was told of was told to be over', Number(told) >= 1 || Number(ill) === 0, `${ill} and ${told}`);
	invariantsHold();
});
