// A shop and what it sells: creating shops, products, variants and locations, and finding them again.
// Objects carry the field names of the Admin API, so GraphQL needs few resolvers; `n` is the bare id.
import { bad, conflict, missing } from '../core/errors.mjs';
import { isShopDomain } from '../core/sign.mjs';
import { fromMinor, toMinor } from '../core/money.mjs';
import { onlyKeys } from '../core/http.mjs';
import { gid, numberOf } from '../core/store.mjs';

export const DEFAULT_SCOPES = ['read_inventory', 'read_locations', 'read_orders', 'read_products', 'write_discounts'];
const STATUSES = ['ACTIVE', 'DRAFT', 'ARCHIVED', 'UNLISTED'];

export function shopOf(store, domain) {
	const shop = store.state.shops[domain];
	if (!shop) throw missing(`no shop "${domain}"; create it with POST /control/shops`);
	return shop;
}

const text = (value, field, fallback) => {
	const result = value ?? fallback;
	if (typeof result !== 'string' || !result) throw bad(`${field}: text is needed`);
	return result;
};
const count = (value, field) => {
	if (!Number.isInteger(value)) throw bad(`${field}: a whole number is needed`);
	return value;
};

const SHOP_KEYS = ['shop', 'name', 'currency', 'timezone', 'autoApprove', 'scopes', 'products', 'locations', 'generate', 'replace',
	'primaryDomain', 'shipping', 'taxRate', 'presentment', 'bucket', 'lose', 'tokenTtlS', 'bulkDelayMs', 'bulkFaults', 'bulkOrder', 'synthetic'];
const SETTINGS = ['autoApprove', 'scopes', 'bucket', 'lose', 'tokenTtlS', 'bulkDelayMs', 'bulkFaults', 'bulkOrder', 'synthetic'];
export const BULK_FAULTS = ['none', 'busy', 'failed', 'canceled', 'partial', 'expired', 'short', 'foreign', 'garbage', 'forgotten'];
const BULK_ORDERS = ['late', 'early'];
const LOSABLE = ['attributes', 'properties', 'discount', 'landing', 'ref'];

export function createShop(store, spec) {
	onlyKeys(spec, SHOP_KEYS);
	if (!isShopDomain(spec.shop)) throw bad('shop: a name like demo-shop.myshopify.com is needed');
	const existing = store.state.shops[spec.shop];
	if (existing && !spec.replace) return existing;
	if (existing) forget(store, spec.shop);
	const currency = text(spec.currency, 'currency', 'EUR');
	if (!/^[A-Z]{3}$/.test(currency)) throw bad('currency: three capital letters');
	const timezone = text(spec.timezone, 'timezone', 'Europe/Athens');
	try { new Intl.DateTimeFormat('en', { timeZone: timezone }); } catch { throw bad('timezone: unknown'); }
	const n = store.nextId('shop');
	const shop = {
		n, id: gid('Shop', n), domain: spec.shop, name: text(spec.name, 'name', spec.shop.split('.')[0]), currencyCode: currency, ianaTimezone: timezone,
		primaryDomain: text(spec.primaryDomain, 'primaryDomain', spec.shop), createdAt: store.nowText(), updatedAt: store.nowText(),
		shippingMinor: toMinor(spec.shipping ?? '0', currency, 'shipping'), taxRate: spec.taxRate ?? 0, presentment: spec.presentment ?? null,
		autoApprove: false, scopes: null, bucket: { max: 2000, restore: 100 }, lose: [], tokenTtlS: 3600, bulkDelayMs: 50, bulkFaults: [], bulkOrder: 'late', synthetic: null,
		installed: null, orderNumber: 1000, bulk: {},
		locations: {}, products: {}, variants: {}, items: {}, discounts: {}, codes: {}, creations: {}, subscriptions: {}, checkouts: {}, orders: {}, orderTokens: {},
	};
	changeSettings(shop, Object.fromEntries(Object.entries(spec).filter(([key]) => SETTINGS.includes(key))));
	for (const location of spec.locations?.length ? spec.locations : [{ name: 'Main warehouse' }]) addLocation(store, shop, location);
	for (const product of spec.products || []) addProduct(store, shop, product);
	if (spec.generate) generate(store, shop, spec.generate);
	store.state.shops[spec.shop] = shop;
	store.touch();
	return shop;
}

function forget(store, domain) {
	for (const table of ['codes', 'access', 'refresh']) {
		for (const [key, row] of Object.entries(store.state[table])) if (row.shop === domain) delete store.state[table][key];
	}
	delete store.state.shops[domain];
}

export function changeSettings(shop, spec) {
	onlyKeys(spec, SETTINGS);
	if (spec.lose && !spec.lose.every((what) => LOSABLE.includes(what))) throw bad(`lose: any of ${LOSABLE.join(', ')}`);
	if (spec.scopes && !(Array.isArray(spec.scopes) && spec.scopes.every((s) => /^[a-z_]+$/.test(s)))) throw bad('scopes: a list of scope names');
	if (spec.bucket && !(spec.bucket.max > 0 && spec.bucket.restore > 0)) throw bad('bucket: {max, restore}, both above 0');
	if (spec.bulkFaults && !(Array.isArray(spec.bulkFaults) && spec.bulkFaults.every((one) => BULK_FAULTS.includes(one)))) throw bad(`bulkFaults: a list of ${BULK_FAULTS.join(', ')}`);
	if (spec.bulkOrder && !BULK_ORDERS.includes(spec.bulkOrder)) throw bad(`bulkOrder: one of ${BULK_ORDERS.join(', ')}`);
	if (spec.synthetic) checkSynthetic(spec.synthetic);
	Object.assign(shop, spec);
}

// Products that exist only while a bulk file is written: any number of them costs no memory.
function checkSynthetic(spec) {
	onlyKeys(spec, ['products', 'variantsPerProduct', 'stock', 'price'], 'synthetic');
	const { products, variantsPerProduct } = spec;
	if (!(Number.isInteger(products) && products >= 0 && products <= 1000000 && Number.isInteger(variantsPerProduct) && variantsPerProduct >= 1 && variantsPerProduct <= 2048)) throw bad('synthetic: {products, variantsPerProduct 1 to 2048, stock, price}');
}

export function addLocation(store, shop, spec) {
	onlyKeys(spec, ['name', 'fulfillsOnlineOrders', 'isActive'], 'location');
	const n = store.nextId('location');
	return shop.locations[n] = { __typename: 'Location', n, id: gid('Location', n), name: text(spec.name, 'location.name'), isActive: spec.isActive ?? true,
		fulfillsOnlineOrders: spec.fulfillsOnlineOrders ?? true, createdAt: store.nowText(), updatedAt: store.nowText() };
}

const slug = (title) => title.toLowerCase().replace(/[^a-z0-9]+/g, '-').replace(/^-|-$/g, '') || 'product';

export function addProduct(store, shop, spec, { checkHandle = true } = {}) {
	onlyKeys(spec, ['title', 'handle', 'status', 'image', 'vendor', 'productType', 'tags', 'variants'], 'product');
	const title = text(spec.title, 'product.title');
	const status = (spec.status ?? 'ACTIVE').toUpperCase();
	if (!STATUSES.includes(status)) throw bad(`product.status: one of ${STATUSES.join(', ')}`);
	const handle = spec.handle ?? slug(title);
	if (checkHandle && productByHandle(shop, handle)) throw conflict(`product.handle: "${handle}" is taken`);
	const at = store.nowText();
	const n = store.nextId('product');
	const product = { __typename: 'Product', n, id: gid('Product', n), title, handle, status, vendor: spec.vendor ?? shop.name, productType: spec.productType ?? '',
		tags: spec.tags ?? [], descriptionHtml: '', image: spec.image ?? null, optionName: 'Title', variants: [], optionId: store.nextId('option'),
		createdAt: at, updatedAt: at, publishedAt: status === 'ACTIVE' ? at : null };
	shop.products[n] = product;
	const shared = {};
	for (const variant of spec.variants?.length ? spec.variants : [{}]) addVariant(store, shop, product, variant, shared);
	return product;
}

export function addVariant(store, shop, product, spec, shared = {}) {
	onlyKeys(spec, ['title', 'sku', 'price', 'compareAtPrice', 'stock', 'tracked', 'policy', 'barcode', 'shareItem'], 'variant');
	const policy = (spec.policy ?? 'DENY').toUpperCase();
	if (policy !== 'DENY' && policy !== 'CONTINUE') throw bad('variant.policy: DENY or CONTINUE');
	const money = (value) => fromMinor(toMinor(value, shop.currencyCode, 'variant.price'), shop.currencyCode);
	const at = store.nowText();
	const n = store.nextId('variant');
	const title = spec.title ?? 'Default Title';
	const item = (spec.shareItem && shared[spec.shareItem]) || addItem(store, shop, spec);
	if (spec.shareItem) shared[spec.shareItem] = item;
	item.variants.push(n);
	product.variants.push(n);
	return shop.variants[n] = { __typename: 'ProductVariant', n, id: gid('ProductVariant', n), product: product.n, item: item.n, title, sku: spec.sku ?? null,
		barcode: spec.barcode ?? null, price: money(spec.price ?? '10'), compareAtPrice: spec.compareAtPrice == null ? null : money(spec.compareAtPrice),
		position: product.variants.length, inventoryPolicy: policy, taxable: true, createdAt: at, updatedAt: at };
}

function addItem(store, shop, spec) {
	const n = store.nextId('item');
	const at = store.nowText();
	const item = { __typename: 'InventoryItem', n, id: gid('InventoryItem', n), sku: spec.sku ?? null, tracked: spec.tracked ?? true, requiresShipping: true,
		variants: [], levels: {}, createdAt: at, updatedAt: at };
	// stock: one number for the first location, or a list in the order of the locations.
	const stock = Array.isArray(spec.stock) ? spec.stock : [spec.stock ?? 0];
	Object.keys(shop.locations).forEach((location, i) => {
		const level = store.nextId('level');
		item.levels[location] = { __typename: 'InventoryLevel', n: level, id: `${gid('InventoryLevel', level)}?inventory_item_id=${n}`, item: n, location, isActive: true,
			available: count(stock[i] ?? 0, 'variant.stock'), committed: 0, reserved: 0, incoming: 0, damaged: 0, safety_stock: 0, quality_control: 0,
			createdAt: at, updatedAt: at };
	});
	return shop.items[n] = item;
}

function generate(store, shop, { products = 0, variantsPerProduct = 1, stock = 100, price = '10' }) {
	if (!(products >= 0 && products <= 50000 && variantsPerProduct >= 1 && variantsPerProduct <= 2048)) throw bad('generate: products up to 50000, variantsPerProduct 1 to 2048');
	for (let p = 1; p <= products; p++) {
		const variants = [];
		for (let v = 1; v <= variantsPerProduct; v++) variants.push({ title: `Variant ${v}`, sku: `GEN-${p}-${v}`, price, stock });
		const n = String(p).padStart(5, '0');
		addProduct(store, shop, { title: `Generated product ${n}`, handle: `generated-${n}`, variants }, { checkHandle: false });
	}
}

// The first synthetic product of a shop, as a shop of its own; its ids lie above those of real ones.
const SYNTHETIC_ID = { product: 8900000000000, variant: 48000000000000, item: 49000000000000, level: 190000000000, option: 10900000000000 };
export function synthetic(shop) {
	const { variantsPerProduct, stock = 100, price = '10' } = shop.synthetic;
	const taken = {};
	const store = { nextId: (kind) => String(SYNTHETIC_ID[kind] + (taken[kind] = (taken[kind] ?? -1) + 1)), nowText: () => shop.createdAt };
	const one = { ...shop, products: {}, variants: {}, items: {} };
	const variants = Array.from({ length: variantsPerProduct }, (_, v) => ({ title: `Variant ${v + 1}`, sku: `SYN-0-${v + 1}`, price, stock }));
	addProduct(store, one, { title: 'Synthetic product 0', handle: 'synthetic-0', variants }, { checkHandle: false });
	return one;
}

// Text about the first one, as it would be about number `p`.
export function syntheticText(shop, text, p) {
	const { variantsPerProduct: each } = shop.synthetic;
	const step = { product: 1, option: 1, variant: each, item: each, level: each * Object.keys(shop.locations).length };
	const moved = (id) => {
		const kind = Object.keys(step).find((one) => Number(id) >= SYNTHETIC_ID[one] && Number(id) < SYNTHETIC_ID[one] + step[one]);
		return kind ? String(Number(id) + p * step[kind]) : id;
	};
	return text.replace(/\b\d{12,14}\b/g, moved).replace(/(Synthetic product |synthetic-|SYN-)0\b/g, `$1${p}`);
}

export const productByHandle = (shop, handle) => Object.values(shop.products).find((product) => product.handle === handle);

export function find(shop, table, id, what) {
	const thing = shop[table][numberOf(id)];
	if (!thing) throw missing(`${what} ${id} does not exist in ${shop.domain}`);
	return thing;
}

export const variantOf = (shop, id) => find(shop, 'variants', id, 'variant');

// Every id a scenario needs, as decimal strings.
export function describeCatalog(shop) {
	return {
		shop: shop.domain, id: shop.n, name: shop.name, currency: shop.currencyCode,
		locations: Object.values(shop.locations).map(({ n, name, fulfillsOnlineOrders, isActive }) => ({ id: n, name, fulfillsOnlineOrders, isActive })),
		products: Object.values(shop.products).map((product) => ({
			id: product.n, title: product.title, handle: product.handle, status: product.status,
			variants: product.variants.map((n) => {
				const variant = shop.variants[n];
				const item = shop.items[variant.item];
				return { id: n, title: variant.title, sku: variant.sku, price: variant.price, policy: variant.inventoryPolicy, inventoryItemId: item.n, tracked: item.tracked,
					stock: Object.values(item.levels).map(({ location, available, committed }) => ({ locationId: location, available, committed })) };
			}),
		})),
	};
}
