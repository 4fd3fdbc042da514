// The Admin API: every document the product may send runs, every bad one is refused, paging, filters,
// scopes, cost, bulk operations.
import test from 'node:test';
import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { Client, SHOP, createDiscount, fixture, gid, percent, ready, receiver, subscribe } from '../rig.mjs';

const names = (folder) => readdirSync(fileURLToPath(new URL(`../fixtures/graphql/${folder}`, import.meta.url)));
const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });

test('all admin documents execute', async (t) => {
	const { client, catalog, variant } = await ready(t);
	await client.control(`/shops/${SHOP}/orders`, { lines: [{ variantId: variant('Linen Tote').id, quantity: 2 }], attributes: { k: 'v' }, landingSite: '/cart/1:1?utm_source=x&ref=y', ref: 'y' });
	const made = await createDiscount(client, percent(0.1, [variant('Linen Tote')]));
	assert.deepEqual(made.userErrors, []);
	const discount = made.codeDiscountNode.id;
	const item = gid('InventoryItem', variant('Linen Tote').inventoryItemId);
	const variables = {
		'bulk_poll.graphql': { id: gid('BulkOperation', 1) }, 'bulk_run.graphql': { query: fixture('graphql/admin/bulk_inner_products.graphql') },
		'discount_codes_bulk_add.graphql': { id: discount, codes: [{ code: 'MORE-1' }, { code: 'save' }] },
		'discount_create.graphql': { d: { title: 'T', code: 'OTHER', startsAt: '2026-01-01T00:00:00Z', context: { all: 'ALL' }, ...percent(0.2) } },
		'discount_deactivate.graphql': { id: discount }, 'inventory_levels.graphql': { ids: [item] }, 'orders_since.graphql': { q: "updated_at:>='2020-01-01T00:00:00Z'" }, 'products_page.graphql': {},
		'variants_of_product.graphql': { id: gid('Product', catalog.products[0].id) }, 'webhook_create.graphql': { topic: 'ORDERS_CREATE', sub: { uri: 'http://127.0.0.1:9/x' } },
	};
	for (const name of names('admin')) {
		if (/^(bulk_inner|reserve)_/.test(name)) continue;
		const { json, text } = await client.graphql(fixture(`graphql/admin/${name}`), variables[name]);
		assert.ok(json?.data && !json.errors, `${name}: ${text.slice(0, 600)}`);
		for (const value of Object.values(json.data)) assert.deepEqual(value?.userErrors ?? [], [], name);
	}
	await wait(60);
	const { codeDiscountNodeByCode: found } = await client.data('query D($c: String!) { codeDiscountNodeByCode(code: $c) { id codeDiscount { ... on DiscountCodeBasic { title status codes(first: 9) { nodes { code } } customerGets { value { ... on DiscountPercentage { percentage } } items { ... on DiscountProducts { productVariants(first: 5) { nodes { id } } } } } } } } }', { c: 'more-1' });
	assert.equal(found.codeDiscount.status, 'EXPIRED');
	assert.deepEqual(found.codeDiscount.codes.nodes.map((row) => row.code), ['SAVE', 'MORE-1']);
	assert.equal(found.codeDiscount.customerGets.value.percentage, 0.1);
	const orders = await client.data(fixture('graphql/admin/orders_since.graphql'), { q: 'test:false' });
	assert.equal(orders.orders.nodes[0].lineItems.nodes[0].originalUnitPriceSet.shopMoney.amount, '40.0');
	assert.equal(orders.orders.nodes[0].customerJourneySummary.lastVisit.utmParameters.source, 'x');
});

test('all bad documents are refused, reserved documents are not modelled but valid', async (t) => {
	const { client } = await ready(t);
	for (const name of names('bad')) {
		const { json } = await client.graphql(fixture(`graphql/bad/${name}`), { i: { reason: 'correction', name: 'available', changes: [] } });
		assert.ok(json.errors?.length && !json.data, name);
	}
	const asked = await client.graphql('query P($n: Int!) { products(first: $n) { nodes { id } } }', { n: 251 });
	assert.match(asked.json.errors[0].message, /page size/);
	assert.match((await client.graphql('query P { products { nodes { id } } }')).json.errors[0].message, /first or last/);
	assert.match((await client.graphql('query P { products(first: 1) { nodes { id seo { title } } } }')).json.errors[0].message, /does not model Product.seo/);
});

test('paging, filters and sorting', async (t) => {
	const { client, catalog } = await ready(t, { generate: { products: 12, variantsPerProduct: 3 } });
	const seen = [];
	let after = null;
	do {
		const { products } = await client.data('query P($after: String) { products(first: 4, after: $after, sortKey: UPDATED_AT) { pageInfo { hasNextPage endCursor } nodes { id variants(first: 1) { nodes { id price } } } } }', { after });
		seen.push(...products.nodes.map((node) => node.id));
		after = products.pageInfo.hasNextPage ? products.pageInfo.endCursor : null;
	} while (after);
	assert.equal(new Set(seen).size, catalog.products.length);
	const one = await client.data(`query V { productVariants(first: 10, query: "product_id:${catalog.products[0].id}") { nodes { title } } }`);
	assert.deepEqual(one.productVariants.nodes.map((node) => node.title), ['Sand', 'Ink']);
	const two = await client.data(`query P { products(first: 10, query: "id:${catalog.products[0].id} OR id:${catalog.products[1].id}") { nodes { title } } }`);
	assert.equal(two.products.nodes.length, 2);
	const future = await client.data("query P { products(first: 10, query: \"updated_at:>='2100-01-01T00:00:00Z'\") { nodes { title } } }");
	assert.equal(future.products.nodes.length, 0);
	assert.match((await client.graphql('query P { products(first: 1, query: "colour:red") { nodes { id } } }')).json.errors[0].message, /unknown field/);
	const level = await client.data('query I($id: ID!) { inventoryItem(id: $id) { id } }', { id: `gid://shopify/InventoryLevel/1?inventory_item_id=${catalog.products[0].variants[0].inventoryItemId}` });
	assert.equal(level.inventoryItem, null);
});

test('scopes, cost, throttling, versions, refusals', async (t) => {
	const { client, world } = await ready(t);
	await client.install('read_products');
	const denied = await client.graphql('query O { orders(first: 5) { nodes { id } } }');
	assert.equal(denied.status, 200);
	assert.equal(denied.json.errors[0].extensions.code, 'ACCESS_DENIED');
	assert.equal(denied.json.data, null);
	const hook = await client.data(fixture('graphql/admin/webhook_create.graphql'), { topic: 'ORDERS_CREATE', sub: { uri: 'http://127.0.0.1:9/x' } });
	assert.match(hook.webhookSubscriptionCreate.userErrors[0].message, /permission/);
	const ok = await client.graphql('query P { products(first: 50) { nodes { id } } }');
	assert.equal(ok.json.extensions.cost.throttleStatus.maximumAvailable, 2000);
	assert.equal(ok.headers.get('x-shopify-api-version'), '2026-10');
	assert.equal((await client.graphql('query P { products(first: 250) { nodes { variants(first: 250) { nodes { inventoryItem { id } } } } } }')).json.errors[0].extensions.code, 'MAX_COST_EXCEEDED');
	await client.control(`/shops/${SHOP}`, { bucket: { max: 3, restore: 2 } }, 'PATCH');
	const codes = [];
	for (let i = 0; i < 6; i++) codes.push((await client.graphql('query S { shop { name } }')).json.errors?.[0].extensions.code ?? 'ok');
	assert.ok(codes.includes('ok') && codes.includes('THROTTLED'), codes.join());
	const old = await client.call('POST', `/s/${SHOP}/admin/api/2024-01/graphql.json`, { query: '{ shop { name } }' }, { 'x-shopify-access-token': client.token, 'content-type': 'application/json' });
	assert.equal(old.headers.get('x-shopify-api-version'), '2026-01');
	assert.equal((await client.graphql('query S { shop { name } }', {}, 'shpat_wrong')).status, 401);
	assert.equal((await client.call('POST', `/s/${SHOP}/admin/api/2026-10/graphql.json`, '{', { 'content-type': 'application/json', 'x-shopify-access-token': client.token })).status, 400);
	assert.equal((await client.call('GET', '/nothing')).status, 404);
	assert.equal((await client.call('PUT', '/healthz', '')).status, 405);
	assert.equal((await new Client(world.base).call('POST', '/control/shops', { shop: 'x' })).status, 400);
});

test('discounts: taken, validation, update, activate, delete', async (t) => {
	const { client, variant } = await ready(t);
	const first = await createDiscount(client, percent(0.1, [variant('Mug')]));
	const id = first.codeDiscountNode.id;
	assert.equal((await createDiscount(client, { ...percent(0.1), code: 'save' })).userErrors[0].code, 'TAKEN');
	assert.equal((await createDiscount(client, { ...percent(1.5), code: 'A' })).userErrors[0].code, 'VALUE_OUTSIDE_RANGE');
	assert.equal((await createDiscount(client, { ...percent(0.5), code: 'A', endsAt: '2019-01-01T00:00:00Z' })).userErrors[0].code, 'END_DATE_BEFORE_START_DATE');
	assert.equal((await createDiscount(client, { ...percent(0.5, []), code: 'A' })).userErrors[0].code, 'APPLIES_ON_NOTHING');
	const call = (name, more = '', vars = {}) => client.data(`mutation M($id: ID!${more && ', $d: DiscountCodeBasicInput!'}) { ${name}(id: $id${more}) { userErrors { code } } }`, { id, ...vars });
	assert.deepEqual((await call('discountCodeBasicUpdate', ', basicCodeDiscount: $d', { d: { endsAt: '2099-01-01T00:00:00Z', code: 'NEW' } })).discountCodeBasicUpdate.userErrors, []);
	await call('discountCodeDeactivate');
	await call('discountCodeActivate');
	const { codeDiscountNodeByCode: found } = await client.data('query D { codeDiscountNodeByCode(code: "new") { codeDiscount { ... on DiscountCodeBasic { status endsAt } } } }');
	assert.deepEqual(found.codeDiscount, { status: 'ACTIVE', endsAt: null });
	const gone = await client.data('mutation M($id: ID!) { discountCodeDelete(id: $id) { deletedCodeDiscountId userErrors { code } } }', { id });
	assert.equal(gone.discountCodeDelete.deletedCodeDiscountId, id);
	assert.equal((await client.data('query D { codeDiscountNodeByCode(code: "new") { id } }')).codeDiscountNodeByCode, null);
});

test('bulk operations', async (t) => {
	const { client, catalog } = await ready(t, { generate: { products: 230, variantsPerProduct: 2 } });
	const hooks = await receiver();
	t.after(hooks.close);
	await subscribe(client, hooks.url, ['BULK_OPERATIONS_FINISH']);
	for (const [name, type] of [['bulk_inner_products', 'Product'], ['bulk_inner_inventory', 'InventoryItem']]) {
		const { bulkOperationRunQuery: begun } = await client.data(fixture('graphql/admin/bulk_run.graphql'), { query: fixture(`graphql/admin/${name}.graphql`) });
		assert.equal(begun.bulkOperation.status, 'CREATED');
		let op;
		do { await wait(20); op = (await client.data(fixture('graphql/admin/bulk_poll.graphql'), { id: begun.bulkOperation.id })).bulkOperation; } while (!op.completedAt);
		assert.equal(op.status, 'COMPLETED');
		const rows = (await (await fetch(op.url)).text()).trim().split('\n').map((line) => JSON.parse(line));
		assert.equal(rows.length, Number(op.objectCount));
		const roots = rows.filter((row) => !row.__parentId);
		assert.equal(roots.length, Number(op.rootObjectCount));
		assert.ok(roots.every((row) => row.id.includes(`/${type}/`)));
		if (type === 'Product') assert.equal(roots.length, catalog.products.length);
		const sample = fixture(`${name.replace('inner_', '')}.jsonl`).trim().split('\n').map((line) => JSON.parse(line));
		for (const kind of [(row) => row.__parentId, (row) => !row.__parentId]) assert.deepEqual(Object.keys(rows.find(kind)), Object.keys(sample.find(kind)));
	}
	await client.control('/flush');
	assert.deepEqual(Object.keys(hooks.seen[0].body), Object.keys(JSON.parse(fixture('payloads/bulk_operations_finish.json'))));
	const refused = await client.data(fixture('graphql/admin/bulk_run.graphql'), { query: '{ shop { name } }' });
	assert.equal(refused.bulkOperationRunQuery.userErrors[0].code, 'INVALID');
});
