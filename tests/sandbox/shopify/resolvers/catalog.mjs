// Products, variants, inventory items, levels and locations in the Admin API.
import { numberOf } from '../../core/store.mjs';
import { toMinor, decimal } from '../../core/money.mjs';
import { NAMES, onHand, sellableAnywhere, sellableOnline, unlimited } from '../stock.mjs';
import { connect } from './connection.mjs';

const variantsOf = (ctx, product) => product.variants.map((n) => ctx.shop.variants[n]);
const itemOf = (ctx, variant) => ctx.shop.items[variant.item];
const stockOf = (ctx, product) => variantsOf(ctx, product).reduce((sum, variant) => sum + sellableAnywhere(ctx.shop, itemOf(ctx, variant)), 0);
const image = (product) => (product.image ? { id: `gid://shopify/ImageSource/${product.optionId}`, url: product.image, altText: product.title, width: 1200, height: 1200 } : null);
const counted = (count) => ({ count, precision: 'EXACT' });

const common = { id: (thing) => thing.n, updated_at: (thing) => thing.updatedAt, created_at: (thing) => thing.createdAt };
const productFields = (ctx) => ({ ...common, status: (p) => p.status, title: (p) => p.title, handle: (p) => p.handle, vendor: (p) => p.vendor, tag: (p) => p.tags, product_type: (p) => p.productType,
	sku: (p) => variantsOf(ctx, p).map((v) => v.sku), inventory_total: (p) => stockOf(ctx, p), published_status: (p) => (p.publishedAt ? 'published' : 'unpublished') });
const variantFields = (ctx) => ({ ...common, product_id: (v) => v.product, product_ids: (v) => v.product, sku: (v) => v.sku, barcode: (v) => v.barcode, title: (v) => v.title,
	inventory_quantity: (v) => sellableAnywhere(ctx.shop, itemOf(ctx, v)), product_status: (v) => ctx.shop.products[v.product].status });
const itemFields = { ...common, sku: (i) => i.sku };
const byTime = { UPDATED_AT: (thing) => thing.updatedAt, CREATED_AT: (thing) => thing.createdAt };
const productSort = { ...byTime, TITLE: (p) => p.title, VENDOR: (p) => p.vendor, PRODUCT_TYPE: (p) => p.productType, PUBLISHED_AT: (p) => p.publishedAt };

export const types = {
	Product: {
		variants: (product, args, ctx, info) => connect(ctx, variantsOf(ctx, product), args, info, { sort: { SKU: (v) => v.sku, TITLE: (v) => v.title } }),
		variantsCount: (product) => counted(product.variants.length),
		options: (product) => [{ id: `gid://shopify/ProductOption/${product.optionId}`, name: product.optionName, position: 1, product }],
		featuredMedia: (product) => (product.image ? { __typename: 'MediaImage', id: `gid://shopify/MediaImage/${product.optionId}`, alt: product.title, mediaContentType: 'IMAGE', status: 'READY',
			image: image(product), preview: { image: image(product), status: 'READY' } } : null),
		media: (product, args, ctx, info) => connect(ctx, product.image ? [{ n: product.optionId, ...types.Product.featuredMedia(product) }] : [], args, info),
		onlineStoreUrl: (product, args, ctx) => (product.publishedAt ? `${ctx.base}/s/${ctx.shop.domain}/products/${product.handle}` : null),
		totalInventory: (product, args, ctx) => stockOf(ctx, product),
		tracksInventory: (product, args, ctx) => variantsOf(ctx, product).some((variant) => itemOf(ctx, variant).tracked),
		hasOnlyDefaultVariant: (product, args, ctx) => product.variants.length === 1 && ctx.shop.variants[product.variants[0]].title === 'Default Title',
		hasOutOfStockVariants: (product, args, ctx) => variantsOf(ctx, product).some((v) => !unlimited(ctx.shop, v) && sellableOnline(ctx.shop, itemOf(ctx, v)) <= 0),
		description: () => '', isGiftCard: () => false, hasVariantsThatRequiresComponents: () => false, requiresSellingPlan: () => false,
		priceRangeV2: (product, args, ctx) => {
			const prices = variantsOf(ctx, product).map((variant) => toMinor(variant.price, ctx.shop.currencyCode));
			const money = (minor) => ({ amount: decimal(minor, ctx.shop.currencyCode), currencyCode: ctx.shop.currencyCode });
			return { minVariantPrice: money(Math.min(...prices)), maxVariantPrice: money(Math.max(...prices)) };
		},
	},
	ProductOption: {
		values: (option, args, ctx) => variantsOf(ctx, option.product).map((variant) => variant.title),
		optionValues: (option, args, ctx) => variantsOf(ctx, option.product).map((variant) => ({ id: `gid://shopify/ProductOptionValue/${variant.n}`, name: variant.title, hasVariants: true })),
	},
	ProductVariant: {
		product: (variant, args, ctx) => ctx.shop.products[variant.product],
		inventoryItem: (variant, args, ctx) => itemOf(ctx, variant),
		displayName: (variant, args, ctx) => `${ctx.shop.products[variant.product].title} - ${variant.title}`,
		selectedOptions: (variant, args, ctx) => [{ name: ctx.shop.products[variant.product].optionName, value: variant.title }],
		inventoryQuantity: (variant, args, ctx) => sellableAnywhere(ctx.shop, itemOf(ctx, variant)),
		sellableOnlineQuantity: (variant, args, ctx) => sellableOnline(ctx.shop, itemOf(ctx, variant)),
		availableForSale: (variant, args, ctx) => unlimited(ctx.shop, variant) || sellableOnline(ctx.shop, itemOf(ctx, variant)) > 0,
		requiresComponents: () => false,
	},
	InventoryItem: {
		variants: (item, args, ctx, info) => connect(ctx, item.variants.map((n) => ctx.shop.variants[n]), args, info),
		variant: (item, args, ctx) => ctx.shop.variants[item.variants[0]] ?? null,
		inventoryLevels: (item, args, ctx, info) => connect(ctx, Object.values(item.levels), args, info, { fields: common }),
		inventoryLevel: (item, { locationId }) => item.levels[numberOf(locationId)] ?? null,
		locationsCount: (item) => counted(Object.keys(item.levels).length),
	},
	InventoryLevel: {
		item: (level, args, ctx) => ctx.shop.items[level.item],
		location: (level, args, ctx) => ctx.shop.locations[level.location],
		quantities: (level, { names }) => names.filter((name) => name === 'on_hand' || name === 'incoming' || NAMES.includes(name)).map((name) => ({
			id: `gid://shopify/InventoryQuantity/${level.n}?name=${name}`, name, quantity: name === 'on_hand' ? onHand(level) : level[name], updatedAt: name === 'on_hand' ? null : level.updatedAt })),
		canDeactivate: () => false,
	},
	Location: {
		inventoryLevel: (location, { inventoryItemId }, ctx) => ctx.shop.items[numberOf(inventoryItemId)]?.levels[location.n] ?? null,
		inventoryLevels: (location, args, ctx, info) => connect(ctx, Object.values(ctx.shop.items).map((item) => item.levels[location.n]).filter(Boolean), args, info, { fields: common }),
		shipsInventory: (location) => location.fulfillsOnlineOrders, isFulfillmentService: () => false, hasActiveInventory: () => true, isPrimary: (location, args, ctx) => Object.keys(ctx.shop.locations)[0] === location.n,
	},
};

export const query = {
	product: (root, { id }, ctx) => ctx.shop.products[numberOf(id)] ?? null,
	products: (root, args, ctx, info) => connect(ctx, Object.values(ctx.shop.products), args, info, { fields: productFields(ctx), sort: productSort }),
	productsCount: (root, args, ctx) => counted(Object.keys(ctx.shop.products).length),
	productVariantsCount: (root, args, ctx) => {
		const { synthetic } = ctx.shop;
		const count = Object.keys(ctx.shop.variants).length + (synthetic ? synthetic.products * synthetic.variantsPerProduct : 0), limit = args.limit ?? null;
		return limit !== null && count > limit ? { count: limit, precision: 'AT_LEAST' } : counted(count);
	},
	productVariant: (root, { id }, ctx) => ctx.shop.variants[numberOf(id)] ?? null,
	productVariants: (root, args, ctx, info) => connect(ctx, Object.values(ctx.shop.variants), args, info, { fields: variantFields(ctx), sort: { ...byTime, SKU: (v) => v.sku, TITLE: (v) => v.title } }),
	// A level's GID has a query string and is no inventory item: Shopify answers null, and so do we.
	inventoryItem: (root, { id }, ctx) => (/\/InventoryItem\/\d+$/.test(id) ? ctx.shop.items[numberOf(id)] ?? null : null),
	inventoryItems: (root, args, ctx, info) => connect(ctx, Object.values(ctx.shop.items), args, info, { fields: itemFields }),
	inventoryLevel: (root, { id }, ctx) => {
		const item = ctx.shop.items[(/inventory_item_id=(\d+)/.exec(id) || [])[1]];
		return (item && Object.values(item.levels).find((level) => level.n === numberOf(id))) ?? null;
	},
	location: (root, { id }, ctx) => ctx.shop.locations[id ? numberOf(id) : Object.keys(ctx.shop.locations)[0]] ?? null,
	locations: (root, args, ctx, info) => connect(ctx, Object.values(ctx.shop.locations).filter((location) => args.includeInactive || location.isActive), args, info, { sort: { NAME: (l) => l.name } }),
};

export const mutation = {};
