// POST /admin/api/:version/graphql.json: token, faults, validation against the real schema, cost, then
// execution. A field nothing here models answers null where it may be null, else a clear error.
import { GraphQLError, execute, getNamedType, getOperationAST, isNonNullType } from 'graphql';
import { getVariableValues } from 'graphql/execution/values.js';
import { HttpError, missing } from '../core/errors.mjs';
import { json, jsonBody } from '../core/http.mjs';
import { underFault } from '../core/faults.mjs';
import { grantOf } from './oauth.mjs';
import { Bucket, MAX_COST, actualCost, price } from './cost.mjs';
import { readDocument } from './schema.mjs';
import { shopOf } from './shops.mjs';
import { API_VERSION } from './webhooks.mjs';
import * as catalog from './resolvers/catalog.mjs';
import * as orders from './resolvers/orders.mjs';
import * as discounts from './resolvers/discounts.mjs';
import * as app from './resolvers/app.mjs';
import { node, nodes } from './resolvers/node.mjs';

const VERSIONS = ['2026-01', '2026-04', '2026-07', '2026-10', '2027-01', 'unstable'];
const UNAUTHORIZED = { errors: '[API] Invalid API key or access token (unrecognized login or wrong password)' };
const DOCUMENTATION = 'https://shopify.dev/api/usage/access-scopes';

const PARTS = [catalog, orders, discounts, app];
const RESOLVERS = Object.assign({}, ...PARTS.map((part) => part.types));
RESOLVERS.QueryRoot = Object.assign({ node, nodes }, ...PARTS.map((part) => part.query));
RESOLVERS.Mutation = Object.assign({}, ...PARTS.map((part) => part.mutation));

// write_x includes read_x.
const widened = (scopes) => new Set(scopes.flatMap((scope) => [scope, scope.replace(/^((?:unauthenticated_)?)write_/, '$1read_')]));

function demand(ctx, needed, what) {
	if (!needed || needed.some((scope) => ctx.scopes.has(scope))) return;
	throw new GraphQLError(`Access denied for ${what} field. Required access: ${needed.map((scope) => `\`${scope}\``).join(' or ')} access scope.`,
		{ extensions: { code: 'ACCESS_DENIED', documentation: DOCUMENTATION, requiredAccess: needed.join(' or ') } });
}

function fieldResolver(source, args, ctx, info) {
	const { parentType, fieldName, returnType } = info;
	const { scopes } = ctx.api;
	demand(ctx, scopes.get(`${parentType.name}.${fieldName}`), fieldName);
	let type = getNamedType(returnType);
	if (/Connection$/.test(type.name)) type = getNamedType(type.getFields().nodes?.type ?? type);
	demand(ctx, scopes.get(type.name), fieldName);
	const own = RESOLVERS[parentType.name]?.[fieldName];
	const value = own ? own(source, args, ctx, info) : source?.[fieldName];
	if (value !== undefined) return value;
	if (fieldName === 'legacyResourceId') return source.n;
	if (isNonNullType(returnType) || !source) throw new GraphQLError(`The sandbox does not model ${parentType.name}.${fieldName}`, { extensions: { code: 'SANDBOX_NOT_MODELLED' } });
	return null;
}

function typeResolver(value, ctx) {
	demand(ctx, ctx.api.scopes.get(value.__typename), value.__typename);
	return value.__typename;
}

export function run(api, hub, shop, scopes, document, operationName, variables, bulk = null) {
	const ctx = { api, hub, store: hub.store, shop, scopes: widened(scopes), base: hub.base, bulk };
	return execute({ schema: api.schema, document, variableValues: variables, operationName, contextValue: ctx, fieldResolver, typeResolver });
}

export function graphqlEndpoint(api, hub, request, params) {
	if (request.type !== 'application/json') throw new HttpError(415, 'Content-Type must be application/json');
	return underFault(hub.store, 'graphql', params.shop, request.body, () => answer(api, hub, request, params));
}

async function answer(api, hub, request, params) {
	const shop = shopOf(hub.store, params.shop);
	if (!/^\d{4}-\d\d$/.test(params.version) && params.version !== 'unstable') throw missing('Not Found');
	const headers = { 'x-shopify-api-version': VERSIONS.includes(params.version) && params.version !== API_VERSION ? API_VERSION : VERSIONS.includes(params.version) ? params.version : VERSIONS[0] };
	const grant = grantOf(hub.store, shop, request.headers['x-shopify-access-token'] ?? '');
	if (!grant) return json(UNAUTHORIZED, 401, headers);
	const { query, variables = {}, operationName, ...other } = jsonBody(request);
	if (typeof query !== 'string' || !query || Object.keys(other).some((key) => key !== 'extensions')) return json({ errors: { query: 'Required parameter missing or invalid' } }, 400, headers);
	const { document, errors } = readDocument(api, query);
	if (errors.length) return json({ errors }, 200, headers);
	const operation = getOperationAST(document, operationName);
	if (!operation) return json({ errors: [{ message: operationName ? `No operation named "${operationName}"` : 'An operation name is required' }] }, 200, headers);
	const coerced = getVariableValues(api.schema, operation.variableDefinitions ?? [], variables ?? {});
	if (coerced.errors) return json({ errors: coerced.errors.map((error) => ({ ...error.toJSON(), extensions: { code: 'INVALID_VARIABLE' } })) }, 200, headers);
	const asked = price(api, document, operation, coerced.coerced);
	if (asked.errors.length) return json({ errors: asked.errors }, 200, headers);
	if (asked.cost > MAX_COST) return json({ errors: [{ message: `Query cost is ${asked.cost}, which exceeds the single query max cost limit (${MAX_COST}).`,
		extensions: { code: 'MAX_COST_EXCEEDED', cost: asked.cost, maxCost: MAX_COST, documentation: 'https://shopify.dev/api/usage/rate-limits' } }] }, 200, headers);
	const bucket = hub.buckets[shop.domain] ??= new Bucket();
	if (!bucket.take(asked.cost, shop.bucket)) {
		return json({ errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' } }],
			extensions: { cost: { requestedQueryCost: asked.cost, actualQueryCost: null, throttleStatus: bucket.status(shop.bucket) } } }, 200, headers);
	}
	const result = await run(api, hub, shop, grant.scopes, document, operationName, variables ?? {});
	const actual = Math.min(asked.cost, actualCost(result.data, operation.operation === 'mutation'));
	bucket.giveBack(asked.cost - actual, shop.bucket);
	const body = { ...(result.errors ? { errors: result.errors.map((error) => error.toJSON()) } : {}), data: result.data ?? null,
		extensions: { cost: { requestedQueryCost: asked.cost, actualQueryCost: actual, throttleStatus: bucket.status(shop.bucket) } } };
	return json(body, 200, headers);
}
