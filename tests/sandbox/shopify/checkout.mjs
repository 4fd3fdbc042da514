// The buyer's way: the cart permalink makes a checkout, its page shows lines, discount and total as
// they are now, and paying makes exactly one order, if the stock is there at that moment.
import { HttpError, bad, missing } from '../core/errors.mjs';
import { fields, html, redirect } from '../core/http.mjs';
import { underFault } from '../core/faults.mjs';
import { token } from '../core/store.mjs';
import { cartLine, placeOrder } from './orders.mjs';
import { priceCart } from './discounts.mjs';
import { shortages } from './stock.mjs';
import { productByHandle, shopOf } from './shops.mjs';
import { totals } from './totals.mjs';
import { checkoutPage, frontPage, productPage, refusalPage, thanksPage } from './pages.mjs';

export const shopFront = (store, params) => html(frontPage(shopOf(store, params.shop)));

export function productShow(store, params) {
	const shop = shopOf(store, params.shop);
	const product = productByHandle(shop, params.handle);
	if (!product || !['ACTIVE', 'UNLISTED'].includes(product.status)) throw missing('this product does not exist');
	return html(productPage(shop, product));
}

// "441:2,442:1" -> [{variantId, quantity}]
function parseLines(text) {
	const parts = text.split(',');
	if (parts.length > 100) throw bad('a cart has at most 100 lines');
	return parts.map((part) => {
		const match = /^(\d{1,19}):(\d{1,5})$/.exec(part);
		if (!match) throw bad(`"${part}" is not variant:quantity`);
		return { variantId: match[1], quantity: Number(match[2]) };
	});
}

function parseAttributes(query) {
	const list = [];
	for (const [name, value] of query) {
		const match = /^attributes\[(.+)\]$/.exec(name);
		if (match) list.push({ name: match[1], value });
	}
	return list;
}

// properties= is base64url of a JSON object and belongs to the first product only.
function parseProperties(text) {
	if (!text) return [];
	let value;
	try { value = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')); } catch { throw bad('properties: base64url of a JSON object is needed'); }
	if (value === null || typeof value !== 'object' || Array.isArray(value) || Object.keys(value).length > 25) throw bad('properties: an object with at most 25 entries is needed');
	return Object.entries(value).map(([name, v]) => ({ name, value: String(v) }));
}

export function cartPermalink(store, request, params) {
	return underFault(store, 'checkout', params.shop, request.url, () => {
		const shop = shopOf(store, params.shop);
		const { query } = request;
		const lines = parseLines(params.lines);
		for (const line of lines) {
			const { variant } = cartLine(shop, line.variantId, line.quantity);
			if (!['ACTIVE', 'UNLISTED'].includes(shop.products[variant.product].status)) throw missing('this product is not for sale');
		}
		const keeps = (what) => !shop.lose.includes(what);
		const checkout = {
			token: token(), cartToken: token(12), createdAt: store.nowText(), lines, order: null, email: query.get('checkout[email]') || '', note: query.get('note'),
			attributes: keeps('attributes') ? parseAttributes(query) : [], properties: keeps('properties') ? parseProperties(query.get('properties')) : [],
			codes: keeps('discount') ? (query.get('discount') || '').split(',').filter(Boolean) : [],
			landingSite: keeps('landing') ? request.url.slice(`/s/${params.shop}`.length) : null,
			ref: keeps('ref') ? query.get('ref') ?? query.get('source') ?? query.get('r') : null, referrer: request.headers.referer ?? null,
			client: { ip: request.ip, language: request.headers['accept-language'] ?? null, agent: request.headers['user-agent'] ?? null },
		};
		shop.checkouts[checkout.token] = checkout;
		store.touch();
		return redirect(`/s/${shop.domain}/checkouts/${checkout.token}`);
	});
}

function checkoutOf(store, params) {
	const shop = shopOf(store, params.shop);
	const checkout = shop.checkouts[params.token];
	if (!checkout) throw missing('this checkout does not exist');
	return { shop, checkout };
}

// The checkout as it is at this moment; a product deleted meanwhile is a line that is gone.
function look(store, shop, checkout, email, notice) {
	const lines = checkout.lines.filter((line) => shop.variants[line.variantId]).map((line) => cartLine(shop, line.variantId, line.quantity));
	if (!lines.length) throw missing('the products of this checkout are no longer sold');
	return { shop, checkout, lines, priced: priceCart(store, shop, lines, checkout.codes, email), short: shortages(shop, lines), notice };
}

const thanks = (shop, order) => redirect(`/s/${shop.domain}/orders/${order.token}`, 303);

export function checkoutShow(store, request, params) {
	return underFault(store, 'checkout', params.shop, request.url, () => {
		const { shop, checkout } = checkoutOf(store, params);
		if (checkout.order) return thanks(shop, shop.orders[checkout.order]);
		return html(checkoutPage(look(store, shop, checkout, checkout.email)));
	});
}

export function checkoutPay(hub, request, params) {
	const { store } = hub;
	return underFault(store, 'checkout', params.shop, request.url, () => {
		const { shop, checkout } = checkoutOf(store, params);
		if (checkout.order) return thanks(shop, shop.orders[checkout.order]);
		const form = fields(request);
		const how = form.how ?? 'paid';
		if (how !== 'paid' && how !== 'pending') throw bad('how: paid or pending');
		checkout.email = String(form.email ?? '').trim();
		const view = look(store, shop, checkout, checkout.email);
		if (view.short.length) return html(checkoutPage({ ...view, notice: 'Some items are no longer available. You have not been charged.' }), 409);
		if (form.expected_total !== undefined && Number(form.expected_total) !== view.priced.totalMinor) {
			return html(checkoutPage({ ...view, notice: 'The total has changed. Please check it before paying.' }), 409);
		}
		const order = placeOrder(hub, shop, { ...checkout, lines: view.lines, email: checkout.email || null, checkoutToken: checkout.token,
			properties: [checkout.properties], paid: how === 'paid' });
		checkout.order = order.n;
		return thanks(shop, order);
	});
}

export function orderShow(store, params) {
	const shop = shopOf(store, params.shop);
	const order = shop.orders[shop.orderTokens[params.token]];
	if (!order) throw missing('this order does not exist');
	return html(thanksPage(shop, order, totals(order).total));
}

// A browser gets a page for an error too.
export function errorPage(error) {
	const status = error instanceof HttpError ? error.status : 500;
	return html(refusalPage(status === 404 ? 'Not found' : status === 409 ? 'Not possible' : 'That did not work', status === 500 ? 'The sandbox failed.' : error.message), status);
}
