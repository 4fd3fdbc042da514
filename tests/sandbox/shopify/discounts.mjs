// Code discounts: whether one applies to a cart now, and what it takes off each line. Only "basic"
// discounts: a percentage, an amount per item, or an amount spread over the entitled lines.
import { toMinor, split } from '../core/money.mjs';

export function statusOf(store, discount) {
	const now = store.now();
	if (discount.endsAt && Date.parse(discount.endsAt) <= now) return 'EXPIRED';
	if (Date.parse(discount.startsAt) > now) return 'SCHEDULED';
	return 'ACTIVE';
}

export function discountByCode(shop, code) {
	const row = shop.codes[String(code).toUpperCase()];
	return row ? { row, discount: shop.discounts[row.discount] } : null;
}

function entitled(discount, line) {
	const { items } = discount;
	return items.all || items.variants.includes(line.variant.n) || items.products.includes(line.variant.product);
}

// Why the discount cannot be used on these lines by this buyer; null when it can.
export function refusal(store, discount, lines, email) {
	const status = statusOf(store, discount);
	if (status !== 'ACTIVE') return status === 'EXPIRED' ? 'has ended' : 'has not begun';
	if (discount.usageLimit !== null && discount.usageCount >= discount.usageLimit) return 'has been used up';
	const mine = lines.filter((line) => entitled(discount, line));
	if (!mine.length) return 'is not for these items';
	if (discount.appliesOncePerCustomer && email && discount.usedBy.includes(email.toLowerCase())) return 'can be used once per customer';
	const { minimumQuantity, minimumSubtotalMinor } = discount;
	if (minimumQuantity && mine.reduce((sum, line) => sum + line.quantity, 0) < minimumQuantity) return `needs ${minimumQuantity} items`;
	if (minimumSubtotalMinor && mine.reduce((sum, line) => sum + line.unitMinor * line.quantity, 0) < minimumSubtotalMinor) return 'needs a larger order';
	return null;
}

// What the discount takes off each line, in minor units.
function amounts(shop, discount, lines) {
	const gross = lines.map((line) => (entitled(discount, line) ? line.unitMinor * line.quantity : 0));
	const { value } = discount;
	if (value.percentage !== undefined) return gross.map((minor) => Math.round(minor * value.percentage));
	const each = toMinor(value.amount, shop.currencyCode);
	if (value.appliesOnEachItem) return lines.map((line, i) => Math.min(gross[i], each * line.quantity));
	return split(Math.min(each, gross.reduce((a, b) => a + b, 0)), gross);
}

function application(discount, code) {
	const percentage = discount.value.percentage !== undefined;
	return {
		target_type: 'line_item', type: 'discount_code',
		value: percentage ? (discount.value.percentage * 100).toFixed(1) : discount.value.amount,
		value_type: percentage ? 'percentage' : 'fixed_amount',
		allocation_method: !percentage && discount.value.appliesOnEachItem ? 'each' : 'across',
		target_selection: discount.items.all ? 'all' : 'entitled', code,
	};
}

// Prices a cart. Codes that may not be combined compete and the best one wins; combined ones do not
// stack on a line: each line takes the larger. lines: [{variant, quantity, unitMinor}].
export function priceCart(store, shop, lines, codes, email) {
	const usable = [];
	const refused = [];
	for (const code of [...new Set(codes.map((c) => c.trim()).filter(Boolean))]) {
		const found = discountByCode(shop, code);
		const why = found ? refusal(store, found.discount, lines, email) : 'does not exist';
		if (why) refused.push({ code, why });
		else usable.push({ code: found.row.code, row: found.row, discount: found.discount, amounts: amounts(shop, found.discount, lines) });
	}
	const sum = (list) => list.reduce((a, b) => a + b, 0);
	usable.sort((a, b) => sum(b.amounts) - sum(a.amounts));
	const kept = usable.length > 1 && !usable.every((u) => u.discount.combinesWith.productDiscounts) ? usable.slice(0, 1) : usable;
	for (const loser of usable.slice(kept.length)) refused.push({ code: loser.code, why: 'cannot be combined' });
	const priced = lines.map((line, i) => {
		const best = kept.reduce((win, u, index) => (u.amounts[i] > (win?.minor ?? 0) ? { index, minor: u.amounts[i] } : win), null);
		return { ...line, grossMinor: line.unitMinor * line.quantity, allocations: best ? [best] : [] };
	});
	const taken = kept.map((u, index) => sum(priced.flatMap((line) => line.allocations.filter((a) => a.index === index).map((a) => a.minor))));
	const subtotalMinor = sum(priced.map((line) => line.grossMinor)) - sum(taken);
	return {
		lines: priced, refused, subtotalMinor, discountMinor: sum(taken), totalMinor: subtotalMinor + shop.shippingMinor,
		applications: kept.map((u) => application(u.discount, u.code)),
		codes: kept.map((u, i) => ({ code: u.code, minor: taken[i], type: u.discount.value.percentage !== undefined ? 'percentage' : 'fixed_amount' })),
		used: kept,
	};
}

export function countUse(used, email) {
	for (const { discount, row } of used) {
		discount.usageCount++;
		row.usageCount++;
		if (email && !discount.usedBy.includes(email.toLowerCase())) discount.usedBy.push(email.toLowerCase());
	}
}
