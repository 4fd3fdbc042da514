// The shop itself, the installation, API versions, webhook subscriptions and bulk operations.
import { gid, numberOf } from '../../core/store.mjs';
import { API_VERSION } from '../webhooks.mjs';
import { isLoopback, uninstall } from '../oauth.mjs';
import { startBulk } from '../bulk.mjs';
import { connect } from './connection.mjs';

const LIMITS = { maxProductVariants: 2048, maxProductOptions: 3, locationLimit: 200, redirectLimitReached: false };
const version = (handle, supported, name = handle) => ({ handle, supported, displayName: name });
const VERSIONS = [version('2026-01', true), version('2026-04', true), version('2026-07', true), version('2026-10', true, '2026-10 (Latest)'), version('2027-01', false, '2027-01 (Release candidate)'), version('unstable', false)];

// The scope a topic needs, by the start of its name.
const TOPIC_SCOPES = [[/^(ORDERS|REFUNDS|CHECKOUTS|CARTS)_/, ['read_orders']], [/^(PRODUCTS|VARIANTS)_/, ['read_products']], [/^INVENTORY_LEVELS_/, ['read_inventory']],
	[/^INVENTORY_ITEMS_/, ['read_inventory', 'read_products']], [/^LOCATIONS_/, ['read_locations']], [/^DISCOUNTS_/, ['read_discounts']]];
const fail = (field, message) => ({ field, message });

function checkSubscription(ctx, topic, input, old) {
	const uri = input.uri ?? input.callbackUrl ?? old?.uri;
	if (!uri) return [fail(['webhookSubscription', 'uri'], "Address can't be blank")];
	if (!isLoopback(uri)) return [fail(['webhookSubscription', 'uri'], 'Address is not allowed: the sandbox only calls this machine')];
	const needed = TOPIC_SCOPES.find(([pattern]) => pattern.test(topic))?.[1];
	if (needed && !needed.some((scope) => ctx.scopes.has(scope))) return [fail(['topic'], `You do not have permission to create or update webhooks with ${topic} topic; missing ${needed.join(' or ')}`)];
	const same = (sub) => sub !== old && sub.topic === topic && sub.uri === uri && (sub.filter ?? '') === (input.filter ?? old?.filter ?? '');
	if (Object.values(ctx.shop.subscriptions).some(same)) return [fail(['webhookSubscription', 'uri'], 'Address for this topic has already been taken')];
	if (input.format === 'XML') return [fail(['webhookSubscription', 'format'], 'The sandbox sends JSON only')];
	if (input.name && !/^[A-Za-z0-9_-]{1,50}$/.test(input.name)) return [fail(['webhookSubscription', 'name'], 'Name is invalid')];
	if (input.name && Object.values(ctx.shop.subscriptions).some((sub) => sub !== old && sub.name === input.name)) return [fail(['webhookSubscription', 'name'], 'Name has already been taken')];
	return [];
}

function apply(ctx, sub, input) {
	const { callbackUrl, ...rest } = input;
	Object.assign(sub, callbackUrl ? { uri: callbackUrl } : {}, Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined && value !== null)), { updatedAt: ctx.store.nowText() });
	ctx.store.touch();
	return { webhookSubscription: sub, userErrors: [] };
}

function createSubscription(root, { topic, webhookSubscription: input }, ctx) {
	const errors = checkSubscription(ctx, topic, input, null);
	if (errors.length) return { webhookSubscription: null, userErrors: errors };
	const n = ctx.store.nextId('subscription');
	const sub = ctx.shop.subscriptions[n] = { __typename: 'WebhookSubscription', n, id: gid('WebhookSubscription', n), topic, uri: null, format: 'JSON', name: null, filter: null, includeFields: [],
		metafieldNamespaces: [], metafields: [], createdAt: ctx.store.nowText(), updatedAt: null };
	return apply(ctx, sub, input);
}

function updateSubscription(root, { id, webhookSubscription: input }, ctx) {
	const sub = ctx.shop.subscriptions[numberOf(id)];
	const errors = sub ? checkSubscription(ctx, sub.topic, input, sub) : [fail(['id'], 'Webhook subscription does not exist')];
	return errors.length ? { webhookSubscription: null, userErrors: errors } : apply(ctx, sub, input);
}

function deleteSubscription(root, { id }, ctx) {
	const sub = ctx.shop.subscriptions[numberOf(id)];
	if (!sub) return { deletedWebhookSubscriptionId: null, userErrors: [fail(['id'], 'Webhook subscription does not exist')] };
	delete ctx.shop.subscriptions[sub.n];
	ctx.store.touch();
	return { deletedWebhookSubscriptionId: sub.id, userErrors: [] };
}

export const types = {
	Shop: {
		myshopifyDomain: (shop) => shop.domain, primaryDomain: (shop) => ({ id: gid('Domain', shop.n), host: shop.primaryDomain, url: `https://${shop.primaryDomain}`, sslEnabled: true }), url: (shop) => `https://${shop.primaryDomain}`,
		enabledPresentmentCurrencies: (shop) => [...new Set([shop.currencyCode, shop.presentment?.currency ?? shop.currencyCode])], plan: () => ({ publicDisplayName: 'Basic', partnerDevelopment: true, shopifyPlus: false }),
		resourceLimits: () => LIMITS, email: () => 'owner@example.com', contactEmail: () => 'help@example.com', taxesIncluded: () => true, taxShipping: () => false, setupRequired: () => false, shopOwnerName: () => 'Sandbox Owner',
	},
	WebhookSubscription: { apiVersion: () => VERSIONS.find((one) => one.handle === API_VERSION) },
};

export const query = {
	shop: (root, args, ctx) => ctx.shop,
	currentAppInstallation: (root, args, ctx) => ({ __typename: 'AppInstallation', id: gid('AppInstallation', ctx.shop.n), launchUrl: ctx.base,
		accessScopes: (ctx.shop.installed?.scopes ?? []).map((handle) => ({ handle, description: handle })) }),
	publicApiVersions: () => VERSIONS,
	webhookSubscription: (root, { id }, ctx) => ctx.shop.subscriptions[numberOf(id)] ?? null,
	webhookSubscriptions: (root, args, ctx, info) => connect(ctx, Object.values(ctx.shop.subscriptions).filter((sub) => (!args.topics || args.topics.includes(sub.topic)) && (!args.uri || sub.uri === args.uri)), args, info,
		{ fields: { id: (sub) => sub.n, created_at: (sub) => sub.createdAt, updated_at: (sub) => sub.updatedAt }, sort: { CREATED_AT: (sub) => sub.createdAt } }),
	bulkOperation: (root, { id }, ctx) => ctx.shop.bulk[numberOf(id)] ?? null,
	bulkOperations: (root, args, ctx, info) => connect(ctx, Object.values(ctx.shop.bulk), args, info, { fields: { id: (op) => op.n, status: (op) => op.status, created_at: (op) => op.createdAt },
		sort: { CREATED_AT: (op) => op.createdAt, COMPLETED_AT: (op) => op.completedAt } }),
	currentBulkOperation: (root, args, ctx) => Object.values(ctx.shop.bulk).pop() ?? null,
};

export const mutation = {
	webhookSubscriptionCreate: createSubscription, webhookSubscriptionUpdate: updateSubscription, webhookSubscriptionDelete: deleteSubscription,
	bulkOperationRunQuery: (root, args, ctx) => startBulk(ctx, args),
	appUninstall: (root, args, ctx) => {
		uninstall(ctx.hub, ctx.shop);
		return { app: null, userErrors: [] };
	},
};
