// loss.mjs: see loss.sh
import { Creator, Visitor, control, holds, invariantsHold, ordersAt, pay, range, run, same, sleep, sql, until } from '../scenarios/lib.mjs';

const SHOP = 'loss-shop.myshopify.com';
const FACTOR = Number(process.env.FACTOR ?? 1);
const ORDERS = Math.max(12, Math.round(300 * FACTOR));
const SEED = Number(process.env.SEED ?? Date.now() % 1000000);
const TOPICS = 16;
const PATIENCE_MS = 120000 + 1000 * ORDERS;

let state = SEED | 0;
function roll(n) {
	state = (state + 0x6d2b79f5) | 0;
	let t = Math.imul(state ^ (state >>> 15), state | 1);
	t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
	return ((t ^ (t >>> 14)) >>> 0) % n;
}

const act = (order, action, body = {}) => control('POST', `/shops/${SHOP}/orders/${order.id}/${action}`, body);

// What happens to an order after it was placed, by its number.
const fates = [
	async () => {},
	async (order) => act(order, 'refund', { lines: [{ lineItemId: order.lines[0].id, quantity: 1 }] }),
	async (order) => { await act(order, 'refund', { amount: '1.00' }); await act(order, 'refund', { amount: '2.00', restock: false }); },
	async (order) => act(order, 'cancel', { reason: 'customer' }),
	async (order) => act(order, 'cancel', { reason: 'fraud', restock: false }),
	async (order) => act(order, 'edit', { lines: [{ lineItemId: order.lines[0].id, quantity: 1 }] }),
	async (order) => act(order, 'refund', {}),
	async (order) => { await act(order, 'edit', { add: [{ variantId: order.lines[0].variantId, quantity: 2 }] }); await act(order, 'refund', { amount: '0.50' }); },
];

async function oneOrder(variants, i) {
	const paid = roll(4) > 0;
	const lines = range(1 + roll(2)).map((k) => ({ variantId: variants[(i + k) % variants.length], quantity: 2 + roll(3) }));
	const { order } = await control('POST', `/shops/${SHOP}/orders`, { lines, paid });
	if (!paid && roll(2)) {
		await act(order, 'cancel', { reason: 'other' });
		return;
	}
	if (!paid) await act(order, 'pay');
	await fates[roll(fates.length)](order);
}

const minor = (decimal) => Math.round(Number(decimal) * 100);
const seconds = (at) => Math.floor(Date.parse(at) / 1000);

// Every order as the shop has it, and as we have it, in one form.
const theirs = async () => new Map((await ordersAt(SHOP)).map((o) => [o.id, JSON.stringify([o.financialStatus, Boolean(o.cancelledAt), minor(o.total), minor(o.refunded), seconds(o.updatedAt),
	o.lines.map((line) => [line.id, line.quantity, line.currentQuantity]).sort()])]));
const ours = () => new Map(sql(`select o.external_id, jsonb_build_array(o.financial_status, o.cancelled_at is not null, o.total_minor,
	(select coalesce(sum(r.paid_back_minor), 0) from u.order_refund r where r.order_id = o.id), floor(extract(epoch from o.shop_updated_at))::bigint,
	(select jsonb_agg(jsonb_build_array(l.external_id::text, l.units, l.current_units) order by l.external_id) from u.order_line l where l.order_id = o.id))
	from u.shop_order o join u.shop s on s.id = o.shop_id where s.domain = '${SHOP}'`).map(([id, row]) => [id, JSON.stringify(JSON.parse(row))]));

async function wrong() {
	const there = await theirs(), here = ours();
	return { all: there.size, here: here.size, missing: [...there.keys()].filter((id) => !here.has(id)), stale: [...there].filter(([id, row]) => here.has(id) && here.get(id) !== row),
		ours: here };
}

// The inbox has nothing left to do but refunds that wait for an order that never came.
async function settled() {
	await control('POST', '/flush', {});
	await until('the inbox', () => Number(sql("select count(*) from u.webhook_inbox where state = 'new' and attempts = 0")[0][0]) === 0, PATIENCE_MS);
}

async function onePass() {
	const began = Date.now();
	sql(`update u.reconcile r set due_at = u.clock() from u.shop s where s.id = r.shop_id and s.domain = '${SHOP}'`);
	const before = Number(sql('select count(*) from u.reconcile_run where finished_at is not null')[0][0]);
	await until('the pass', () => Number(sql('select count(*) from u.reconcile_run where finished_at is not null')[0][0]) > before, PATIENCE_MS, 100);
	const [row] = sql('select missing, newer, different, same, refused from u.reconcile_run order by id desc limit 1');
	const [missing, newer, different, equal, refused] = row.map(Number);
	return { missing, newer, different, same: equal, refused, ms: Date.now() - began };
}

async function clicked(anna) {
	const link = await anna.link(await anna.offer('Clicked', ['Clicked mug']));
	for (let i = 0; i < Math.min(20, ORDERS / 4); i++) {
		const tapped = await new Visitor().tap(link);
		if (tapped.status === 303) await pay(tapped.location);
	}
}

run(async () => {
	const { products } = await control('POST', '/shops', { shop: SHOP, name: 'Loss', currency: 'EUR', autoApprove: true, bucket: { max: 20000, restore: 2000 },
		products: [{ title: 'Clicked mug', variants: [{ price: '40.00', stock: 100000 }] }, ...range(5).map((i) => ({ title: `Cup ${i}`, variants: [{ price: `${10 + i}.50`, stock: 1000000 }] }))] });
	const anna = await Creator.signUp('anna');
	await anna.connect(SHOP);
	await until('the subscriptions', async () => (await control('GET', `/shops/${SHOP}`)).subscriptions.length >= TOPICS);
	await until('a first pass', () => Number(sql('select count(*) from u.reconcile_run where finished_at is not null')[0][0]) > 0);
	await control('POST', '/webhooks', { drop: 0.3, seed: SEED });
	const variants = products.slice(1).map((product) => product.variants[0].id);
	await clicked(anna);
	for (let i = 0; i < ORDERS; i++) await oneOrder(variants, i);
	await settled();
	const { deliveries } = await control('GET', '/deliveries?limit=1');
	const counts = (await control('GET', `/shops/${SHOP}`)).deliveries;
	await control('POST', '/webhooks', { drop: 0 });
	const before = await wrong();
	const found = await onePass();
	await settled();
	const after = await wrong();
	console.log(`figures: ${after.all} orders, ${counts.dropped} of ${counts.done + counts.dropped} deliveries lost; before the pass ${before.missing.length} orders were missing and ${before.stale.length} were not as the shop has them`);
	console.log(`figures: the pass found ${found.missing} missing, ${found.newer} newer, ${found.different} different, ${found.same} the same, in ${found.ms} ms; seed ${SEED}, FACTOR=${FACTOR}`);
	holds('deliveries were lost, and it showed', counts.dropped > 0 && before.missing.length + before.stale.length > 0 && deliveries.length > 0);
	same('one pass finds every missing order', found.missing, before.missing.length);
	same('after one pass no order is missing', after.missing, []);
	same('after one pass every order is as the shop has it', after.stale.slice(0, 3).map(([id, row]) => [id, row, after.ours.get(id)]), []);
	same('and nothing that the shop does not have', after.here, after.all);
	same('and nothing was refused', found.refused, 0);
	same('the API shows them all to the owner', (await anna.all('/orders')).length, after.all);
	await sleep(300);
	invariantsHold();
});
