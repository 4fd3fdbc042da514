// Code discounts in the Admin API: create, change, more codes, on and off, delete, look up.
import { gid, numberOf } from '../../core/store.mjs';
import { decimal, toMinor } from '../../core/money.mjs';
import { discountByCode, statusOf } from '../discounts.mjs';
import { connect } from './connection.mjs';

const fail = (field, code, message) => ({ field: field && (Array.isArray(field) ? field : ['basicCodeDiscount', ...field.split('.')]), code, message, extraInfo: null });
const nodeOf = (discount) => ({ ...discount, __typename: 'DiscountCodeNode' });
const seconds = (time) => `${new Date(time).toISOString().slice(0, 19)}Z`;
const isTime = (time) => typeof time === 'string' && !Number.isNaN(Date.parse(time));

// What is wrong with an input; `old` is the discount being changed, absent on create.
function check(ctx, input, old) {
	const errors = [];
	const need = (field, present, name) => { if (!present && !old) errors.push(fail(field, 'BLANK', `${name} can't be blank`)); };
	need('title', input.title, 'Title');
	need('code', input.code?.trim(), 'Code');
	need('startsAt', input.startsAt, 'Starts at');
	need('customerGets', input.customerGets?.value && input.customerGets?.items, 'Customer gets');
	if (!input.context && !input.customerSelection && !old) errors.push(fail('context', 'BLANK', "Context can't be blank"));
	if (input.title && input.title.length > 255) errors.push(fail('title', 'TOO_LONG', 'Title is too long (maximum is 255 characters)'));
	if (input.code !== undefined) errors.push(...checkCode(ctx, input.code, ['basicCodeDiscount', 'code'], old));
	for (const name of ['startsAt', 'endsAt']) if (input[name] != null && !isTime(input[name])) errors.push(fail(name, 'INVALID', `${name} is not a time`));
	const [from, to] = [input.startsAt ?? old?.startsAt, input.endsAt === undefined ? old?.endsAt : input.endsAt];
	if (isTime(from) && isTime(to) && Date.parse(to) <= Date.parse(from)) errors.push(fail('endsAt', 'END_DATE_BEFORE_START_DATE', 'Ends at needs to be after starts_at'));
	if (input.usageLimit != null && input.usageLimit < 1) errors.push(fail('usageLimit', 'GREATER_THAN', 'Usage limit must be greater than 0'));
	if (input.tags && input.tags.length > 5) errors.push(fail('tags', 'TOO_MANY_TAGS', 'At most 5 tags'));
	if (input.customerGets?.value) errors.push(...checkValue(ctx, input.customerGets.value));
	if (input.customerGets?.items) errors.push(...checkItems(ctx, input.customerGets.items, old));
	return errors;
}

function checkCode(ctx, code, field, old) {
	const text = String(code ?? '').trim();
	if (!text) return [fail(field, 'BLANK', "Code can't be blank")];
	if (text.length > 255) return [fail(field, 'TOO_LONG', 'Code is too long (maximum is 255 characters)')];
	if (/[,\n]/.test(text)) return [fail(field, 'INVALID', 'Code may not contain a comma')];
	const taken = discountByCode(ctx.shop, text);
	return taken && taken.discount.n !== old?.n ? [fail(field, 'TAKEN', 'Code must be unique. Please try a different code.')] : [];
}

function checkValue(ctx, value) {
	const path = 'customerGets.value';
	if (Object.keys(value).length !== 1 || value.discountOnQuantity) return [fail(path, 'INVALID', 'Exactly one of percentage and discountAmount is needed')];
	if (value.percentage !== undefined) return value.percentage > 0 && value.percentage <= 1 ? [] : [fail(`${path}.percentage`, 'VALUE_OUTSIDE_RANGE', 'Value must be between 0.0 and 1.0')];
	try {
		return toMinor(value.discountAmount.amount, ctx.shop.currencyCode) > 0 ? [] : [fail(`${path}.discountAmount.amount`, 'GREATER_THAN', 'Amount must be greater than 0')];
	} catch (error) {
		return [fail(`${path}.discountAmount.amount`, 'INVALID', error.message)];
	}
}

function checkItems(ctx, items, old) {
	const path = 'customerGets.items';
	if (items.collections) return [fail(path, 'INVALID', 'The sandbox has no collections')];
	if (items.all) return items.products ? [fail(path, 'CONFLICT', 'Cannot entitle all items and specific products')] : [];
	const { productsToAdd: products = [], productVariantsToAdd: variants = [] } = items.products ?? {};
	if (!old && !products.length && !variants.length) return [fail(path, 'APPLIES_ON_NOTHING', 'Items must not be empty')];
	const unknown = [...products.filter((id) => !ctx.shop.products[numberOf(id)]), ...variants.filter((id) => !ctx.shop.variants[numberOf(id)])];
	return unknown.map((id) => fail(`${path}.products`, 'INVALID', `Product or variant ${id} is invalid`));
}

// Writes a checked input into a discount.
function apply(ctx, discount, input) {
	for (const name of ['title', 'usageLimit', 'appliesOncePerCustomer', 'tags']) if (input[name] !== undefined) discount[name] = input[name];
	if (input.startsAt) discount.startsAt = seconds(input.startsAt);
	if (input.endsAt !== undefined) discount.endsAt = input.endsAt === null ? null : seconds(input.endsAt);
	if (input.combinesWith) for (const name of Object.keys(discount.combinesWith)) discount.combinesWith[name] = input.combinesWith[name] ?? discount.combinesWith[name];
	const { value, items } = input.customerGets ?? {};
	if (value) discount.value = value.percentage !== undefined ? { percentage: value.percentage } : { amount: String(value.discountAmount.amount), appliesOnEachItem: value.discountAmount.appliesOnEachItem ?? false };
	if (items) {
		const change = (list, add = [], remove = []) => [...new Set([...list, ...add.map(numberOf)])].filter((n) => !remove.map(numberOf).includes(n));
		const p = items.products ?? {};
		discount.items = { all: Boolean(items.all), products: change(discount.items.products, p.productsToAdd, p.productsToRemove), variants: change(discount.items.variants, p.productVariantsToAdd, p.productVariantsToRemove) };
	}
	if (input.minimumRequirement !== undefined) {
		discount.minimumQuantity = Number(input.minimumRequirement?.quantity?.greaterThanOrEqualToQuantity ?? 0);
		const least = input.minimumRequirement?.subtotal?.greaterThanOrEqualToSubtotal;
		discount.minimumSubtotalMinor = least ? toMinor(least, ctx.shop.currencyCode) : 0;
	}
	discount.updatedAt = ctx.store.nowText();
}

function addCode(ctx, discount, code) {
	const n = ctx.store.nextId('code');
	const key = code.trim().toUpperCase();
	discount.codeKeys.push(key);
	ctx.shop.codes[key] = { n, id: gid('DiscountRedeemCode', n), code: code.trim(), discount: discount.n, usageCount: 0 };
}

const codesOf = (ctx, discount) => discount.codeKeys.map((key) => ctx.shop.codes[key]);

function create(root, { basicCodeDiscount: input }, ctx) {
	const errors = check(ctx, input, null);
	if (errors.length) return { codeDiscountNode: null, userErrors: errors };
	const n = ctx.store.nextId('discount');
	const discount = { n, id: gid('DiscountCodeNode', n), title: '', startsAt: null, endsAt: null, usageLimit: null, usageCount: 0, usedBy: [], appliesOncePerCustomer: false, tags: [], value: null,
		items: { all: false, products: [], variants: [] }, combinesWith: { productDiscounts: false, orderDiscounts: false, shippingDiscounts: false }, minimumQuantity: 0, minimumSubtotalMinor: 0,
		codeKeys: [], createdAt: ctx.store.nowText(), updatedAt: null };
	apply(ctx, discount, input);
	ctx.shop.discounts[n] = discount;
	addCode(ctx, discount, input.code);
	ctx.store.touch();
	return { codeDiscountNode: nodeOf(discount), userErrors: [] };
}

// Runs `work` on an existing discount; an unknown id is a userError, as at Shopify.
function onDiscount(ctx, id, work) {
	const discount = ctx.shop.discounts[numberOf(id)];
	if (!discount) return { codeDiscountNode: null, userErrors: [fail(['id'], 'INVALID', 'Code discount does not exist.')] };
	const errors = work(discount) ?? [];
	ctx.store.touch();
	return { codeDiscountNode: errors.length ? null : nodeOf(discount), userErrors: errors };
}

const update = (root, { id, basicCodeDiscount: input }, ctx) => onDiscount(ctx, id, (discount) => {
	const errors = check(ctx, input, discount);
	if (errors.length) return errors;
	apply(ctx, discount, input);
	if (input.code !== undefined) {
		const [first] = codesOf(ctx, discount);
		if (first && first.code !== input.code.trim()) {
			const key = input.code.trim().toUpperCase();
			delete ctx.shop.codes[first.code.toUpperCase()];
			ctx.shop.codes[key] = { ...first, code: input.code.trim() };
			discount.codeKeys[0] = key;
		}
	}
	return [];
});

const deactivate = (root, { id }, ctx) => onDiscount(ctx, id, (discount) => {
	if (statusOf(ctx.store, discount) === 'EXPIRED') return;
	discount.endsAt = ctx.store.nowText();
	if (Date.parse(discount.startsAt) > Date.parse(discount.endsAt)) discount.startsAt = discount.endsAt;
	discount.updatedAt = ctx.store.nowText();
});

const activate = (root, { id }, ctx) => onDiscount(ctx, id, (discount) => {
	if (statusOf(ctx.store, discount) === 'SCHEDULED') discount.startsAt = ctx.store.nowText();
	if (discount.endsAt && Date.parse(discount.endsAt) <= ctx.store.now()) discount.endsAt = null;
	discount.updatedAt = ctx.store.nowText();
});

function remove(root, { id }, ctx) {
	const discount = ctx.shop.discounts[numberOf(id)];
	if (!discount) return { deletedCodeDiscountId: null, userErrors: [fail(['id'], 'INVALID', 'Code discount does not exist.')] };
	for (const row of codesOf(ctx, discount)) delete ctx.shop.codes[row.code.toUpperCase()];
	delete ctx.shop.discounts[discount.n];
	ctx.store.touch();
	return { deletedCodeDiscountId: discount.id, userErrors: [] };
}

// More codes for one discount; done a moment later, as at Shopify.
function bulkAdd(root, { discountId, codes }, ctx) {
	const discount = ctx.shop.discounts[numberOf(discountId)];
	if (!discount) return { bulkCreation: null, userErrors: [fail(['discountId'], 'INVALID', 'Code discount does not exist.')] };
	if (codes.length > 250) return { bulkCreation: null, userErrors: [fail(['codes'], 'EXCEEDED_MAX', 'At most 250 codes at once')] };
	const n = ctx.store.nextId('creation');
	const creation = { __typename: 'DiscountRedeemCodeBulkCreation', n, id: gid('DiscountRedeemCodeBulkCreation', n), done: false, codesCount: codes.length, importedCount: 0, failedCount: 0, discount: discount.n,
		createdAt: ctx.store.nowText() };
	ctx.shop.creations[n] = creation;
	setTimeout(() => {
		for (const { code } of codes) {
			if (checkCode(ctx, code, ['codes']).length) creation.failedCount++;
			else { addCode(ctx, discount, code); creation.importedCount++; }
		}
		creation.done = true;
		ctx.store.touch();
	}, 30);
	return { bulkCreation: { ...creation }, userErrors: [] };
}

const title = (discount) => discount.title;
export const types = {
	DiscountCodeNode: { codeDiscount: (discount) => ({ ...discount, __typename: 'DiscountCodeBasic' }) },
	DiscountCodeBasic: {
		status: (discount, args, ctx) => statusOf(ctx.store, discount), asyncUsageCount: (discount) => discount.usageCount, summary: title, shortSummary: title, discountClasses: () => ['PRODUCT'], discountClass: () => 'PRODUCT',
		context: () => ({ __typename: 'DiscountBuyerSelectionAll', all: 'ALL' }), hasTimelineComment: () => false, shareableUrls: () => [],
		codesCount: (discount) => ({ count: discount.codeKeys.length, precision: 'EXACT' }),
		codes: (discount, args, ctx, info) => connect(ctx, codesOf(ctx, discount), args, info, { fields: { code: (row) => row.code }, sort: { CODE: (row) => row.code } }),
		customerGets: (discount) => ({ discount, appliesOnOneTimePurchase: true, appliesOnSubscription: false }),
		minimumRequirement: (discount, args, ctx) => (discount.minimumQuantity ? { __typename: 'DiscountMinimumQuantity', greaterThanOrEqualToQuantity: String(discount.minimumQuantity) }
			: discount.minimumSubtotalMinor ? { __typename: 'DiscountMinimumSubtotal', greaterThanOrEqualToSubtotal: { amount: decimal(discount.minimumSubtotalMinor, ctx.shop.currencyCode), currencyCode: ctx.shop.currencyCode } } : null),
	},
	DiscountRedeemCode: { asyncUsageCount: (row) => row.usageCount },
	DiscountRedeemCodeBulkCreation: { discountCode: (creation, args, ctx) => nodeOf(ctx.shop.discounts[creation.discount]) },
	DiscountCustomerGets: {
		items: ({ discount }) => (discount.items.all ? { __typename: 'AllDiscountItems', allItems: true } : { __typename: 'DiscountProducts', discount }),
		value: ({ discount: { value } }, args, ctx) => (value.percentage !== undefined ? { __typename: 'DiscountPercentage', percentage: value.percentage }
			: { __typename: 'DiscountAmount', appliesOnEachItem: value.appliesOnEachItem, amount: { amount: decimal(toMinor(value.amount, ctx.shop.currencyCode), ctx.shop.currencyCode), currencyCode: ctx.shop.currencyCode } }),
	},
	DiscountProducts: {
		products: ({ discount }, args, ctx, info) => connect(ctx, discount.items.products.map((n) => ctx.shop.products[n]).filter(Boolean), args, info),
		productVariants: ({ discount }, args, ctx, info) => connect(ctx, discount.items.variants.map((n) => ctx.shop.variants[n]).filter(Boolean), args, info),
	},
};

const fields = (ctx) => ({ id: (d) => d.n, title: (d) => d.title, status: (d) => statusOf(ctx.store, d), code: (d) => codesOf(ctx, d).map((row) => row.code), starts_at: (d) => d.startsAt, ends_at: (d) => d.endsAt,
	created_at: (d) => d.createdAt, updated_at: (d) => d.updatedAt });
const sort = { CREATED_AT: (d) => d.createdAt, UPDATED_AT: (d) => d.updatedAt, STARTS_AT: (d) => d.startsAt, ENDS_AT: (d) => d.endsAt, TITLE: (d) => d.title };

export const query = {
	codeDiscountNode: (root, { id }, ctx) => { const found = ctx.shop.discounts[numberOf(id)]; return found ? nodeOf(found) : null; },
	codeDiscountNodeByCode: (root, { code }, ctx) => { const found = discountByCode(ctx.shop, code); return found ? nodeOf(found.discount) : null; },
	codeDiscountNodes: (root, args, ctx, info) => connect(ctx, Object.values(ctx.shop.discounts).map(nodeOf), args, info, { fields: fields(ctx), sort }),
	discountRedeemCodeBulkCreation: (root, { id }, ctx) => ctx.shop.creations[numberOf(id)] ?? null,
};

export const mutation = { discountCodeBasicCreate: create, discountCodeBasicUpdate: update, discountCodeDeactivate: deactivate, discountCodeActivate: activate, discountCodeDelete: remove, discountRedeemCodeBulkAdd: bulkAdd };
