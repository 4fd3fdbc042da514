// Turns a list into a GraphQL connection: search filter, sort key, cursor paging that stays right while
// the list changes (a cursor names the last thing seen, not a position).
import { GraphQLError } from 'graphql';
import { compareIds } from '../../core/store.mjs';
import { compile } from '../../core/search.mjs';

const encode = (key, n) => Buffer.from(JSON.stringify({ last_id: n, last_value: key })).toString('base64');
function decode(cursor) {
	try {
		const { last_id: n, last_value: key } = JSON.parse(Buffer.from(cursor, 'base64').toString('utf8'));
		if (typeof n === 'string') return { n, key };
	} catch { /* falls through to the error */ }
	throw new GraphQLError('Invalid cursor for current pagination sort.', { extensions: { code: 'BAD_REQUEST' } });
}

const rank = (a, b) => (a === b ? 0 : a === null || a === undefined ? -1 : b === null || b === undefined ? 1 : a < b ? -1 : 1);

// `fields`: search field -> reader. `sort`: sort key -> reader; the id breaks ties and is the default.
export function connect(ctx, list, args, info, { fields = {}, sort = {} } = {}) {
	let things = list;
	if (args.query) {
		const matches = guarded(() => compile(args.query, (name) => fields[name]));
		things = things.filter(matches);
	}
	const reader = args.sortKey && sort[args.sortKey];
	if (args.sortKey && !reader && !['ID', 'RELEVANCE', 'POSITION'].includes(args.sortKey)) throw new GraphQLError(`The sandbox does not sort by ${args.sortKey}`);
	const key = (thing) => (reader ? reader(thing) : null);
	const order = (a, b) => rank(a.key, b.key) || compareIds(a.n, b.n);
	let rows = things.map((thing) => ({ key: key(thing), n: thing.n, thing }));
	if (reader || !args.keepOrder) rows.sort(order);
	if (args.reverse) rows.reverse();
	const flip = args.reverse ? -1 : 1;
	if (ctx.bulk) {
		if (info.path.prev === undefined) {
			ctx.bulk.more ||= rows.length > ctx.bulk.offset + ctx.bulk.limit;
			rows = rows.slice(ctx.bulk.offset, ctx.bulk.offset + ctx.bulk.limit);
		}
		return page(rows, false, false);
	}
	const whole = rows.length;
	if (args.after) { const at = decode(args.after); rows = rows.filter((row) => flip * order(row, at) > 0); }
	if (args.before) { const at = decode(args.before); rows = rows.filter((row) => flip * order(row, at) < 0); }
	const size = args.first ?? args.last;
	if (args.first != null) return page(rows.slice(0, size), rows.length > size, Boolean(args.after) && rows.length < whole);
	return page(rows.slice(-size), Boolean(args.before) && rows.length < whole, rows.length > size);
}

function page(rows, hasNextPage, hasPreviousPage) {
	const edges = rows.map((row) => ({ cursor: encode(row.key, row.n), node: row.thing }));
	return {
		edges, nodes: rows.map((row) => row.thing),
		pageInfo: { hasNextPage, hasPreviousPage, startCursor: edges[0]?.cursor ?? null, endCursor: edges[edges.length - 1]?.cursor ?? null },
	};
}

// An HttpError of the shared helpers becomes a GraphQL error.
export function guarded(work) {
	try {
		return work();
	} catch (error) {
		throw error instanceof GraphQLError ? error : new GraphQLError(error.message, { extensions: { code: 'BAD_REQUEST' } });
	}
}
