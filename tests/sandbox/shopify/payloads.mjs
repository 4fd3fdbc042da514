// Webhook bodies: the REST-shaped objects Shopify sends. Ids are BigInt, money is text, times are in
// the shop's own zone. The order is the large one; the key set is checked against a real sample.
import { convert, fromMinor } from '../core/money.mjs';
import { gid } from '../core/store.mjs';
import { sellableAnywhere } from './stock.mjs';
import { lineShareMinor, totals } from './totals.mjs';

const id = (n) => (n === null || n === undefined ? null : BigInt(n));

const zones = new Map();
function offset(zone, ms) {
	if (!zones.has(zone)) zones.set(zone, new Intl.DateTimeFormat('en', { timeZone: zone, timeZoneName: 'longOffset' }));
	const name = zones.get(zone).formatToParts(ms).find((part) => part.type === 'timeZoneName').value;
	return name === 'GMT' ? '+00:00' : name.slice(3);
}

// "2026-11-20T16:42:11Z" -> "2026-11-20T18:42:11+02:00"
export function local(shop, at) {
	if (!at) return null;
	const ms = Date.parse(at);
	const zone = offset(shop.ianaTimezone, ms);
	const [, sign, hours, minutes] = /([+-])(\d\d):(\d\d)/.exec(zone);
	const shifted = ms + (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes)) * 60000;
	return `${new Date(shifted).toISOString().slice(0, 19)}${zone}`;
}

export function moneySet(shop, minor) {
	const to = shop.presentment?.currency ?? shop.currencyCode;
	return {
		shop_money: { amount: fromMinor(minor, shop.currencyCode), currency_code: shop.currencyCode },
		presentment_money: { amount: fromMinor(convert(minor, shop.currencyCode, to, shop.presentment?.rate ?? 1), to), currency_code: to },
	};
}

// {name: "1.00", name_set: {...}} for each amount.
function money(shop, amounts) {
	return Object.fromEntries(Object.entries(amounts).flatMap(([name, minor]) =>
		[[name, fromMinor(minor, shop.currencyCode)], [`${name}_set`, moneySet(shop, minor)]]));
}

export const includedTax = (shop, minor) => (shop.taxRate ? Math.round(minor - minor / (1 + shop.taxRate)) : 0);
function linePayload(shop, line) {
	const product = shop.products[line.productN];
	const tax = includedTax(shop, lineShareMinor(line, line.quantity));
	return {
		id: id(line.n), admin_graphql_api_id: line.id, attributed_staffs: [], current_quantity: line.currentQuantity, fulfillable_quantity: line.currentQuantity,
		fulfillment_service: 'manual', fulfillment_status: null, gift_card: false, grams: 0, name: line.variantTitle ? `${line.title} - ${line.variantTitle}` : line.title,
		...money(shop, { price: line.unitMinor }), product_exists: Boolean(product), product_id: id(line.productN), properties: line.properties, quantity: line.quantity,
		requires_shipping: true, sales_line_item_group_id: null, sku: line.sku, taxable: true, title: line.title, ...money(shop, { total_discount: 0 }),
		variant_id: id(line.variantN), variant_inventory_management: line.tracked ? 'shopify' : null, variant_title: line.variantTitle, vendor: line.vendor,
		tax_lines: taxLines(shop, tax), duties: [],
		discount_allocations: line.allocations.map((a) => ({ ...money(shop, { amount: a.minor }), discount_application_index: a.index })),
	};
}

function taxLines(shop, minor) {
	return shop.taxRate ? [{ channel_liable: false, ...money(shop, { price: minor }), rate: shop.taxRate, title: 'VAT' }] : [];
}

const customer = (shop, order) => (order.customerN ? { id: id(order.customerN), created_at: local(shop, order.createdAt), updated_at: local(shop, order.updatedAt),
	first_name: null, last_name: null, state: 'disabled', note: null, verified_email: true, multipass_identifier: null, tax_exempt: false, email: order.email, phone: null,
	currency: shop.currencyCode, tax_exemptions: [], admin_graphql_api_id: gid('Customer', order.customerN), default_address: null } : null);

export function orderPayload(hub, shop, order) {
	const t = totals(order);
	const tax = includedTax(shop, t.total);
	const pos = order.channel === 'pos';
	return {
		id: id(order.n), admin_graphql_api_id: order.id, app_id: 580111, browser_ip: order.client.ip ?? null, buyer_accepts_marketing: false,
		cancel_reason: order.cancelReason ? order.cancelReason.toLowerCase() : null, cancelled_at: local(shop, order.cancelledAt), cart_token: order.cartToken, checkout_token: order.checkoutToken,
		client_details: { accept_language: order.client.language ?? null, browser_height: null, browser_ip: order.client.ip ?? null, browser_width: null, session_hash: null,
			user_agent: order.client.agent ?? null },
		closed_at: local(shop, order.closedAt), company: null, confirmation_number: order.confirmationNumber, confirmed: true, contact_email: order.email,
		created_at: local(shop, order.createdAt), currency: shop.currencyCode, current_shipping_price_set: moneySet(shop, order.shippingMinor),
		...money(shop, { current_subtotal_price: t.currentSubtotal }), current_total_additional_fees_set: null, ...money(shop, { current_total_discounts: t.currentDiscounts }),
		current_total_duties_set: null, ...money(shop, { current_total_price: t.currentTotal, current_total_tax: includedTax(shop, t.currentTotal) }),
		customer_locale: 'en', device_id: null, discount_codes: order.codes.map((c) => ({ code: c.code, amount: fromMinor(c.minor, shop.currencyCode), type: c.type })),
		duties_included: false, email: order.email, estimated_taxes: false, financial_status: order.financial.toLowerCase(), fulfillment_status: null,
		landing_site: order.landingSite, landing_site_ref: order.landingRef, location_id: pos ? id(order.lines[0]?.stock[0]?.location) : null, merchant_business_entity_id: 'MTEyMzQ1Njc4OQ', merchant_of_record_app_id: null,
		name: order.name, note: order.note, note_attributes: order.attributes, number: order.number - 1000, order_number: order.number,
		order_status_url: `${hub.base}/s/${shop.domain}/orders/${order.token}`, original_total_additional_fees_set: null, original_total_duties_set: null,
		payment_gateway_names: order.financial === 'PENDING' ? ['bank_deposit'] : ['shopify_payments'], phone: null, po_number: null,
		presentment_currency: shop.presentment?.currency ?? shop.currencyCode, processed_at: local(shop, order.processedAt), reference: null, referring_site: order.referrer,
		source_identifier: null, source_name: pos ? 'pos' : 'web', source_url: null, ...money(shop, { subtotal_price: t.subtotal }), tags: '', tax_exempt: false,
		tax_lines: taxLines(shop, tax), taxes_included: true, test: order.test, token: order.token,
		total_cash_rounding_payment_adjustment_set: moneySet(shop, 0), total_cash_rounding_refund_adjustment_set: moneySet(shop, 0),
		...money(shop, { total_discounts: t.discounts, total_line_items_price: t.lineItems }),
		total_outstanding: fromMinor(order.financial === 'PENDING' ? t.currentTotal : 0, shop.currencyCode), ...money(shop, { total_price: t.total }),
		total_shipping_price_set: moneySet(shop, order.shippingMinor), ...money(shop, { total_tax: tax }), total_tip_received: fromMinor(0, shop.currencyCode), total_weight: 0,
		updated_at: local(shop, order.updatedAt), user_id: null, billing_address: null, customer: customer(shop, order), discount_applications: order.applications, fulfillments: [],
		line_items: order.lines.map((line) => linePayload(shop, line)), payment_terms: null, refunds: order.refunds.map((refund) => refundPayload(hub, shop, order, refund)),
		shipping_address: null, shipping_lines: order.shippingMinor ? [shippingLine(shop, order)] : [],
	};
}

function shippingLine(shop, order) {
	return { id: id(order.transactionN), carrier_identifier: null, code: 'Standard', ...money(shop, { discounted_price: order.shippingMinor }), is_removed: false, phone: null,
		...money(shop, { price: order.shippingMinor }), requested_fulfillment_service_id: null, source: 'shopify', title: 'Standard',
		tax_lines: taxLines(shop, includedTax(shop, order.shippingMinor)), discount_allocations: [] };
}

const asNumber = (shop, minor) => Number(fromMinor(minor, shop.currencyCode));

export function refundPayload(hub, shop, order, refund) {
	const at = local(shop, refund.createdAt);
	const line = (row) => order.lines.find((one) => one.n === row.line);
	return {
		id: id(refund.n), admin_graphql_api_id: refund.id, created_at: at, note: refund.note, order_id: id(order.n), processed_at: at, restock: refund.restock,
		total_additional_fees_set: moneySet(shop, 0), total_duties_set: moneySet(shop, 0), user_id: null,
		order_adjustments: refund.extraMinor ? [{ id: id(refund.n), amount: fromMinor(-refund.extraMinor, shop.currencyCode), amount_set: moneySet(shop, -refund.extraMinor),
			kind: 'refund_discrepancy', order_id: id(order.n), reason: 'Refund discrepancy', refund_id: id(refund.n), tax_amount: fromMinor(0, shop.currencyCode), tax_amount_set: moneySet(shop, 0) }] : [],
		transactions: refund.totalMinor ? [{ id: id(refund.transactionN), admin_graphql_api_id: gid('OrderTransaction', refund.transactionN), amount: fromMinor(refund.totalMinor, shop.currencyCode),
			authorization: null, created_at: at, currency: shop.currencyCode, device_id: null, error_code: null, gateway: 'shopify_payments', kind: 'refund', location_id: null,
			message: 'Transaction approved', order_id: id(order.n), parent_id: id(order.transactionN), payment_id: `${order.name}.${order.refunds.indexOf(refund) + 2}`, processed_at: at,
			source_name: '1830279', status: 'success', test: order.test, user_id: null }] : [],
		refund_line_items: refund.rows.map((row) => {
			const tax = includedTax(shop, row.subtotalMinor);
			return { id: id(row.n), line_item_id: id(row.line), location_id: id(row.location), quantity: row.quantity, restock_type: row.restockType.toLowerCase(),
				subtotal: asNumber(shop, row.subtotalMinor), subtotal_set: moneySet(shop, row.subtotalMinor), total_tax: asNumber(shop, tax), total_tax_set: moneySet(shop, tax),
				line_item: linePayload(shop, line(row)) };
		}),
		duties: [], additional_fees: [],
		refund_shipping_lines: refund.shippingMinor ? [{ id: id(refund.transactionN), shipping_line: shippingLine(shop, order), subtotal_amount_set: moneySet(shop, refund.shippingMinor) }] : [],
		return: null,
	};
}

export function levelPayload(shop, level) {
	return { inventory_item_id: id(level.item), location_id: id(level.location), available: level.available, updated_at: local(shop, level.updatedAt), admin_graphql_api_id: level.id };
}

export function productPayload(shop, product) {
	const variants = product.variants.map((n) => shop.variants[n]);
	const image = product.image ? { id: id(product.optionId), product_id: id(product.n), position: 1, src: product.image, alt: product.title, width: 1200, height: 1200, variant_ids: [] } : null;
	return {
		id: id(product.n), admin_graphql_api_id: product.id, body_html: product.descriptionHtml, category: null, created_at: local(shop, product.createdAt), handle: product.handle,
		has_variants_that_requires_components: false, image, images: image ? [image] : [], media: [],
		options: [{ id: id(product.optionId), product_id: id(product.n), name: product.optionName, position: 1, values: variants.map((v) => v.title) }],
		product_type: product.productType, published_at: local(shop, product.publishedAt), published_scope: 'global', status: product.status.toLowerCase(), tags: product.tags.join(', '),
		template_suffix: null, title: product.title, updated_at: local(shop, product.updatedAt),
		variant_gids: variants.map((v) => ({ admin_graphql_api_id: v.id, updated_at: v.updatedAt.replace('Z', '.000Z') })),
		variants: variants.map((v) => {
			const item = shop.items[v.item];
			const quantity = sellableAnywhere(shop, item);
			return { id: id(v.n), admin_graphql_api_id: v.id, barcode: v.barcode, compare_at_price: v.compareAtPrice, created_at: local(shop, v.createdAt), fulfillment_service: 'manual', grams: 0,
				image_id: null, inventory_item_id: id(v.item), inventory_management: item.tracked ? 'shopify' : null, inventory_policy: v.inventoryPolicy.toLowerCase(), inventory_quantity: quantity,
				old_inventory_quantity: quantity, option1: v.title, option2: null, option3: null, position: v.position, price: v.price, product_id: id(product.n), requires_shipping: true, sku: v.sku,
				taxable: true, title: v.title, updated_at: local(shop, v.updatedAt), weight: 0, weight_unit: 'kg' };
		}),
		vendor: product.vendor,
	};
}

export function shopPayload(hub, shop) {
	const nothing = 'province source phone latitude longitude address2 province_code auto_configure_tax_inclusivity tax_shipping google_apps_domain google_apps_login_enabled';
	return {
		id: id(shop.n), name: shop.name, email: 'owner@example.com', domain: shop.primaryDomain, ...Object.fromEntries(nothing.split(' ').map((key) => [key, null])), country: 'GR', country_code: 'GR',
		country_name: 'Greece', address1: '1 Sandbox Street', zip: '10551', city: 'Athens', primary_locale: 'en', created_at: local(shop, shop.createdAt), updated_at: local(shop, shop.updatedAt),
		currency: shop.currencyCode, customer_email: 'help@example.com', timezone: shop.ianaTimezone, iana_timezone: shop.ianaTimezone, shop_owner: 'Sandbox Owner', money_format: '{{amount}}',
		money_with_currency_format: `{{amount}} ${shop.currencyCode}`, weight_unit: 'kg', taxes_included: true, county_taxes: true, plan_display_name: 'Basic', plan_name: 'basic', has_discounts: true,
		has_gift_cards: false, myshopify_domain: shop.domain, money_in_emails_format: '{{amount}}', money_with_currency_in_emails_format: `{{amount}} ${shop.currencyCode}`, eligible_for_payments: true,
		requires_extra_payments_agreement: false, password_enabled: false, has_storefront: true, finances: true, primary_location_id: id(Object.keys(shop.locations)[0]), checkout_api_supported: true,
		multi_location_enabled: true, setup_required: false, pre_launch_enabled: false, enabled_presentment_currencies: [...new Set([shop.currencyCode, shop.presentment?.currency ?? shop.currencyCode])],
		marketing_sms_consent_enabled_at_checkout: false, transactional_sms_disabled: false,
	};
}

// Keeps only the fields a subscription asked for: "id", "line_items.sku", "refunds.*".
export function pick(value, fields) {
	if (!fields?.length) return value;
	const tree = {};
	for (const path of fields) {
		let at = tree;
		for (const name of path.split('.')) { if (name === '*') { at['*'] = true; break; } at = at[name] ??= {}; }
	}
	const prune = (thing, want) => {
		if (want['*'] || !Object.keys(want).length || thing === null || typeof thing !== 'object') return thing;
		if (Array.isArray(thing)) return thing.map((one) => prune(one, want));
		return Object.fromEntries(Object.entries(thing).filter(([key]) => want[key]).map(([key, v]) => [key, prune(v, want[key])]));
	};
	return prune(value, tree);
}
