// Orders: placing one (stock taken, discount used, webhooks sent) and what happens to it afterwards:
// paid, cancelled, refunded, edited. Amounts are minor units of the shop's currency.
import { bad, conflict, missing } from '../core/errors.mjs';
import { gid, numberOf, token } from '../core/store.mjs';
import { toMinor } from '../core/money.mjs';
import { countUse, priceCart } from './discounts.mjs';
import { commit, release, shortages } from './stock.mjs';
import { variantOf } from './shops.mjs';
import { lineShareMinor, netMinor } from './totals.mjs';
import { levelPayload, orderPayload, refundPayload } from './payloads.mjs';

export const cartLine = (shop, id, quantity) => {
	if (!Number.isInteger(quantity) || quantity < 1 || quantity > 100000) throw bad('quantity: 1 or more');
	const variant = variantOf(shop, id);
	return { variant, quantity, unitMinor: toMinor(variant.price, shop.currencyCode) };
};

function orderLine(store, shop, priced, properties) {
	const product = shop.products[priced.variant.product];
	const n = store.nextId('line');
	return { __typename: 'LineItem', n, id: gid('LineItem', n), variantN: priced.variant.n, productN: product.n, itemN: priced.variant.item,
		title: product.title, variantTitle: priced.variant.title === 'Default Title' ? null : priced.variant.title, sku: priced.variant.sku, vendor: product.vendor,
		tracked: shop.items[priced.variant.item].tracked, quantity: priced.quantity, currentQuantity: priced.quantity, refundedQuantity: 0, refundedMinor: 0,
		unitMinor: priced.unitMinor, allocations: priced.allocations, properties: properties || [], stock: [] };
}

// Places an order. `wants`: {lines, codes, email, attributes, properties (per line), note, paid, test,
// channel, locationId, landingSite, ref, referrer, cartToken, checkoutToken, client, ignoreStock, send}.
// Throws 409 {sold_out} when the stock is not there at this moment.
export function placeOrder(hub, shop, wants) {
	const { store } = hub;
	const channel = wants.channel ?? 'web';
	const short = wants.ignoreStock ? [] : shortages(shop, wants.lines, channel);
	if (short.length) {
		throw conflict('not enough stock', { sold_out: short.map((row) => ({ variantId: row.variant.n, wanted: row.wanted, available: row.available })) });
	}
	const priced = priceCart(store, shop, wants.lines, wants.codes ?? [], wants.email);
	const at = store.nowText();
	const n = store.nextId('order');
	const number = ++shop.orderNumber;
	const order = {
		__typename: 'Order', n, id: gid('Order', n), name: `#${number}`, number, token: token(), cartToken: wants.cartToken ?? null, checkoutToken: wants.checkoutToken ?? null,
		confirmationNumber: token(5).toUpperCase().slice(0, 9), createdAt: at, updatedAt: at, processedAt: at, cancelledAt: null, closedAt: null, cancelReason: null,
		test: wants.test ?? false, financial: wants.paid === false ? 'PENDING' : 'PAID', channel, email: wants.email ?? null, note: wants.note ?? null,
		attributes: wants.attributes ?? [], landingSite: wants.landingSite ?? null, landingRef: wants.ref ?? null, referrer: wants.referrer ?? null, client: wants.client ?? {},
		lines: priced.lines.map((line, i) => orderLine(store, shop, line, wants.properties?.[i])),
		applications: priced.applications, codes: priced.codes, shippingMinor: channel === 'pos' ? 0 : shop.shippingMinor, refunds: [], edited: false,
		transactionN: store.nextId('transaction'), customerN: wants.email ? store.nextId('customer') : null,
	};
	const levels = [];
	order.lines.forEach((line, i) => {
		const { taken, levels: touched } = commit(store, shop, priced.lines[i].variant, line.quantity, channel, wants.locationId);
		line.stock = taken;
		levels.push(...touched);
	});
	countUse(priced.used, wants.email);
	shop.orders[n] = order;
	shop.orderTokens[order.token] = n;
	store.touch();
	if (wants.send !== false) {
		const event = hub.event();
		hub.emit(shop, 'orders/create', orderPayload(hub, shop, order), event);
		if (order.financial === 'PAID') hub.emit(shop, 'orders/paid', orderPayload(hub, shop, order), event);
		emitLevels(hub, shop, levels, event);
	}
	return order;
}

export function emitLevels(hub, shop, levels, event) {
	for (const level of new Set(levels)) hub.emit(shop, 'inventory_levels/update', levelPayload(shop, level), event);
}

export function orderOf(shop, id) {
	const order = shop.orders[numberOf(id)] || shop.orders[shop.orderTokens[id]] || Object.values(shop.orders).find((one) => one.name === id);
	if (!order) throw missing(`order ${id} does not exist in ${shop.domain}`);
	return order;
}

function changed(hub, shop, order, topics) {
	order.updatedAt = hub.store.nowText();
	hub.store.touch();
	const event = hub.event();
	for (const topic of [...topics, 'orders/updated']) hub.emit(shop, topic, orderPayload(hub, shop, order), event);
	return event;
}

export function payOrder(hub, shop, order) {
	if (order.cancelledAt) throw conflict('the order is cancelled');
	if (order.financial !== 'PENDING') throw conflict(`the order is ${order.financial.toLowerCase()} already`);
	order.financial = 'PAID';
	order.processedAt = hub.store.nowText();
	changed(hub, shop, order, ['orders/paid']);
}

// Refunds lines ({lines: [{lineItemId | variantId, quantity}]}), an amount, or all that is left.
export function refundOrder(hub, shop, order, { lines, amount, restock = true, money = true, note = null }) {
	if (order.financial === 'VOIDED') throw conflict('the order is voided');
	const refund = makeRefund(hub, shop, order, { lines, amount, restock, money, note });
	settle(order);
	const event = changed(hub, shop, order, []);
	hub.emit(shop, 'refunds/create', refundPayload(hub, shop, order, refund), event);
	emitLevels(hub, shop, refund.levels, event);
	delete refund.levels;
	return refund;
}

function lineOf(order, { lineItemId, variantId }) {
	const line = order.lines.find((one) => (lineItemId ? one.n === numberOf(lineItemId) : one.variantN === numberOf(variantId)));
	if (!line) throw missing('the order has no such line');
	return line;
}

function makeRefund(hub, shop, order, { lines, amount, restock, money, note }) {
	const { store } = hub;
	const wanted = lines ?? (amount !== undefined ? [] : order.lines.filter((line) => line.currentQuantity).map((line) => ({ lineItemId: line.n, quantity: line.currentQuantity })));
	const picks = wanted.map((want) => ({ line: lineOf(order, want), quantity: want.quantity ?? 1 }));
	for (const { line, quantity } of picks) {
		if (!Number.isInteger(quantity) || quantity < 1 || quantity > line.currentQuantity) throw bad(`line ${line.n}: 1 to ${line.currentQuantity} can be refunded`);
	}
	const levels = [];
	const rows = picks.map(({ line, quantity }) => {
		line.refundedQuantity += quantity;
		line.currentQuantity -= quantity;
		const subtotalMinor = lineShareMinor(line, line.refundedQuantity) - line.refundedMinor;
		line.refundedMinor += subtotalMinor;
		const location = line.stock[0]?.location ?? null;
		levels.push(...release(store, shop, line, quantity, restock));
		const n = store.nextId('refundLine');
		return { n, id: gid('RefundLineItem', n), line: line.n, quantity, subtotalMinor, location: restock ? location : null, restockType: restock ? 'RETURN' : 'NO_RESTOCK' };
	});
	const all = order.lines.every((line) => line.currentQuantity === 0);
	const shippingMinor = lines || amount !== undefined || !all ? 0 : order.shippingMinor;
	const n = store.nextId('refund');
	const at = store.nowText();
	const extraMinor = amount === undefined ? 0 : toMinor(amount, shop.currencyCode);
	const totalMinor = money ? rows.reduce((sum, row) => sum + row.subtotalMinor, 0) + extraMinor + shippingMinor : 0;
	const refund = { __typename: 'Refund', n, id: gid('Refund', n), createdAt: at, processedAt: at, updatedAt: at, note, restock, rows, extraMinor, shippingMinor, totalMinor,
		transactionN: store.nextId('transaction'), levels };
	order.refunds.push(refund);
	return refund;
}

// The financial status that follows from what has been refunded.
function settle(order) {
	const refunded = order.refunds.reduce((sum, refund) => sum + refund.totalMinor, 0);
	if (!refunded || order.financial === 'PENDING') return;
	const charged = order.lines.reduce((sum, line) => sum + netMinor(line), 0) + order.shippingMinor;
	order.financial = refunded >= charged ? 'REFUNDED' : 'PARTIALLY_REFUNDED';
}

export const CANCEL_REASONS = ['customer', 'fraud', 'inventory', 'declined', 'other', 'staff'];

export function cancelOrder(hub, shop, order, { reason = 'customer', restock = true, refund = true }) {
	if (order.cancelledAt) throw conflict('the order is cancelled already');
	if (!CANCEL_REASONS.includes(reason)) throw bad(`reason: one of ${CANCEL_REASONS.join(', ')}`);
	order.cancelledAt = order.closedAt = hub.store.nowText();
	order.cancelReason = reason.toUpperCase();
	let made = null;
	const levels = [];
	if (order.financial === 'PENDING') {
		for (const line of order.lines) levels.push(...release(hub.store, shop, line, line.currentQuantity, restock));
		for (const line of order.lines) line.currentQuantity = 0;
		order.financial = 'VOIDED';
	} else {
		made = makeRefund(hub, shop, order, { restock, money: refund, note: null });
		levels.push(...made.levels);
		delete made.levels;
		settle(order);
	}
	const event = changed(hub, shop, order, ['orders/cancelled']);
	if (made) hub.emit(shop, 'refunds/create', refundPayload(hub, shop, order, made), event);
	emitLevels(hub, shop, levels, event);
}

// Edits quantities ({lines: [{lineItemId | variantId, quantity}]}) and adds lines ({add: [{variantId, quantity}]}).
export function editOrder(hub, shop, order, { lines = [], add = [], restock = true }) {
	if (order.cancelledAt) throw conflict('the order is cancelled');
	if (!lines.length && !add.length) throw bad('lines or add: nothing to edit');
	const fresh = add.map((want) => cartLine(shop, want.variantId, want.quantity));
	const cuts = lines.map((want) => ({ line: lineOf(order, want), quantity: want.quantity }));
	for (const { line, quantity } of cuts) {
		if (!Number.isInteger(quantity) || quantity < 0 || quantity >= line.currentQuantity) throw bad(`line ${line.n}: 0 to ${line.currentQuantity - 1}; more units are a new line in "add"`);
	}
	const short = shortages(shop, fresh);
	if (short.length) throw conflict('not enough stock');
	const levels = [];
	const removals = cuts.map(({ line, quantity }) => {
		const delta = line.currentQuantity - quantity;
		levels.push(...release(hub.store, shop, line, delta, restock));
		line.currentQuantity = quantity;
		return { id: BigInt(line.n), delta };
	});
	const additions = fresh.map((priced) => {
		const line = orderLine(hub.store, shop, { ...priced, allocations: [] });
		const { taken, levels: touched } = commit(hub.store, shop, priced.variant, line.quantity, 'web');
		line.stock = taken;
		levels.push(...touched);
		order.lines.push(line);
		return { id: BigInt(line.n), delta: line.quantity };
	});
	order.edited = true;
	const event = changed(hub, shop, order, []);
	hub.emit(shop, 'orders/edited', { order_edit: { id: BigInt(hub.store.nextId('edit')), app_id: null, created_at: order.updatedAt, notify_customer: false,
		order_id: BigInt(order.n), staff_note: '', user_id: null, line_items: { additions, removals }, discounts: { line_item: { additions: [], removals: [] } },
		shipping_lines: { additions: [], removals: [] } } }, event);
	emitLevels(hub, shop, levels, event);
}
