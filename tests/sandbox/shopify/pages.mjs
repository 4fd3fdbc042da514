// The HTML a browser sees: consent, shop front, product, checkout, thank-you and refusals. Small,
// readable on a phone, no scripts. Everything interpolated is escaped.
import { fromMinor } from '../core/money.mjs';
import { unlimited, sellableOnline } from './stock.mjs';

export const escape = (text) => String(text ?? '').replace(/[&<>"']/g, (ch) => `&#${ch.charCodeAt(0)};`);
const price = (shop, minor) => `${fromMinor(minor, shop.currencyCode)} ${shop.currencyCode}`;

const STYLE = `
:root { color-scheme: light dark; --ink: #1c2024; --soft: #60646c; --line: #d9dce1; --card: #fff; --back: #f4f5f7; --accent: #1f6f43; --warn: #a4300f; }
@media (prefers-color-scheme: dark) { :root { --ink: #edeef0; --soft: #b0b4ba; --line: #3a3f45; --card: #1d2023; --back: #121416; --accent: #3fa66c; --warn: #ff9b7b; } }
* { box-sizing: border-box; } body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 30rem; margin: 0 auto; padding: 1.25rem; } .card { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; }
h1 { font-size: 1.35rem; line-height: 1.25; margin: .25rem 0 1rem; } p { margin: .5rem 0; } .soft { color: var(--soft); font-size: .9rem; } .warn { color: var(--warn); font-weight: 600; }
.row { display: flex; justify-content: space-between; gap: 1rem; padding: .5rem 0; border-bottom: 1px solid var(--line); } .row.total { border: 0; font-weight: 700; font-size: 1.15rem; }
label { display: block; margin: 1rem 0 .25rem; } input[type=email] { width: 100%; min-height: 48px; padding: 0 .75rem; font: inherit; color: inherit; background: transparent; border: 1px solid var(--line); border-radius: 8px; }
button, .button { display: block; width: 100%; min-height: 48px; margin-top: .75rem; padding: .7rem 1rem; border-radius: 8px; border: 1px solid var(--accent); background: var(--accent); color: #fff; font: inherit; font-weight: 600; text-align: center; text-decoration: none; cursor: pointer; }
@media (prefers-color-scheme: dark) { button, .button { color: #08130c; } } .second { background: transparent; color: inherit; border-color: var(--line); } ul { padding-left: 1.2rem; } img { max-width: 100%; border-radius: 8px; } a { color: inherit; }
footer { margin-top: 1rem; text-align: center; }`;

export function page(title, body, foot = 'Sandbox shop: no money moves here.') {
	return `<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(title)}</title>
<link rel="icon" href="data:,"><style>${STYLE}</style></head><body><main><div class="card">${body}</div><footer class="soft">${escape(foot)}</footer></main></body></html>`;
}

export function refusalPage(title, text) {
	return page(title, `<h1>${escape(title)}</h1><p data-testid="refusal">${escape(text)}</p>`);
}

const SCOPE_TEXT = { read_products: 'View products', read_inventory: 'View inventory', read_locations: 'View locations', read_orders: 'View orders', write_discounts: 'Create and edit discounts', read_discounts: 'View discounts', write_draft_orders: 'Create draft orders' };

export function consentPage(shop, scopes, action) {
	const items = scopes.map((scope) => `<li>${escape(SCOPE_TEXT[scope] || scope)}</li>`).join('');
	return page('Install Unifyed?', `<p class="soft">${escape(shop.name)} · ${escape(shop.domain)}</p><h1>Install Unifyed?</h1><p>Unifyed will be able to:</p><ul>${items}</ul>
<form method="post" action="${escape(action)}"><button data-testid="install">Install</button></form><a class="button second" href="/s/${escape(shop.domain)}">Cancel</a>`);
}

export function frontPage(shop) {
	const shown = Object.values(shop.products).filter((product) => product.status === 'ACTIVE').slice(0, 60);
	const rows = shown.map((product) => `<div class="row"><a href="/s/${escape(shop.domain)}/products/${escape(product.handle)}">${escape(product.title)}</a><span>${escape(shop.variants[product.variants[0]].price)} ${shop.currencyCode}</span></div>`);
	return page(shop.name, `<h1>${escape(shop.name)}</h1>${rows.join('') || '<p>Nothing for sale yet.</p>'}`);
}

export function productPage(shop, product) {
	const rows = product.variants.map((n) => {
		const variant = shop.variants[n];
		const left = unlimited(shop, variant) ? null : Math.max(0, sellableOnline(shop, shop.items[variant.item]));
		const buy = left === 0 ? '<p class="warn" data-testid="sold-out">Sold out</p>' : `<a class="button" data-testid="buy" href="/s/${escape(shop.domain)}/cart/${n}:1">Buy now</a>`;
		return `<div class="row"><span>${escape(variant.title)}</span><span>${escape(variant.price)} ${shop.currencyCode}</span></div><p class="soft">${left === null ? 'In stock' : `${left} left`}</p>${buy}`;
	});
	const image = product.image ? `<img alt="${escape(product.title)}" src="${escape(product.image)}">` : '';
	return page(product.title, `<p class="soft"><a href="/s/${escape(shop.domain)}">${escape(shop.name)}</a></p><h1>${escape(product.title)}</h1>${image}${rows.join('')}`);
}

// `view`: {shop, checkout, priced, short, notice} as shopify/checkout.mjs builds it.
export function checkoutPage({ shop, checkout, priced, short, notice }) {
	const lines = priced.lines.map((line) => {
		const product = shop.products[line.variant.product];
		const off = line.allocations.reduce((sum, a) => sum + a.minor, 0);
		return `<div class="row"><span data-testid="line-title">${line.quantity} × ${escape(product.title)}${line.variant.title === 'Default Title' ? '' : ` – ${escape(line.variant.title)}`}</span>
<span>${off ? `<s data-testid="line-list-price">${price(shop, line.grossMinor)}</s> ` : ''}<span data-testid="line-price">${price(shop, line.grossMinor - off)}</span></span></div>`;
	});
	const codes = priced.codes.map((c) => `<div class="row" data-testid="discount"><span>Discount ${escape(c.code)}</span><span>−${price(shop, c.minor)}</span></div>`);
	const refused = priced.refused.map((r) => `<p class="warn" data-testid="discount-refused">Code ${escape(r.code)} ${escape(r.why)}.</p>`);
	const shipping = shop.shippingMinor ? `<div class="row"><span>Shipping</span><span data-testid="shipping">${price(shop, shop.shippingMinor)}</span></div>` : '';
	const gone = short.map((row) => `<p class="warn" data-testid="sold-out">${row.available > 0 ? `Only ${row.available} left of` : 'Sold out:'} ${escape(shop.products[row.variant.product].title)}</p>`);
	const pay = short.length ? `<a class="button second" href="/s/${escape(shop.domain)}">Back to the shop</a>` : `
<form method="post" action="/s/${escape(shop.domain)}/checkouts/${escape(checkout.token)}/pay"><input type="hidden" name="expected_total" value="${priced.totalMinor}">
<label for="email">E-mail (optional)</label><input type="email" id="email" name="email" autocomplete="email" value="${escape(checkout.email)}" data-testid="email">
<button name="how" value="paid" data-testid="pay">Pay ${price(shop, priced.totalMinor)}</button><button class="second" name="how" value="pending" data-testid="pay-later">Pay later (pending)</button></form>`;
	return page(`Checkout – ${shop.name}`, `<p class="soft">${escape(shop.name)}</p><h1>Checkout</h1>${notice ? `<p class="warn" data-testid="notice">${escape(notice)}</p>` : ''}${gone.join('')}${lines.join('')}
<div class="row"><span>Subtotal</span><span data-testid="list-total">${price(shop, priced.subtotalMinor + priced.discountMinor)}</span></div>${codes.join('')}${shipping}
<div class="row total"><span>Total</span><span data-testid="checkout-total" data-minor="${priced.totalMinor}">${price(shop, priced.totalMinor)}</span></div>${refused.join('')}${pay}`);
}

export function thanksPage(shop, order, totalMinor) {
	return page(`Thank you – ${shop.name}`, `<p class="soft">${escape(shop.name)}</p><h1>Thank you!</h1><p>Your order <strong data-testid="order-name">${escape(order.name)}</strong> is ${order.financial === 'PENDING' ? 'placed and waits for payment' : 'confirmed'}.</p>
<div class="row total"><span>Total</span><span data-testid="order-total">${price(shop, totalMinor)}</span></div><p class="soft">Confirmation ${escape(order.confirmationNumber)} · <span data-testid="order-status">${escape(order.financial.toLowerCase())}</span></p>
<a class="button second" href="/s/${escape(shop.domain)}">Back to the shop</a>`);
}
