// storm_orders.mjs: the orders of storm.mjs, as Shopify would tell them, and what must come of each. Written from the rules of the
// house and Shopify's documented bodies alone: every expectation here is worked out beside the state, never asked of the product.
//   a buyer  { mark, attributes, properties, ref, code, offer, units } as it came back from a tap; or null
//   an order { id, told: [{ topic, body }], wanted: {...}, stale: [body] }, each body the text that is signed
const ID = 820982911946000000n; // beyond 2^53, as Shopify's are
const STEP_MS = 10000;
const LATE_MS = 7200000; // after every hold has lapsed
const SHIPPING = 490;
// The last is for those who came in time alone: an order that is never paid is not late.
const FATES = ['plain', 'plain', 'plain', 'paid later', 'refund', 'refund', 'refunded', 'amount', 'edited up', 'edited down', 'added', 'void'];

const digits = (text) => text.replace(/"@(\d+)"/g, '$1');
const number = (id) => `@${id}`;
const decimal = (minor) => (minor / 100).toFixed(2);
const set = (minor) => ({ shop_money: { amount: decimal(minor), currency_code: 'EUR' }, presentment_money: { amount: decimal(minor), currency_code: 'EUR' } });
const second = (ms) => new Date(ms).toISOString().replace(/\.\d+Z$/, '+00:00');
const sum = (list) => list.reduce((total, one) => total + one, 0);

function lineBody(line) {
	return { id: number(line.id), variant_id: number(line.variant), product_id: null, title: line.title, quantity: line.quantity, current_quantity: line.current,
		price: decimal(line.unit), price_set: set(line.unit), total_discount: '0.00', total_discount_set: set(0), properties: line.properties, tax_lines: [],
		discount_allocations: line.discount ? [{ amount: decimal(line.discount), amount_set: set(line.discount), discount_application_index: 0 }] : [] };
}

function refundBody(order, refund) {
	return { id: number(refund.id), order_id: number(order.id), created_at: second(refund.at), processed_at: second(refund.at), note: null, restock: true, order_adjustments: [],
		refund_shipping_lines: [], duties: [],
		transactions: [{ id: number(refund.id + 1n), kind: 'refund', status: 'success', amount: decimal(refund.paid), currency: 'EUR' },
			{ id: number(refund.id + 2n), kind: 'refund', status: 'failure', amount: '999.00', currency: 'EUR' }],
		refund_line_items: refund.rows.map((row, i) => ({ id: number(refund.id + 10n + BigInt(i)), line_item_id: number(row.line), quantity: row.units, restock_type: 'return',
			subtotal: row.subtotal / 100, subtotal_set: set(row.subtotal), total_tax: 0, total_tax_set: set(0) })) };
}

function orderBody(order, state) {
	const lines = sum(state.lines.map((line) => line.unit * line.quantity - line.discount)), total = lines + SHIPPING;
	return { id: number(order.id), name: order.name, created_at: second(order.created), updated_at: second(state.updated), processed_at: second(order.created),
		cancelled_at: state.cancelled ? second(state.cancelled) : null, cancel_reason: state.cancelled ? 'customer' : null, test: order.test, financial_status: state.financial,
		currency: 'EUR', presentment_currency: 'EUR', taxes_included: true, total_tip_received: '0.00', subtotal_price_set: set(lines), total_price: decimal(total),
		total_price_set: set(total), total_shipping_price_set: set(SHIPPING), cart_token: `cart-${order.id}`, checkout_token: `checkout-${order.id}`, source_name: 'web',
		landing_site: '/', landing_site_ref: order.ref, note: state.note, note_attributes: order.attributes, line_items: state.lines.map(lineBody),
		discount_codes: order.code ? [{ code: order.code, amount: '1.00', type: 'percentage' }] : [], discount_applications: [], refunds: state.refunds.map((one) => refundBody(order, one)),
		email: 'somebody@buyer.example', customer: { id: 1, first_name: 'Some', last_name: 'Body' } };
}
const total = (state) => sum(state.lines.map((line) => line.unit * line.quantity - line.discount)) + SHIPPING;

// ---- what happens to an order: five tellings, each { topic, state } or { topic, refund }
class Life {
	constructor(order, lines, financial) {
		this.order = order;
		this.told = [];
		this.state = { updated: order.created, financial, cancelled: 0, note: '', lines, refunds: [] };
	}

	tell(topic, change = {}) {
		const updated = this.order.created + STEP_MS * this.told.length;
		this.state = { ...this.state, ...change, updated };
		this.told.push({ topic, state: this.state });
	}

	// Told as a refund, and later within the order
	refund(rows, paid) {
		const refund = { id: this.order.id + 500n, at: this.order.created + STEP_MS * this.told.length, rows, paid };
		this.told.push({ topic: 'refunds/create', refund });
		const lines = this.state.lines.map((line) => ({ ...line, current: line.current - sum(rows.filter((row) => row.line === line.id).map((row) => row.units)) }));
		this.state = { ...this.state, lines, refunds: [...this.state.refunds, refund] };
	}

	first(change) { const [one, ...others] = this.state.lines; return [{ ...one, ...change(one) }, ...others]; }
}

const share = (line, units) => line.unit * units - line.discount / line.quantity * units;
const back = (line, units) => ({ line: line.id, units, subtotal: share(line, units) });
const lives = {
	plain(life) { ['orders/create', 'orders/paid', 'orders/updated', 'orders/updated', 'orders/updated'].forEach((topic, i) => life.tell(topic, { note: `step ${i}` })); },
	'paid later'(life) {
		life.tell('orders/create', { financial: 'pending' });
		life.tell('orders/updated', { note: 'waiting' });
		life.tell('orders/paid', { financial: 'paid' });
		life.tell('orders/updated', { note: 'packed' });
		life.tell('orders/updated', { note: 'sent' });
	},
	refund(life) {
		life.tell('orders/create');
		life.tell('orders/paid');
		const rows = [back(life.state.lines[0], 1)];
		life.refund(rows, rows[0].subtotal);
		life.tell('orders/updated', { financial: 'partially_refunded' });
		life.tell('orders/updated', { note: 'sent' });
	},
	refunded(life) {
		life.tell('orders/create');
		life.tell('orders/paid');
		const rows = life.state.lines.map((line) => back(line, line.quantity));
		life.refund(rows, sum(rows.map((row) => row.subtotal)));
		life.tell('orders/cancelled', { financial: 'refunded', cancelled: life.order.created + STEP_MS });
		life.tell('orders/updated', { note: 'over' });
	},
	amount(life) {
		life.tell('orders/create');
		life.tell('orders/paid');
		life.refund([], 100);
		life.tell('orders/updated', { financial: 'partially_refunded' });
		life.tell('orders/updated', { note: 'sorry' });
	},
	void(life) {
		life.tell('orders/create', { financial: 'pending' });
		life.tell('orders/updated', { note: 'waiting' });
		life.tell('orders/updated', { note: 'still waiting' });
		life.tell('orders/cancelled', { financial: 'voided', cancelled: life.order.created + STEP_MS, lines: life.state.lines.map((line) => ({ ...line, current: 0 })) });
		life.tell('orders/updated', { note: 'over' });
	},
	'edited up'(life) {
		life.tell('orders/create');
		life.tell('orders/paid');
		life.tell('orders/edited', {});
		life.tell('orders/updated', { lines: life.first((one) => ({ quantity: one.quantity + 1, current: one.current + 1, discount: one.discount / one.quantity * (one.quantity + 1) })) });
		life.tell('orders/updated', { note: 'sent' });
	},
	'edited down'(life) {
		life.tell('orders/create');
		life.tell('orders/paid');
		life.tell('orders/edited', {});
		life.tell('orders/updated', { lines: life.first((one) => ({ current: one.quantity - 1 })) });
		life.tell('orders/updated', { note: 'sent' });
	},
	added(life, spare) {
		life.tell('orders/create');
		life.tell('orders/paid');
		life.tell('orders/edited', {});
		life.tell('orders/updated', { lines: [...life.state.lines, spare] });
		life.tell('orders/updated', { note: 'sent' });
	},
};

function editedBody(order) {
	return { order_edit: { id: number(order.id + 900n), order_id: number(order.id), line_items: { additions: [], removals: [] } } };
}

// ---- what must be there in the end
const isPaid = (state) => ['paid', 'partially_refunded', 'refunded'].includes(state.financial);

function lineWanted(order, state, line) {
	const rows = state.refunds.flatMap((refund) => refund.rows).filter((row) => row.line === line.id);
	const refunded = sum(rows.map((row) => row.units)), subtotal = sum(rows.map((row) => row.subtotal));
	const kept = line.current + refunded; // what an edit took away earns nothing
	return { row: [String(line.id), line.quantity, line.current, refunded, subtotal, order.credit !== null && order.credit.variants.includes(line.variant)],
		net: Math.trunc((line.unit * line.quantity - line.discount) * kept / line.quantity) - subtotal };
}

function wanted(order, state) {
	const lines = state.lines.map((line) => lineWanted(order, state, line));
	const whole = sum(lines.map((line) => line.net)), credited = sum(lines.filter((line) => line.row[5]).map((line) => line.net));
	const paidBack = sum(state.refunds.map((refund) => refund.paid));
	const beside = paidBack - sum(state.refunds.flatMap((refund) => refund.rows).map((row) => row.subtotal));
	const cancelledUnpaid = state.cancelled > 0 && !isPaid(state);
	const allBack = lines.some((line) => line.row[5]) && lines.filter((line) => line.row[5]).every(({ row }) => row[3] >= row[1]);
	return {
		state: [state.financial, state.cancelled > 0, order.test, total(state), paidBack, isPaid(state) && !order.test],
		credit: order.credit ? [order.credit.creator, order.credit.offer, order.mark, order.late, order.signal] : [null, null, null, false, 'none'],
		candidate: order.candidate, lines: lines.map((line) => line.row).sort(), net: whole > 0 ? credited - Math.trunc(beside * credited / whole) : 0,
		redeems: order.credit !== null && !cancelledUnpaid && !(order.credit.restores && allBack),
		events: { PURCHASE_COMPLETED: isPaid(state) && !order.test ? 1 : 0, ORDER_CANCELLED: state.cancelled ? 1 : 0, ORDER_REFUNDED: state.refunds.length,
			PRICE_PROMISE_BROKEN: order.dear && isPaid(state) ? 1 : 0 },
		sold: state.lines.map((line) => [line.variant, line.quantity]),
	};
}

// Who the order belongs to, and what says so: a mark in one of three places, a code alone, a code that nobody clicked for, or nothing.
function origin(roll, buyer, codes) {
	const none = { attributes: [], properties: [], ref: null, code: null, mark: null, credit: null, candidate: null, signal: 'none' };
	if (!buyer) {
		const by = roll(4), code = by === 0 ? codes.clicked : by === 1 ? codes.unclicked : null;
		if (!code) return { ...none, attributes: roll(2) ? [{ name: 'ufy', value: 'A'.repeat(32) }, { name: 'gift', value: 'yes' }] : [] };
		return by === 0 ? { ...none, code: code.code, credit: code, signal: 'code' } : { ...none, code: code.code, candidate: code.offer };
	}
	const places = [1 + roll(7), 7][roll(2)], pairs = (object) => Object.entries(object).map(([name, value]) => ({ name, value }));
	return { ...none, mark: buyer.mark, credit: buyer.credit, code: buyer.code, attributes: places & 1 ? pairs(buyer.attributes) : [],
		properties: places & 2 ? pairs(buyer.properties) : [], ref: places & 4 ? buyer.mark : null,
		signal: places & 1 ? 'attribute' : places & 2 ? 'property' : 'landing' };
}

export function makeOrder(roll, n, { began, buyer, codes, products, shared = false }) {
	const from = origin(roll, buyer, codes), late = buyer?.late === true;
	const created = Math.floor((began + n * 20) / 1000) * 1000 + (late ? LATE_MS : 0);
	const order = { id: ID + BigInt(n) * 1000n, name: `#${1001 + n}`, created, test: !shared && roll(40) === 0, late, ...from };
	const fate = shared ? 'plain' : FATES[roll(FATES.length - (late ? 1 : 0))];
	order.dear = from.credit !== null && !order.test && fate === 'plain' && roll(12) === 0;
	const own = from.credit ?? from.candidate ? products.find(({ variant }) => (from.credit ?? codes.unclicked).variants.includes(variant)) : products[roll(products.length)];
	const line = (product, i, quantity) => {
		const promised = from.code !== null && (from.credit ?? codes.unclicked).variants.includes(product.variant) && !order.dear;
		return { id: order.id + 1n + BigInt(i), variant: product.variant, title: product.title, unit: product.minor, quantity, current: quantity,
			discount: promised ? product.minor / 4 * quantity : 0, properties: i === 0 ? from.properties : [] };
	};
	const others = products.filter((product) => product !== own && !(from.credit?.variants ?? []).includes(product.variant));
	const lines = [line(own, 0, buyer?.units ?? 1 + roll(3)), ...(roll(3) === 0 ? [line(others[roll(others.length)], 1, 1 + roll(3))] : [])];
	const life = new Life(order, lines, 'paid');
	lives[fate](life, line(others[roll(others.length)], 2, 1));
	const body = (one) => digits(JSON.stringify(one.refund ? refundBody(order, one.refund) : one.topic === 'orders/edited' ? editedBody(order) : orderBody(order, one.state)));
	const told = life.told.map((one) => ({ topic: one.topic, body: body(one) }));
	const forged = { ...life.state, updated: life.state.updated + 3600000, financial: 'refunded', lines: life.state.lines.map((one) => ({ ...one, quantity: 999, current: 999 })) };
	return { id: order.id, external: String(order.id), fate, buyer, told, forged: digits(JSON.stringify(orderBody(order, forged))), wanted: wanted(order, life.state),
		updates: life.told.filter((one) => one.state).length };
}
