// node(id) and nodes(ids): any object of the shop by its GID.
import { numberOf } from '../../core/store.mjs';
import * as catalog from './catalog.mjs';

const TABLES = { Product: 'products', ProductVariant: 'variants', InventoryItem: 'items', Location: 'locations', Order: 'orders', DiscountCodeNode: 'discounts',
	WebhookSubscription: 'subscriptions', BulkOperation: 'bulk', DiscountRedeemCodeBulkCreation: 'creations' };

export function node(root, { id }, ctx) {
	const type = (/^gid:\/\/shopify\/(\w+)\//.exec(id) || [])[1];
	if (type === 'InventoryLevel') return catalog.query.inventoryLevel(root, { id }, ctx);
	const table = TABLES[type];
	return (table && ctx.shop[table][numberOf(id)]) ?? null;
}

export const nodes = (root, { ids }, ctx) => ids.map((id) => node(root, { id }, ctx));
