// What an order's lines come to: net of discounts, refunded so far, still current. Minor units.

const sum = (list) => list.reduce((a, b) => a + b, 0);

export const netMinor = (line) => line.unitMinor * line.quantity - sum(line.allocations.map((a) => a.minor));
// The part of a line's net amount that falls on `units` of it; rounding never loses a cent over a full refund.
export const lineShareMinor = (line, units) => Math.round((netMinor(line) * units) / line.quantity);

export function totals(order) {
	const gross = (line) => line.unitMinor * line.quantity;
	const off = (line) => sum(line.allocations.map((a) => a.minor));
	const lineItems = sum(order.lines.map(gross));
	const discounts = sum(order.lines.map(off));
	const currentSubtotal = sum(order.lines.map((line) => lineShareMinor(line, line.currentQuantity)));
	const currentGross = sum(order.lines.map((line) => line.unitMinor * line.currentQuantity));
	const shippingBack = sum(order.refunds.map((refund) => refund.shippingMinor + refund.extraMinor));
	const shipping = order.cancelledAt ? 0 : order.shippingMinor;
	return { lineItems, discounts, subtotal: lineItems - discounts, total: lineItems - discounts + order.shippingMinor,
		currentSubtotal, currentDiscounts: currentGross - currentSubtotal, currentTotal: Math.max(0, currentSubtotal + shipping - shippingBack),
		refunded: sum(order.refunds.map((refund) => refund.totalMinor)) };
}
