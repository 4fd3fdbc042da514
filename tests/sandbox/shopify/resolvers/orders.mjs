// Orders, their lines and refunds in the Admin API, read from the same objects the webhooks are made of.
import { convert, decimal } from '../../core/money.mjs';
import { gid, numberOf } from '../../core/store.mjs';
import { includedTax } from '../payloads.mjs';
import { lineShareMinor, netMinor, totals } from '../totals.mjs';
import { connect } from './connection.mjs';

function bag(ctx, minor) {
	const { currencyCode, presentment } = ctx.shop;
	const to = presentment?.currency ?? currencyCode;
	return { shopMoney: { amount: decimal(minor, currencyCode), currencyCode },
		presentmentMoney: { amount: decimal(convert(minor, currencyCode, to, presentment?.rate ?? 1), to), currencyCode: to } };
}

const amount = (name) => (order, args, ctx) => bag(ctx, totals(order)[name]);
const attributes = (list) => list.map(({ name, value }) => ({ key: name, value }));
const moneyOf = (read) => (line, args, ctx) => bag(ctx, read(line));

const discountApplication = (ctx, order, index) => {
	const row = order.applications[index];
	return { __typename: 'DiscountCodeApplication', index, code: row.code, allocationMethod: row.allocation_method.toUpperCase(), targetSelection: row.target_selection.toUpperCase(), targetType: 'LINE_ITEM',
		value: row.value_type === 'percentage' ? { __typename: 'PricingPercentageValue', percentage: Number(row.value) } : { __typename: 'MoneyV2', amount: String(row.value), currencyCode: ctx.shop.currencyCode } };
};

// What the shop knows of the visit that led to the order: here the permalink itself.
function visit(order) {
	if (!order.landingSite) return null;
	const query = new URLSearchParams(order.landingSite.split('?')[1] ?? '');
	const utm = Object.fromEntries(['source', 'medium', 'campaign', 'content', 'term'].map((name) => [name, query.get(`utm_${name}`)]));
	return { id: `gid://shopify/CustomerVisit/${order.n}`, landingPage: order.landingSite, referrerUrl: order.referrer, referralCode: order.landingRef, occurredAt: order.createdAt, source: utm.source ?? 'direct',
		utmParameters: Object.values(utm).some(Boolean) ? utm : null };
}

export const types = {
	Order: {
		displayFinancialStatus: (order) => order.financial, displayFulfillmentStatus: () => 'UNFULFILLED', presentmentCurrencyCode: (order, args, ctx) => ctx.shop.presentment?.currency ?? ctx.shop.currencyCode,
		currencyCode: (order, args, ctx) => ctx.shop.currencyCode, sourceName: (order) => (order.channel === 'pos' ? 'pos' : 'web'), discountCodes: (order) => order.codes.map((row) => row.code),
		discountCode: (order) => order.codes[0]?.code ?? null, customAttributes: (order) => attributes(order.attributes), confirmed: () => true, closed: (order) => Boolean(order.closedAt),
		fullyPaid: (order) => order.financial === 'PAID', unpaid: (order) => order.financial === 'PENDING', tags: () => [], taxesIncluded: () => true, paymentGatewayNames: (order) => (order.financial === 'PENDING' ? ['bank_deposit'] : ['shopify_payments']),
		subtotalPriceSet: amount('subtotal'), totalPriceSet: amount('total'), originalTotalPriceSet: amount('total'), totalDiscountsSet: amount('discounts'), currentSubtotalPriceSet: amount('currentSubtotal'),
		currentTotalPriceSet: amount('currentTotal'), currentTotalDiscountsSet: amount('currentDiscounts'), totalRefundedSet: amount('refunded'), totalShippingPriceSet: (order, args, ctx) => bag(ctx, order.shippingMinor),
		totalTipReceivedSet: (order, args, ctx) => bag(ctx, 0), totalOutstandingSet: (order, args, ctx) => bag(ctx, order.financial === 'PENDING' ? totals(order).currentTotal : 0), totalReceivedSet: (order, args, ctx) => bag(ctx, order.financial === 'PENDING' ? 0 : totals(order).total),
		subtotalLineItemsQuantity: (order) => order.lines.reduce((sum, line) => sum + line.quantity, 0), currentSubtotalLineItemsQuantity: (order) => order.lines.reduce((sum, line) => sum + line.currentQuantity, 0),
		lineItems: (order, args, ctx, info) => connect(ctx, order.lines.map((line) => ({ ...line, order })), args, info),
		refunds: (order, args) => order.refunds.slice(0, args.first ?? undefined).map((refund) => ({ ...refund, order })),
		discountApplications: (order, args, ctx, info) => connect(ctx, order.applications.map((row, i) => ({ n: String(i), ...discountApplication(ctx, order, i) })), args, info),
		customerJourneySummary: (order) => ({ ready: true, customerOrderIndex: null, daysToConversion: 0, firstVisit: visit(order), lastVisit: visit(order) }),
		statusPageUrl: (order, args, ctx) => `${ctx.base}/s/${ctx.shop.domain}/orders/${order.token}`,
		cancellation: () => null,
	},
	LineItem: {
		name: (line) => (line.variantTitle ? `${line.title} - ${line.variantTitle}` : line.title), variant: (line, args, ctx) => ctx.shop.variants[line.variantN] ?? null,
		product: (line, args, ctx) => ctx.shop.products[line.productN] ?? null, customAttributes: (line) => attributes(line.properties), requiresShipping: () => true, taxable: () => true, isGiftCard: () => false,
		refundableQuantity: (line) => line.currentQuantity, unfulfilledQuantity: (line) => line.currentQuantity,
		originalUnitPriceSet: moneyOf((line) => line.unitMinor), originalTotalSet: moneyOf((line) => line.unitMinor * line.quantity), totalDiscountSet: moneyOf((line) => line.unitMinor * line.quantity - netMinor(line)),
		discountedTotalSet: moneyOf((line) => netMinor(line)), discountedUnitPriceSet: moneyOf((line) => lineShareMinor(line, 1)), discountedUnitPriceAfterAllDiscountsSet: moneyOf((line) => lineShareMinor(line, 1)),
		discountAllocations: (line, args, ctx) => line.allocations.map((a) => ({ allocatedAmountSet: bag(ctx, a.minor), discountApplication: discountApplication(ctx, line.order, a.index) })),
	},
	Refund: {
		totalRefundedSet: (refund, args, ctx) => bag(ctx, refund.totalMinor),
		transactions: (refund, args, ctx, info) => connect(ctx, refund.totalMinor ? [{ n: refund.transactionN, id: gid('OrderTransaction', refund.transactionN), kind: 'REFUND', status: 'SUCCESS', gateway: 'shopify_payments',
			createdAt: refund.createdAt, test: refund.order.test, amountSet: bag(ctx, refund.totalMinor) }] : [], args, info),
		refundShippingLines: (refund, args, ctx, info) => connect(ctx, refund.shippingMinor ? [{ n: refund.transactionN, id: gid('RefundShippingLine', refund.transactionN),
			subtotalAmountSet: bag(ctx, refund.shippingMinor), taxAmountSet: bag(ctx, 0) }] : [], args, info),
		refundLineItems: (refund, args, ctx, info) => connect(ctx, refund.rows.map((row) => ({ ...row, refund })), args, info),
	},
	RefundLineItem: {
		lineItem: (row) => ({ ...row.refund.order.lines.find((line) => line.n === row.line), order: row.refund.order }), restocked: (row) => row.restockType !== 'NO_RESTOCK',
		location: (row, args, ctx) => (row.location ? ctx.shop.locations[row.location] : null), subtotalSet: (row, args, ctx) => bag(ctx, row.subtotalMinor), totalTaxSet: (row, args, ctx) => bag(ctx, includedTax(ctx.shop, row.subtotalMinor)),
	},
};

const fields = { id: (o) => o.n, name: (o) => o.name, updated_at: (o) => o.updatedAt, created_at: (o) => o.createdAt, processed_at: (o) => o.processedAt, cart_token: (o) => o.cartToken, checkout_token: (o) => o.checkoutToken,
	discount_code: (o) => o.codes.map((row) => row.code), financial_status: (o) => o.financial, source_name: (o) => (o.channel === 'pos' ? 'pos' : 'web'), test: (o) => String(o.test), email: (o) => o.email,
	status: (o) => (o.cancelledAt ? 'cancelled' : o.closedAt ? 'closed' : 'open') };
const sort = { UPDATED_AT: (o) => o.updatedAt, CREATED_AT: (o) => o.createdAt, PROCESSED_AT: (o) => o.processedAt, ORDER_NUMBER: (o) => o.number };

function refundOf(ctx, id) {
	for (const order of Object.values(ctx.shop.orders)) {
		const refund = order.refunds.find((one) => one.n === numberOf(id));
		if (refund) return { ...refund, order };
	}
	return null;
}

export const query = {
	refund: (root, { id }, ctx) => refundOf(ctx, id),
	order: (root, { id }, ctx) => ctx.shop.orders[numberOf(id)] ?? null,
	orders: (root, args, ctx, info) => connect(ctx, Object.values(ctx.shop.orders), args, info, { fields, sort }),
	ordersCount: (root, args, ctx) => ({ count: Object.keys(ctx.shop.orders).length, precision: 'EXACT' }),
};

export const mutation = {};
