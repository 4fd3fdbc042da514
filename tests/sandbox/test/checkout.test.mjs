// From the permalink to the webhook: discount sums, stock, one order per checkout, refunds, disorder, faults.
import test from 'node:test';
import assert from 'node:assert/strict';
import { checkWebhook } from '../core/sign.mjs';
import { split } from '../core/money.mjs';
import { retryDelay } from '../shopify/webhooks.mjs';
import { SECRET, SHOP, createDiscount, fixture, off, percent, ready, receiver, subscribe } from '../rig.mjs';

const total = (html) => Number(/data-testid="checkout-total" data-minor="(\d+)"/.exec(html)[1]);
const ORDER_TOPICS = ['ORDERS_CREATE', 'ORDERS_PAID', 'ORDERS_UPDATED', 'ORDERS_CANCELLED', 'ORDERS_EDITED', 'REFUNDS_CREATE', 'INVENTORY_LEVELS_UPDATE', 'PRODUCTS_UPDATE', 'PRODUCTS_DELETE'];

async function checkout(client, path) {
	const cart = await client.call('GET', `/s/${SHOP}/cart/${path}`, undefined, { referer: 'http://127.0.0.1/m/1' });
	const where = cart.headers.get('location');
	const page = where && await client.call('GET', where);
	return { status: cart.status, where, html: page?.text, pay: (form = {}) => client.call('POST', `${where}/pay`, new URLSearchParams(form).toString(), { 'content-type': 'application/x-www-form-urlencoded' }) };
}

async function withHooks(t, extra) {
	const made = await ready(t, extra);
	const hooks = await receiver();
	t.after(hooks.close);
	await subscribe(made.client, hooks.url, ORDER_TOPICS);
	const drain = async () => { await made.client.control('/flush'); return hooks.seen.splice(0); };
	return { ...made, hooks, drain };
}

const level = async (client, title) => (await client.get(`/shops/${SHOP}`)).products.find((one) => one.title === title).variants[0].stock[0];

test('permalink, checkout, pay, webhooks', async (t) => {
	const { client, variant, drain } = await withHooks(t);
	const tote = variant('Linen Tote');
	await createDiscount(client, { ...percent(0.1, [tote]), code: 'SAVE-10', usageLimit: 1 });
	const properties = Buffer.from(JSON.stringify({ _line: 'x/1' })).toString('base64url');
	const query = `discount=save-10&attributes%5Bclick%5D=tok&attributes%5Boffer%5D=o1&properties=${properties}&ref=r1&utm_source=u&note=hi`;
	const buyer = await checkout(client, `${tote.id}:2?${query}`);
	assert.equal(buyer.status, 302);
	assert.equal(total(buyer.html), 7200);
	assert.match(buyer.html, /data-testid="discount"/);
	const paid = await buyer.pay({ expected_total: 7200 });
	assert.equal(paid.status, 303);
	assert.match((await client.call('GET', paid.headers.get('location'))).text, /data-testid="order-name">#1001</);
	assert.equal((await buyer.pay()).headers.get('location'), paid.headers.get('location'), 'paying twice is one order');
	const seen = await drain();
	assert.deepEqual(seen.map((one) => one.topic).sort(), ['inventory_levels/update', 'orders/create', 'orders/paid']);
	for (const one of seen) assert.ok(checkWebhook(SECRET, one.headers, one.bytes), one.topic);
	assert.equal(new Set(seen.map((one) => one.headers['x-shopify-event-id'])).size, 1);
	assert.equal(new Set(seen.map((one) => one.headers['x-shopify-webhook-id'])).size, 3);
	const hook = seen.find((one) => one.topic === 'orders/create');
	const order = hook.body;
	const sample = JSON.parse(fixture('payloads/orders_create.json'));
	assert.deepEqual(Object.keys(sample).filter((key) => !(key in order)), []);
	assert.deepEqual(Object.keys(sample.line_items[0]).filter((key) => !(key in order.line_items[0])), []);
	assert.match(hook.text, /"id":8209829119461\d{5},/, 'the id leaves as exact digits');
	assert.match(hook.text, /"landing_site":"\\\/cart\\\//);
	assert.deepEqual(order.note_attributes, [{ name: 'click', value: 'tok' }, { name: 'offer', value: 'o1' }]);
	assert.deepEqual(order.line_items[0].properties, [{ name: '_line', value: 'x/1' }]);
	assert.deepEqual(order.discount_codes, [{ code: 'SAVE-10', amount: '8.00', type: 'percentage' }]);
	assert.equal(order.line_items[0].discount_allocations[0].amount, '8.00');
	assert.equal(order.landing_site, `/cart/${tote.id}:2?${query}`);
	assert.deepEqual([order.landing_site_ref, order.note, order.total_price, order.financial_status, order.referring_site], ['r1', 'hi', '72.00', 'paid', 'http://127.0.0.1/m/1']);
	assert.deepEqual(await level(client, 'Linen Tote'), { locationId: (await level(client, 'Linen Tote')).locationId, available: 3, committed: 2 });
	const again = await checkout(client, `${tote.id}:1?discount=SAVE-10`);
	assert.equal(total(again.html), 4000, 'used up');
	assert.match(again.html, /has been used up/);
});

test('the last unit is sold once; the total a buyer saw is the total he pays', async (t) => {
	const { client, variant, drain } = await withHooks(t);
	const mug = variant('Mug');
	const [a, b, c] = [await checkout(client, `${mug.id}:1`), await checkout(client, `${mug.id}:1`), await checkout(client, `${mug.id}:1`)];
	await client.control(`/shops/${SHOP}/variants/${mug.id}`, { price: '13.00' }, 'PATCH');
	assert.equal((await a.pay({ expected_total: 1250 })).status, 409);
	const answers = await Promise.all([b.pay(), c.pay()]);
	assert.deepEqual(answers.map((one) => one.status).sort(), [303, 409]);
	assert.match(answers.find((one) => one.status === 409).text, /data-testid="sold-out"/);
	assert.equal((await client.call('POST', `/control/shops/${SHOP}/sell`, { variantId: mug.id, quantity: 1, channel: 'pos' })).status, 409);
	assert.equal((await drain()).filter((one) => one.topic === 'orders/create').length, 1);
	await client.control(`/shops/${SHOP}/stock`, { variantId: mug.id, available: 4 });
	await client.control(`/shops/${SHOP}/sell`, { variantId: mug.id, quantity: 1, channel: 'pos' });
	const seen = await drain();
	assert.deepEqual(seen.filter((one) => one.topic === 'inventory_levels/update').map((one) => one.body.available).sort(), [3, 4]);
	const sale = seen.find((one) => one.topic === 'orders/create').body;
	assert.deepEqual([sale.source_name, sale.note_attributes, sale.landing_site], ['pos', [], null]);
	assert.equal((await checkout(client, `${variant('Gift card').id}:900`)).html.includes('sold-out'), false, 'untracked has no limit');
	assert.equal((await checkout(client, 'abc:1')).status, 400);
	assert.equal((await checkout(client, '999:1')).status, 404);
});

test('discount sums: per item, across, windows, once per customer, currencies', async (t) => {
	assert.deepEqual(split(100, [1, 1, 1]), [34, 33, 33]);
	const { client, variant } = await ready(t, { currency: 'KWD' });
	const [tote, mug] = [variant('Linen Tote'), variant('Mug')];
	await createDiscount(client, { ...off('1.250', true, [tote]), code: 'EACH' });
	await createDiscount(client, { ...off('10.000', false), code: 'ACROSS' });
	await createDiscount(client, { ...percent(0.333, [mug]), code: 'THIRD', startsAt: '2090-01-01T00:00:00Z' });
	await createDiscount(client, { ...percent(0.5), code: 'ONCE', appliesOncePerCustomer: true });
	const price = async (query) => total((await checkout(client, `${tote.id}:2,${mug.id}:1?${query}`)).html);
	assert.equal(await price(''), 92500);
	assert.equal(await price('discount=EACH'), 90000);
	assert.equal(await price('discount=ACROSS'), 82500);
	assert.equal(await price('discount=THIRD'), 92500);
	assert.equal(await price('discount=EACH,ACROSS'), 82500, 'not combinable: the better one');
	await client.control('/clock', { setMs: Date.parse('2090-01-02T00:00:00Z') });
	assert.equal(await price('discount=THIRD'), 92500 - Math.round(12500 * 0.333));
	const first = await checkout(client, `${tote.id}:1?discount=ONCE`);
	assert.equal((await first.pay({ expected_total: 20000, email: 'A@b.example' })).status, 303);
	const second = await checkout(client, `${tote.id}:1?discount=ONCE`);
	const refused = await second.pay({ expected_total: 20000, email: 'a@B.example' });
	assert.equal(refused.status, 409);
	assert.match(refused.text, /once per customer/);
});

test('pay later, cancel, refund, edit', async (t) => {
	const { client, variant, drain } = await withHooks(t, { shipping: '4.90', presentment: { currency: 'USD', rate: 1.1 } });
	const tote = variant('Linen Tote');
	await createDiscount(client, { ...percent(0.1), code: 'TEN' });
	const control = (id, action, body) => client.control(`/shops/${SHOP}/orders/${id}/${action}`, body);
	const made = await client.control(`/shops/${SHOP}/orders`, { lines: [{ variantId: tote.id, quantity: 3 }], discountCodes: ['TEN'], paid: false, test: true });
	assert.equal(made.order.total, '112.90');
	let seen = await drain();
	assert.deepEqual(seen.map((one) => one.topic).sort(), ['inventory_levels/update', 'orders/create']);
	assert.deepEqual(seen.find((one) => one.topic === 'orders/create').body.total_price_set.presentment_money, { amount: '124.19', currency_code: 'USD' });
	const { id } = made.order;
	await control(id, 'pay');
	assert.deepEqual((await drain()).map((one) => one.topic).sort(), ['orders/paid', 'orders/updated']);
	await control(id, 'refund', { lines: [{ variantId: tote.id, quantity: 1 }], restock: true });
	seen = await drain();
	assert.deepEqual(seen.map((one) => one.topic).sort(), ['inventory_levels/update', 'orders/updated', 'refunds/create']);
	const refund = seen.find((one) => one.topic === 'refunds/create').body;
	const sample = JSON.parse(fixture('payloads/refunds_create.json'));
	assert.deepEqual(Object.keys(sample).filter((key) => !(key in refund)), []);
	assert.equal(refund.refund_line_items[0].subtotal_set.shop_money.amount, '36.00');
	assert.equal(seen.find((one) => one.topic === 'orders/updated').body.current_subtotal_price, '72.00');
	await control(id, 'edit', { lines: [{ variantId: tote.id, quantity: 1 }], add: [{ variantId: variant('Mug').id, quantity: 1 }] });
	assert.deepEqual(new Set((await drain()).map((one) => one.topic)), new Set(['inventory_levels/update', 'orders/edited', 'orders/updated']));
	await control(id, 'cancel', { reason: 'customer' });
	seen = await drain();
	assert.deepEqual(new Set(seen.map((one) => one.topic)), new Set(['inventory_levels/update', 'orders/cancelled', 'orders/updated', 'refunds/create']));
	assert.deepEqual([(await level(client, 'Linen Tote')).available, (await level(client, 'Linen Tote')).committed], [5, 0]);
	const { json } = await client.graphql('query O($id: ID!) { order(id: $id) { displayFinancialStatus cancelReason totalRefundedSet { shopMoney { amount } } } }', { id: `gid://shopify/Order/${id}` });
	assert.equal(json.data.order.cancelReason, 'CUSTOMER');
	await client.control(`/shops/${SHOP}/products/${(await client.get(`/shops/${SHOP}`)).products[1].id}`, {}, 'DELETE');
	assert.deepEqual((await drain()).map((one) => one.topic), ['products/delete']);
});

test('includeFields, filters, retries, disorder, single deliveries', async (t) => {
	const { client, variant, hooks, drain } = await withHooks(t);
	const other = await receiver();
	t.after(other.close);
	await subscribe(client, other.url, ['ORDERS_CREATE'], { includeFields: ['id', 'note_attributes', 'line_items.id', 'line_items.quantity'], name: 'slim', filter: 'test:false' });
	const order = () => client.control(`/shops/${SHOP}/orders`, { lines: [{ variantId: variant('Gift card').id, quantity: 1 }], attributes: { k: 'v' } });
	const { order: made } = await order();
	await drain();
	assert.deepEqual(Object.keys(other.seen[0].body), ['id', 'note_attributes', 'line_items']);
	assert.deepEqual(Object.keys(other.seen[0].body.line_items[0]), ['id', 'quantity']);
	assert.equal(other.seen[0].headers['x-shopify-name'], 'slim');
	assert.equal(Math.round([0, 1, 2, 3, 4, 5, 6, 7].reduce((sum, k) => sum + retryDelay(k, 1), 0)), 4 * 3600 * 1000);
	await client.control('/webhooks', { timeScale: 20000 });
	let failures = 2;
	hooks.state.status = () => (failures-- > 0 ? 503 : 200);
	await order();
	const retried = (await drain()).filter((one) => one.topic === 'orders/create');
	assert.ok(retried.length >= 1 && new Set(retried.map((one) => one.headers['x-shopify-webhook-id'])).size === 1);
	await client.control('/webhooks', { duplicate: 2, shuffle: true, seed: 7 });
	await order();
	const copies = (await drain()).filter((one) => one.topic === 'orders/create');
	assert.equal(copies.length, 3);
	assert.equal(new Set(copies.map((one) => one.headers['x-shopify-webhook-id'])).size, 1);
	await client.control('/webhooks', { duplicate: 0, shuffle: false, drop: 1 });
	await order();
	assert.equal((await drain()).length, 0);
	await client.control('/webhooks', { drop: 0 });
	const sent = await client.control('/deliver', { shop: SHOP, topic: 'orders/create', orderId: made.id, copies: 2, webhookId: 'w-1', badSignature: true });
	assert.deepEqual(sent.statuses, [200, 200]);
	assert.ok((await drain()).every((one) => !checkWebhook(SECRET, one.headers, one.bytes) && one.headers['x-shopify-webhook-id'] === 'w-1'));
	const raw = await client.control('/deliver', { shop: SHOP, topic: 'orders/create', body: '{"id":820982911946154508}', target: hooks.url });
	assert.equal(raw.statuses[0], 200);
	assert.equal((await drain())[0].text, '{"id":820982911946154508}');
	hooks.state.status = 500;
	await client.control('/webhooks', { timeScale: 1000000 });
	await order();
	await drain();
	const rows = (await client.get(`/deliveries?shop=${SHOP}&topic=orders/create&state=failed`)).deliveries;
	assert.equal(rows[0].attempts.length, 9);
	assert.ok(!(await client.get(`/shops/${SHOP}`)).subscriptions.some((sub) => sub.uri === hooks.url && sub.topic === 'ORDERS_CREATE'), 'removed after its retries');
});

test('faults', async (t) => {
	const { client } = await ready(t);
	const probe = () => client.graphql('query S { shop { name } }').then((answer) => answer, () => null);
	const fault = (mode, more) => client.control('/faults', { target: 'graphql', mode, count: 1, ...more });
	await fault('status', { status: 502 });
	assert.equal((await probe()).status, 502);
	await fault('garbage');
	assert.equal((await probe()).json, null);
	await fault('throttle');
	assert.equal((await probe()).json.errors[0].extensions.code, 'THROTTLED');
	await fault('drop');
	assert.equal(await probe(), null);
	await fault('lost_answer', { match: 'discountCodeBasicCreate' });
	assert.equal((await probe()).status, 200, 'does not match');
	await assert.rejects(createDiscount(client, percent(0.1)));
	assert.equal((await createDiscount(client, percent(0.1))).userErrors[0].code, 'TAKEN', 'the lost call had done its work');
	await client.control('/faults', { target: 'token', mode: 'status', status: 503 });
	assert.equal((await client.tokens({ grant_type: 'refresh_token' })).status, 503);
	await client.control('/faults', undefined, 'DELETE');
	assert.equal((await client.tokens({ grant_type: 'refresh_token' })).status, 400);
	assert.equal((await client.call('POST', '/control/faults', { target: 'x', mode: 'drop' })).status, 400);
	assert.equal((await client.call('POST', '/control/faults', { target: 'token', mode: 'drop', oops: 1 })).status, 400);
});
