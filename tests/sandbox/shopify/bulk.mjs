// Bulk operations: a query without page sizes runs in the background over everything and becomes a
// file of one JSON object per line. Children name their parent and do not stand beside it.
import { appendFileSync, existsSync, readFileSync, statSync, truncateSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missing } from '../core/errors.mjs';
import { file } from '../core/http.mjs';
import { wait } from '../core/faults.mjs';
import { gid, numberOf } from '../core/store.mjs';
import { readDocument } from './schema.mjs';
import { shopOf, synthetic, syntheticText } from './shops.mjs';
import { local } from './payloads.mjs';

const AT_ONCE = 5;
const CHUNK = 100;
const URL_MS = 7 * 24 * 3600 * 1000;

let runner = null;
// graphql.mjs hands over its executor; importing it here would be a circle.
export const setRunner = (run) => { runner = run; };

// What goes wrong with the next operations, one after the other: `bulkFaults` of the shop.
const nextFault = (shop) => shop.bulkFaults.shift() ?? 'none';

export function startBulk(ctx, { query, groupObjects }) {
	const refuse = (code, message, field = ['query']) => ({ bulkOperation: null, userErrors: [{ field, message, code }] });
	const running = Object.values(ctx.shop.bulk).filter((op) => op.status === 'CREATED' || op.status === 'RUNNING').length;
	if (groupObjects) return refuse('INVALID', 'The sandbox writes ungrouped files: use groupObjects: false', ['groupObjects']);
	const { document, errors } = readDocument(ctx.api, query, true);
	if (errors.length) return refuse('INVALID', `Invalid bulk query: ${errors.map((error) => error.message).join('; ')}`);
	const fault = nextFault(ctx.shop);
	if (running >= AT_ONCE || fault === 'busy') return refuse('OPERATION_IN_PROGRESS', `A bulk query operation for this app and shop is already in progress: at most ${AT_ONCE} at once`, null);
	const n = ctx.store.nextId('bulk');
	const op = ctx.shop.bulk[n] = { __typename: 'BulkOperation', n, id: gid('BulkOperation', n), status: 'CREATED', type: 'QUERY', errorCode: null, query, objectCount: '0', rootObjectCount: '0', fileSize: null, url: null,
		partialDataUrl: null, createdAt: ctx.store.nowText(), completedAt: null };
	ctx.store.touch();
	runBulk(ctx, op, document, fault).catch((error) => finish(ctx, op, 'FAILED', 'INTERNAL_SERVER_ERROR', error));
	return { bulkOperation: { ...op }, userErrors: [] };
}

const pathOf = (store, shop, n) => join(store.folder, `${shop.domain}-${n}.jsonl`);
const text = (rows) => rows.map((row) => `${JSON.stringify(row)}\n`).join('');

// The rows of one shop: {roots, below} as text, and how many of each; or an error.
async function rowsOf(ctx, shop, document) {
	const result = await runner(ctx.api, ctx.hub, shop, [...ctx.scopes], document, undefined, {}, { offset: 0, limit: Infinity, more: false });
	if (result.errors) return { error: result.errors[0], denied: result.errors.some((error) => error.extensions?.code === 'ACCESS_DENIED') };
	const roots = [], children = [];
	for (const value of Object.values(result.data)) if (value?.edges) for (const { node } of value.edges) flatten(node, null, roots, children);
	return { roots: text(roots), below: text(children.reverse()), rootsN: roots.length, all: roots.length + children.length };
}

// Writes the file: the shop's own catalog, then the synthetic products some at a time. Children stand before their parents (`early`),
// or one part later than they (`late`).
async function writeFile(ctx, document, path) {
	const { shop } = ctx;
	const own = await rowsOf(ctx, shop, document);
	if (own.error) return own;
	const early = shop.bulkOrder === 'early';
	const put = (part, late) => { appendFileSync(path, early ? part.below + part.roots : part.roots + late); return early ? '' : part.below; };
	let late = put(own, '');
	const products = shop.synthetic?.products ?? 0;
	const first = products ? await rowsOf(ctx, synthetic(shop), document) : { rootsN: 0, all: 0 };
	if (first.error) return first;
	for (let at = 0; at < products; at += CHUNK) {
		const numbers = Array.from({ length: Math.min(CHUNK, products - at) }, (_, i) => at + i);
		late = put({ roots: numbers.map((p) => syntheticText(shop, first.roots, p)).join(''), below: numbers.map((p) => syntheticText(shop, first.below, p)).join('') }, late);
		await wait(0);
	}
	appendFileSync(path, late);
	return { roots: own.rootsN + products * first.rootsN, all: own.all + products * first.all };
}

async function runBulk(ctx, op, document, fault) {
	await wait(ctx.shop.bulkDelayMs / 2);
	op.status = 'RUNNING';
	await wait(ctx.shop.bulkDelayMs / 2);
	const path = pathOf(ctx.store, ctx.shop, op.n);
	writeFileSync(path, '');
	const { roots, all, error, denied } = await writeFile(ctx, document, path);
	if (error) return finish(ctx, op, 'FAILED', denied ? 'ACCESS_DENIED' : 'INTERNAL_SERVER_ERROR', error);
	op.objectCount = String(all);
	op.rootObjectCount = String(roots);
	op.fileSize = String(statSync(path).size);
	const url = all ? `${ctx.base}/s/${ctx.shop.domain}/bulk/${op.n}.jsonl` : null;
	if (fault === 'failed') return finish(ctx, op, 'FAILED', 'TIMEOUT');
	if (fault === 'partial') op.partialDataUrl = url;
	if (fault === 'partial') return finish(ctx, op, 'FAILED', 'INTERNAL_SERVER_ERROR');
	if (fault === 'canceled') return finish(ctx, op, 'CANCELED', null);
	if (fault === 'forgotten') return delete ctx.shop.bulk[op.n];
	op.url = fault === 'foreign' ? url?.replace('127.0.0.1', 'localhost') : url;
	if (fault === 'short') truncateSync(path, Math.max(0, readFileSync(path, 'utf8').trimEnd().lastIndexOf('\n') + 1));
	if (fault === 'garbage') truncateSync(path, Number(op.fileSize) - 5);
	if (fault === 'expired') unlinkSync(path);
	return finish(ctx, op, 'COMPLETED', null);
}

// One row for the object itself, one for each object in a connection below it.
function flatten(node, parent, rows, below) {
	const row = {};
	const inner = [];
	for (const [name, value] of Object.entries(node)) {
		if (value !== null && typeof value === 'object' && Array.isArray(value.edges)) inner.push(...value.edges.map((edge) => edge.node));
		else row[name] = value;
	}
	if (parent) row.__parentId = parent;
	rows.push(row);
	for (const child of inner) flatten(child, node.id, below, below);
}

function finish(ctx, op, status, errorCode, error) {
	if (error) process.stderr.write(`sandbox: bulk operation ${op.n}: ${error.message}\n`);
	Object.assign(op, { status, errorCode, completedAt: ctx.store.nowText() });
	ctx.store.touch();
	ctx.hub.emit(ctx.shop, 'bulk_operations/finish', { admin_graphql_api_id: op.id, completed_at: local(ctx.shop, op.completedAt), created_at: local(ctx.shop, op.createdAt),
		error_code: errorCode ? errorCode.toLowerCase() : null, status: status.toLowerCase(), type: 'query' });
}

// An operation a restart cut short cannot go on.
export function abandonBulk(store) {
	for (const shop of Object.values(store.state.shops)) {
		for (const op of Object.values(shop.bulk)) if (op.status === 'CREATED' || op.status === 'RUNNING') Object.assign(op, { status: 'FAILED', errorCode: 'INTERNAL_SERVER_ERROR', completedAt: store.nowText() });
	}
}

export function bulkFile(store, params, request) {
	const shop = shopOf(store, params.shop);
	const op = shop.bulk[numberOf(params.file.replace(/\.jsonl$/, ''))];
	const path = op && pathOf(store, shop, op.n);
	if (!op?.url || !existsSync(path) || store.now() - Date.parse(op.completedAt) > URL_MS) throw missing('this file does not exist or has expired');
	return file(path, 'application/jsonl', request.headers.range);
}
