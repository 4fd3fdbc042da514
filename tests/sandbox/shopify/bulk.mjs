// Bulk operations: a query without page sizes runs in the background over everything and becomes a
// file of one JSON object per line. Children name their parent and do not stand beside it.
import { appendFileSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { missing } from '../core/errors.mjs';
import { file } from '../core/http.mjs';
import { wait } from '../core/faults.mjs';
import { gid, numberOf } from '../core/store.mjs';
import { readDocument } from './schema.mjs';
import { shopOf } from './shops.mjs';
import { local } from './payloads.mjs';

const AT_ONCE = 5;
const CHUNK = 100;
const URL_MS = 7 * 24 * 3600 * 1000;

let runner = null;
// graphql.mjs hands over its executor; importing it here would be a circle.
export const setRunner = (run) => { runner = run; };

export function startBulk(ctx, { query, groupObjects }) {
	const refuse = (code, message, field = ['query']) => ({ bulkOperation: null, userErrors: [{ field, message, code }] });
	const running = Object.values(ctx.shop.bulk).filter((op) => op.status === 'CREATED' || op.status === 'RUNNING').length;
	if (running >= AT_ONCE) return refuse('OPERATION_IN_PROGRESS', `A bulk query operation for this app and shop is already in progress: at most ${AT_ONCE} at once`, null);
	if (groupObjects) return refuse('INVALID', 'The sandbox writes ungrouped files: use groupObjects: false', ['groupObjects']);
	const { document, errors } = readDocument(ctx.api, query, true);
	if (errors.length) return refuse('INVALID', `Invalid bulk query: ${errors.map((error) => error.message).join('; ')}`);
	const n = ctx.store.nextId('bulk');
	const op = ctx.shop.bulk[n] = { __typename: 'BulkOperation', n, id: gid('BulkOperation', n), status: 'CREATED', type: 'QUERY', errorCode: null, query, objectCount: '0', rootObjectCount: '0', fileSize: null, url: null,
		partialDataUrl: null, createdAt: ctx.store.nowText(), completedAt: null };
	ctx.store.touch();
	runBulk(ctx, op, document).catch((error) => finish(ctx, op, 'FAILED', 'INTERNAL_SERVER_ERROR', error));
	return { bulkOperation: { ...op }, userErrors: [] };
}

const pathOf = (store, shop, n) => join(store.folder, `${shop.domain}-${n}.jsonl`);

async function runBulk(ctx, op, document) {
	await wait(ctx.shop.bulkDelayMs / 2);
	op.status = 'RUNNING';
	await wait(ctx.shop.bulkDelayMs / 2);
	const path = pathOf(ctx.store, ctx.shop, op.n);
	writeFileSync(path, '');
	const children = [];
	const counts = { roots: 0, all: 0 };
	for (let offset = 0, more = true; more; offset += CHUNK) {
		const bulk = { offset, limit: CHUNK, more: false };
		const result = await runner(ctx.api, ctx.hub, ctx.shop, [...ctx.scopes], document, undefined, {}, bulk);
		if (result.errors) {
			const denied = result.errors.some((error) => error.extensions?.code === 'ACCESS_DENIED');
			return finish(ctx, op, 'FAILED', denied ? 'ACCESS_DENIED' : 'INTERNAL_SERVER_ERROR', result.errors[0]);
		}
		const roots = [];
		for (const value of Object.values(result.data)) if (value?.edges) for (const { node } of value.edges) flatten(node, null, roots, children);
		counts.roots += roots.length;
		appendFileSync(path, roots.map((row) => `${JSON.stringify(row)}\n`).join(''));
		more = bulk.more;
		await wait(0);
	}
	counts.all = counts.roots + children.length;
	appendFileSync(path, children.reverse().map((row) => `${JSON.stringify(row)}\n`).join(''));
	op.objectCount = String(counts.all);
	op.rootObjectCount = String(counts.roots);
	op.fileSize = String(statSync(path).size);
	op.url = counts.all ? `${ctx.base}/s/${ctx.shop.domain}/bulk/${op.n}.jsonl` : null;
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

export function bulkFile(store, params) {
	const shop = shopOf(store, params.shop);
	const op = shop.bulk[numberOf(params.file.replace(/\.jsonl$/, ''))];
	const path = op && pathOf(store, shop, op.n);
	if (!op?.url || !existsSync(path) || store.now() - Date.parse(op.completedAt) > URL_MS) throw missing('this file does not exist or has expired');
	return file(path, 'application/jsonl');
}
