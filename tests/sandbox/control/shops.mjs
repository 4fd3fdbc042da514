// Control calls about one shop: create it, look at it, change stock, prices and products, sell through
// another channel, make and change orders, uninstall.
import { bad } from '../core/errors.mjs';
import { json, jsonBody, onlyKeys } from '../core/http.mjs';
import { stringify } from '../core/json.mjs';
import { fromMinor, toMinor } from '../core/money.mjs';
import { numberOf } from '../core/store.mjs';
import { statusOf } from '../shopify/discounts.mjs';
import { cancelOrder, cartLine, editOrder, emitLevels, orderOf, payOrder, placeOrder, refundOrder } from '../shopify/orders.mjs';
import { orderPayload, productPayload } from '../shopify/payloads.mjs';
import { hostParam, isLoopback, signed, uninstall } from '../shopify/oauth.mjs';
import { addProduct, addVariant, changeSettings, createShop, describeCatalog, find, shopOf, variantOf } from '../shopify/shops.mjs';
import { setAvailable } from '../shopify/stock.mjs';
import { totals } from '../shopify/totals.mjs';

const pairs = (value, field) => {
	if (value === undefined) return [];
	if (Array.isArray(value)) return value.map(({ name, value: v }) => ({ name: String(name), value: String(v) }));
	if (value === null || typeof value !== 'object') throw bad(`${field}: an object or a list of {name, value}`);
	return Object.entries(value).map(([name, v]) => ({ name, value: String(v) }));
};

export function orderView(shop, order) {
	const t = totals(order);
	const money = (minor) => fromMinor(minor, shop.currencyCode);
	return { id: order.n, name: order.name, token: order.token, cartToken: order.cartToken, checkoutToken: order.checkoutToken, financialStatus: order.financial.toLowerCase(), test: order.test, channel: order.channel,
		createdAt: order.createdAt, updatedAt: order.updatedAt, cancelledAt: order.cancelledAt, attributes: order.attributes, discountCodes: order.codes.map((row) => row.code), landingSite: order.landingSite, ref: order.landingRef,
		subtotal: money(t.subtotal), discounts: money(t.discounts), total: money(t.total), currentTotal: money(t.currentTotal), refunded: money(t.refunded),
		lines: order.lines.map((line) => ({ id: line.n, variantId: line.variantN, quantity: line.quantity, currentQuantity: line.currentQuantity, price: money(line.unitMinor), properties: line.properties })) };
}

const discountView = (store, shop, discount) => ({ id: discount.n, title: discount.title, codes: discount.codeKeys.map((key) => shop.codes[key].code), status: statusOf(store, discount), value: discount.value, items: discount.items,
	startsAt: discount.startsAt, endsAt: discount.endsAt, usageLimit: discount.usageLimit, usageCount: discount.usageCount, appliesOncePerCustomer: discount.appliesOncePerCustomer });

function shopView(store, shop) {
	const tokens = (table) => Object.values(store.state[table]).filter((row) => row.shop === shop.domain).length;
	const deliveries = {};
	for (const delivery of store.state.deliveries) if (delivery.shop === shop.domain) deliveries[delivery.state] = (deliveries[delivery.state] ?? 0) + 1;
	return { ...describeCatalog(shop), installed: shop.installed, autoApprove: shop.autoApprove, scopes: shop.scopes, bucket: shop.bucket, lose: shop.lose,
		orders: Object.values(shop.orders).map((order) => orderView(shop, order)), checkouts: Object.keys(shop.checkouts).length, discounts: Object.values(shop.discounts).map((one) => discountView(store, shop, one)),
		subscriptions: Object.values(shop.subscriptions).map(({ n, topic, uri, includeFields, filter }) => ({ id: n, topic, uri, includeFields, filter })), tokens: { access: tokens('access'), refresh: tokens('refresh') }, deliveries };
}

function stock({ hub, store }, shop, body) {
	onlyKeys(body, ['variantId', 'inventoryItemId', 'locationId', 'available', 'send']);
	const item = body.inventoryItemId ? find(shop, 'items', body.inventoryItemId, 'inventory item') : shop.items[variantOf(shop, body.variantId).item];
	const level = body.locationId ? item.levels[find(shop, 'locations', body.locationId, 'location').n] : Object.values(item.levels)[0];
	if (!level) throw bad('the item has no level at this location');
	if (!Number.isInteger(body.available)) throw bad('available: a whole number is needed');
	setAvailable(store, level, body.available);
	store.touch();
	if (body.send !== false) emitLevels(hub, shop, [level], hub.event());
	return { inventoryItemId: item.n, locationId: level.location, available: level.available, committed: level.committed };
}

function sell({ hub }, shop, body) {
	onlyKeys(body, ['variantId', 'quantity', 'channel', 'locationId', 'ignoreStock', 'send']);
	const channel = body.channel ?? 'web';
	if (channel !== 'web' && channel !== 'pos') throw bad('channel: web or pos');
	const order = placeOrder(hub, shop, { lines: [cartLine(shop, body.variantId, body.quantity ?? 1)], channel, locationId: body.locationId, ignoreStock: body.ignoreStock, send: body.send });
	return orderView(shop, order);
}

function makeOrder({ hub }, shop, body) {
	onlyKeys(body, ['lines', 'attributes', 'properties', 'discountCodes', 'note', 'paid', 'test', 'send', 'email', 'landingSite', 'ref', 'cartToken', 'checkoutToken', 'channel', 'ignoreStock']);
	if (!Array.isArray(body.lines) || !body.lines.length) throw bad('lines: [{variantId, quantity}] is needed');
	const lines = body.lines.map((line) => cartLine(shop, line.variantId, line.quantity ?? 1));
	// properties: of the first line, or per line inside `lines`.
	const properties = body.lines.map((line, i) => pairs(line.properties ?? (i === 0 ? body.properties : undefined), 'properties'));
	const order = placeOrder(hub, shop, { ...body, lines, properties, attributes: pairs(body.attributes, 'attributes'), codes: body.discountCodes ?? [] });
	return { order: orderView(shop, order), payload: stringify(orderPayload(hub, shop, order)) };
}

const ACTIONS = {
	pay: [[], (hub, shop, order) => payOrder(hub, shop, order)],
	cancel: [['reason', 'restock', 'refund'], cancelOrder],
	refund: [['lines', 'amount', 'restock', 'money', 'note'], refundOrder],
	edit: [['lines', 'add', 'restock'], editOrder],
};

function act({ hub }, shop, body, { id, action }) {
	const [keys, run] = ACTIONS[action] ?? (() => { throw bad(`action: one of ${Object.keys(ACTIONS).join(', ')}`); })();
	const order = orderOf(shop, id);
	run(hub, shop, order, onlyKeys(body, keys));
	return { order: orderView(shop, order), payload: stringify(orderPayload(hub, shop, order)) };
}

const sendProduct = (hub, shop, product, topic = 'products/update') => hub.emit(shop, topic, productPayload(shop, product));

function createProduct({ hub, store }, shop, body) {
	const product = addProduct(store, shop, body);
	sendProduct(hub, shop, product, 'products/create');
	return describeCatalog(shop).products.find((one) => one.id === product.n);
}

function changeProduct({ hub, store }, shop, body, { id }) {
	onlyKeys(body, ['title', 'status', 'image', 'vendor', 'tags', 'addVariant']);
	const product = find(shop, 'products', id, 'product');
	const { addVariant: fresh, status, ...rest } = body;
	Object.assign(product, rest, status ? { status: status.toUpperCase(), publishedAt: status.toUpperCase() === 'ACTIVE' ? product.publishedAt ?? store.nowText() : null } : {});
	if (fresh) addVariant(store, shop, product, fresh);
	product.updatedAt = store.nowText();
	sendProduct(hub, shop, product);
	return describeCatalog(shop).products.find((one) => one.id === product.n);
}

function deleteProduct({ hub }, shop, body, { id }) {
	const product = find(shop, 'products', id, 'product');
	for (const n of product.variants) {
		const item = shop.items[shop.variants[n].item];
		item.variants = item.variants.filter((one) => one !== n);
		if (!item.variants.length) delete shop.items[item.n];
		delete shop.variants[n];
	}
	delete shop.products[product.n];
	hub.emit(shop, 'products/delete', { id: BigInt(product.n) });
	return { deleted: product.n };
}

function changeVariant({ hub, store }, shop, body, { id }) {
	onlyKeys(body, ['price', 'compareAtPrice', 'title', 'sku', 'policy', 'tracked']);
	const variant = variantOf(shop, id);
	const product = shop.products[variant.product];
	for (const name of ['price', 'compareAtPrice']) if (body[name] !== undefined) variant[name] = body[name] === null ? null : fromMinor(toMinor(body[name], shop.currencyCode, name), shop.currencyCode);
	for (const name of ['title', 'sku']) if (body[name] !== undefined) variant[name] = body[name];
	if (body.policy) variant.inventoryPolicy = body.policy.toUpperCase() === 'CONTINUE' ? 'CONTINUE' : 'DENY';
	const item = shop.items[variant.item];
	if (body.tracked !== undefined) item.tracked = Boolean(body.tracked);
	variant.updatedAt = product.updatedAt = item.updatedAt = store.nowText();
	sendProduct(hub, shop, product);
	return describeCatalog(shop).products.find((one) => one.id === product.n).variants.find((one) => one.id === variant.n);
}

function compliance({ hub }, shop, body) {
	const { topic, email = 'buyer@example.com', orders = [] } = onlyKeys(body, ['topic', 'email', 'orders']);
	const customer = { id: BigInt(hub.store.nextId('customer')), email, phone: null };
	const ids = orders.map((id) => BigInt(numberOf(id)));
	const base = { shop_id: BigInt(shop.n), shop_domain: shop.domain };
	const bodies = { 'customers/data_request': { ...base, orders_requested: ids, customer, data_request: { id: 9999 } }, 'customers/redact': { ...base, customer, orders_to_redact: ids }, 'shop/redact': base };
	if (!bodies[topic]) throw bad(`topic: one of ${Object.keys(bodies).join(', ')}`);
	if (!hub.store.state.app.complianceUrl) throw bad('set complianceUrl first: POST /control/app');
	hub.emit(shop, topic, bodies[topic]);
	return { sent: topic };
}

// The signed link the merchant's admin opens when the app is installed or opened.
function openApp({ app, store }, shop, body) {
	const { appUrl } = onlyKeys(body, ['appUrl']);
	if (!isLoopback(appUrl)) throw bad('appUrl: an address on this machine is needed');
	const params = { host: hostParam(shop), shop: shop.domain, timestamp: String(Math.floor(store.now() / 1000)) };
	return { url: `${appUrl}${appUrl.includes('?') ? '&' : '?'}${signed(app, params)}` };
}

export function routes(router, world) {
	const { store } = world;
	const on = (method, path, work) => router.on(method, `/control/shops/:shop${path}`, (request, params) => {
		const result = work(world, shopOf(store, params.shop), method === 'GET' ? {} : jsonBody(request), params, request);
		store.touch();
		return json(result);
	});
	router.on('POST', '/control/shops', (request) => json(describeCatalog(createShop(store, jsonBody(request)))));
	router.on('GET', '/control/shops', () => json({ shops: Object.keys(store.state.shops) }));
	on('GET', '', (w, shop) => shopView(store, shop));
	on('PATCH', '', (w, shop, body) => { changeSettings(shop, body); return shopView(store, shop); });
	on('POST', '/stock', stock);
	on('POST', '/sell', sell);
	on('POST', '/orders', makeOrder);
	on('GET', '/orders/:id', ({ hub }, shop, body, { id }) => ({ order: orderView(shop, orderOf(shop, id)), payload: stringify(orderPayload(hub, shop, orderOf(shop, id))) }));
	on('POST', '/orders/:id/:action', act);
	on('POST', '/products', createProduct);
	on('PATCH', '/products/:id', changeProduct);
	on('DELETE', '/products/:id', deleteProduct);
	on('PATCH', '/variants/:id', changeVariant);
	on('POST', '/uninstall', ({ hub }, shop) => { uninstall(hub, shop); return { uninstalled: shop.domain }; });
	on('POST', '/compliance', compliance);
	on('POST', '/open', openApp);
}
