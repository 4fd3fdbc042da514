// Stock per inventory item and location: what can be sold, taking units for an order, giving them
// back. available -> committed when an order is placed; on_hand is the sum and never stored.
import { conflict } from '../core/errors.mjs';
import { find } from './shops.mjs';

export const NAMES = ['available', 'committed', 'reserved', 'damaged', 'safety_stock', 'quality_control'];
export const onHand = (level) => NAMES.reduce((sum, name) => sum + level[name], 0);

const online = (shop, level) => level.isActive && shop.locations[level.location].isActive && shop.locations[level.location].fulfillsOnlineOrders;
const active = (shop, level) => level.isActive && shop.locations[level.location].isActive;
const total = (item, keep) => Object.values(item.levels).filter(keep).reduce((sum, level) => sum + level.available, 0);

export const sellableOnline = (shop, item) => total(item, (level) => online(shop, level));
export const sellableAnywhere = (shop, item) => total(item, (level) => active(shop, level));
export const unlimited = (shop, variant) => variant.inventoryPolicy === 'CONTINUE' || !shop.items[variant.item].tracked;

// The variants of `lines` that cannot be sold now, same item summed first: [{variant, wanted, available}].
export function shortages(shop, lines, channel = 'web') {
	const wanted = new Map();
	for (const { variant, quantity } of lines) {
		if (unlimited(shop, variant)) continue;
		const before = wanted.get(variant.item) || { variant, wanted: 0 };
		wanted.set(variant.item, { variant, wanted: before.wanted + quantity });
	}
	const rows = [...wanted.values()].map((row) => ({ ...row,
		available: (channel === 'web' ? sellableOnline : sellableAnywhere)(shop, shop.items[row.variant.item]) }));
	return rows.filter((row) => row.wanted > row.available);
}

// Commits the units of one line, location by location in their order; the rest, if any, goes negative at the first.
// Answers [{location, quantity}] so that a refund can undo it, and the levels touched.
export function commit(store, shop, variant, quantity, channel, locationId) {
	const item = shop.items[variant.item];
	if (!item.tracked) return { taken: [], levels: [] };
	let levels = Object.values(item.levels).filter((level) => (channel === 'web' ? online : active)(shop, level));
	if (locationId) levels = levels.filter((level) => level.location === find(shop, 'locations', locationId, 'location').n);
	if (!levels.length) throw conflict(`variant ${variant.n} is not stocked at a location that sells it`);
	const taken = [];
	let left = quantity;
	for (const level of levels) {
		const units = Math.min(left, Math.max(0, level.available));
		if (units) taken.push({ location: level.location, quantity: units });
		left -= units;
	}
	if (left) {
		const first = taken.find((row) => row.location === levels[0].location);
		if (first) first.quantity += left;
		else taken.push({ location: levels[0].location, quantity: left });
	}
	return { taken, levels: taken.map((row) => move(store, item.levels[row.location], -row.quantity, row.quantity)) };
}

// Undoes `quantity` units of a line: restock puts them back to available, else they leave the building.
export function release(store, shop, line, quantity, restock) {
	const item = shop.items[line.itemN];
	const levels = [];
	let left = quantity;
	for (const row of item ? line.stock : []) {
		const units = Math.min(left, row.quantity);
		if (!units) continue;
		row.quantity -= units;
		left -= units;
		levels.push(move(store, item.levels[row.location], restock ? units : 0, -units));
	}
	return levels;
}

function move(store, level, available, committed) {
	level.available += available;
	level.committed += committed;
	level.updatedAt = store.nowText();
	return level;
}

export function setAvailable(store, level, available) {
	level.available = available;
	level.updatedAt = store.nowText();
	return level;
}
