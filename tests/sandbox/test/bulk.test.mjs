// Bulk operations: files read in ranges, products that exist in files alone, and what goes wrong.
import assert from 'node:assert/strict';
import test from 'node:test';
import { fixture, ready } from '../rig.mjs';

const PRODUCTS = fixture('graphql/admin/bulk_inner_products.graphql');
const LOOK = 'query L($id: ID!) { bulkOperation(id: $id) { status errorCode objectCount url partialDataUrl } }';

async function runBulk(client, query = PRODUCTS) {
	const { bulkOperationRunQuery: made } = await client.data(fixture('graphql/admin/bulk_run.graphql'), { query });
	if (made.userErrors.length) return made.userErrors[0];
	for (;;) {
		const { bulkOperation } = await client.data(LOOK, { id: made.bulkOperation.id });
		if (!['CREATED', 'RUNNING'].includes(bulkOperation?.status)) return bulkOperation;
		await new Promise((done) => { setTimeout(done, 10); });
	}
}
const lines = async (url) => (await (await fetch(url)).text()).trimEnd().split('\n').map((line) => JSON.parse(line));

test('a file is served in ranges', async (t) => {
	const { client } = await ready(t, { bulkDelayMs: 0 });
	const { url } = await runBulk(client);
	const whole = await (await fetch(url)).text();
	const part = await fetch(url, { headers: { range: 'bytes=10-19' } });
	assert.equal(part.status, 206);
	assert.equal(part.headers.get('content-range'), `bytes 10-19/${whole.length}`);
	assert.equal(await part.text(), whole.slice(10, 20));
	assert.equal(await (await fetch(url, { headers: { range: `bytes=${whole.length - 3}-${whole.length + 50}` } })).text(), whole.slice(-3));
	assert.equal((await fetch(url, { headers: { range: `bytes=${whole.length}-` } })).status, 416);
});

test('synthetic products are counted and written, each with ids of its own', async (t) => {
	const { client } = await ready(t, { bulkDelayMs: 0, bulkOrder: 'early', synthetic: { products: 250, variantsPerProduct: 4, price: '9' } });
	const { count } = (await client.data('{ productVariantsCount(limit: null) { count } }')).productVariantsCount;
	assert.equal(count, 1004);
	const { url, objectCount } = await runBulk(client);
	const rows = await lines(url);
	assert.equal(rows.length, Number(objectCount));
	assert.equal(new Set(rows.map((row) => row.id)).size, rows.length);
	assert.equal(new Set(rows.filter((row) => row.inventoryItem).map((row) => row.inventoryItem.id)).size, 1004);
	const at = new Map(rows.map((row, i) => [row.id, i]));
	assert.ok(rows.every((row) => !row.__parentId || at.has(row.__parentId)));
	assert.ok(rows.every((row, i) => !row.__parentId || at.get(row.__parentId) > i), 'children stand before their parents');
	assert.ok(rows.some((row) => row.title === 'Synthetic product 249' && row.handle === 'synthetic-249'));
});

test('operations come to what was ordered, one after the other', async (t) => {
	const { client } = await ready(t, { bulkDelayMs: 0, bulkFaults: ['busy', 'failed', 'partial', 'canceled', 'forgotten', 'expired', 'short', 'foreign'] });
	assert.equal((await runBulk(client)).code, 'OPERATION_IN_PROGRESS');
	assert.deepEqual(await runBulk(client), { status: 'FAILED', errorCode: 'TIMEOUT', objectCount: '7', url: null, partialDataUrl: null });
	assert.match((await runBulk(client)).partialDataUrl, /jsonl$/);
	assert.equal((await runBulk(client)).status, 'CANCELED');
	assert.equal(await runBulk(client), null);
	assert.equal((await fetch((await runBulk(client)).url)).status, 404);
	const short = await runBulk(client);
	assert.equal((await lines(short.url)).length, Number(short.objectCount) - 1);
	assert.match((await runBulk(client)).url, /^http:\/\/localhost:/);
	assert.equal((await runBulk(client)).status, 'COMPLETED');
});

test('a refund tells its transactions and lines', async (t) => {
	const { client, variant } = await ready(t);
	const { order } = await client.control('/shops/demo-shop.myshopify.com/orders', { lines: [{ variantId: variant('Linen Tote').id, quantity: 2 }] });
	await client.control(`/shops/demo-shop.myshopify.com/orders/${order.id}/refund`, { lines: [{ lineItemId: order.lines[0].id, quantity: 1 }] });
	const { refunds } = (await client.data('query O($id: ID!) { order(id: $id) { refunds(first: 5) { id } } }', { id: `gid://shopify/Order/${order.id}` })).order;
	const { refund } = await client.data('query R($id: ID!) { refund(id: $id) { transactions(first: 5) { nodes { kind status amountSet { shopMoney { amount } } } } refundLineItems(first: 5) { nodes { quantity lineItem { id } } } } }', { id: refunds[0].id });
	assert.deepEqual(refund.transactions.nodes, [{ kind: 'REFUND', status: 'SUCCESS', amountSet: { shopMoney: { amount: '40.0' } } }]);
	assert.deepEqual(refund.refundLineItems.nodes, [{ quantity: 1, lineItem: { id: `gid://shopify/LineItem/${order.lines[0].id}` } }]);
});
