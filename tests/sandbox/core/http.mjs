// The HTTP side: a table of routes, reading a request, writing an answer. Handlers take a request
// and return json(...), html(...), redirect(...) or file(...); what they throw becomes an error answer.
import { createReadStream, statSync } from 'node:fs';
import { HttpError, bad } from './errors.mjs';
import { answer, parse } from './json.mjs';

const MAX_BODY_BYTES = 32 * 1024 * 1024;

export const json = (value, status = 200, headers = {}) =>
	({ status, headers: { 'content-type': 'application/json; charset=utf-8', ...headers }, body: answer(value) });
export const html = (text, status = 200, headers = {}) =>
	({ status, headers: { 'content-type': 'text/html; charset=utf-8', 'cache-control': 'no-store', ...headers }, body: text });
export const redirect = (location, status = 302) => ({ status, headers: { location, 'cache-control': 'no-store' }, body: '' });
// A file, or the part of it that "Range: bytes=a-b" asks for.
export function file(path, type, range = null) {
	const { size } = statSync(path);
	const [, from, to] = /^bytes=(\d+)-(\d*)$/.exec(range ?? '') ?? [];
	if (from === undefined) return { status: 200, headers: { 'content-type': type, 'content-length': size, 'accept-ranges': 'bytes' }, stream: () => createReadStream(path) };
	const start = Number(from), end = Math.min(size - 1, to ? Number(to) : size - 1);
	if (start >= size) return { status: 416, headers: { 'content-range': `bytes */${size}` }, body: '' };
	return { status: 206, headers: { 'content-type': type, 'content-length': end - start + 1, 'content-range': `bytes ${start}-${end}/${size}` }, stream: () => createReadStream(path, { start, end }) };
}
export const DROP = { drop: true };

export class Router {
	constructor() {
		this.rows = [];
	}

	// `/s/:shop/cart/:lines`: a name matches one path segment.
	on(method, pattern, handler) {
		const names = [];
		const source = pattern.replace(/[.]/g, '\\.').replace(/:(\w+)/g, (all, name) => { names.push(name); return '([^/]+)'; });
		this.rows.push({ method, pattern: new RegExp(`^${source}/?$`), names, handler });
	}

	find(method, path) {
		let other = false;
		for (const row of this.rows) {
			const match = row.pattern.exec(path);
			if (!match) continue;
			if (row.method !== method && !(row.method === 'GET' && method === 'HEAD')) { other = true; continue; }
			return { handler: row.handler, params: Object.fromEntries(row.names.map((name, i) => [name, decode(match[i + 1])])) };
		}
		throw new HttpError(other ? 405 : 404, other ? `${method} is not answered here` : `nothing at ${path}`);
	}
}

function decode(text) {
	try {
		return decodeURIComponent(text);
	} catch {
		throw bad('the path is not valid percent-encoding');
	}
}

async function readBody(raw) {
	const chunks = [];
	let size = 0;
	for await (const chunk of raw) {
		size += chunk.length;
		if (size > MAX_BODY_BYTES) throw new HttpError(413, 'the body is too large');
		chunks.push(chunk);
	}
	return Buffer.concat(chunks).toString('utf8');
}

export async function readRequest(raw) {
	const target = new URL(raw.url, 'http://sandbox');
	const body = raw.method === 'GET' || raw.method === 'HEAD' ? '' : await readBody(raw);
	return {
		method: raw.method, url: raw.url, path: target.pathname, query: target.searchParams, headers: raw.headers,
		ip: raw.socket.remoteAddress, body,
		type: (raw.headers['content-type'] || '').split(';')[0].trim().toLowerCase(),
		wantsHtml: (raw.headers.accept || '').includes('text/html'),
	};
}

// A JSON object body; anything else is refused.
export function jsonBody(request) {
	if (!request.body) return {};
	let value;
	try {
		value = parse(request.body);
	} catch (error) {
		throw bad(`the body is not JSON: ${error.message}`);
	}
	if (value === null || typeof value !== 'object' || Array.isArray(value)) throw bad('the body must be a JSON object');
	return value;
}

// A form or a JSON object, as Shopify's token endpoint takes both.
export function fields(request) {
	return request.type === 'application/json' ? jsonBody(request) : Object.fromEntries(new URLSearchParams(request.body));
}

// Refuses keys a call does not know, so a typo in a scenario is seen.
export function onlyKeys(object, allowed, where = 'body') {
	for (const key of Object.keys(object)) if (!allowed.includes(key)) throw bad(`${where}: unknown field "${key}"; known: ${allowed.join(', ')}`);
	return object;
}

export function send(raw, out, reply) {
	if (reply.drop) return raw.socket.destroy();
	out.writeHead(reply.status, reply.headers);
	if (raw.method === 'HEAD') return out.end();
	if (reply.stream) return reply.stream().on('error', () => out.destroy()).pipe(out);
	if (reply.cut) return out.write(reply.body, () => raw.socket.destroy()); // less than its length promises
	out.end(reply.body);
}
