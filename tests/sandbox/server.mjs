#!/usr/bin/env node
// The sandbox: a stand-in for Shopify, YouTube, TikTok and Twitch on 127.0.0.1, for tests, the demo and load runs. README.md lists
// its addresses. It shares no code with the product and knows nothing of it but what Shopify would know.
//   node tests/sandbox/server.mjs --port 4455 --data var/sandbox.json --schema build/schema --client-id ID --client-secret S
import http from 'node:http';
import { parseArgs } from 'node:util';
import { HttpError } from './core/errors.mjs';
import { Router, json, readRequest, send } from './core/http.mjs';
import { Calls } from './core/calls.mjs';
import { Courier } from './core/courier.mjs';
import { Store } from './core/store.mjs';
import { apps, routes as platformRoutes } from './platforms.mjs';
import { Hub } from './shopify/webhooks.mjs';
import { authorize, authorizeSubmit, tokenEndpoint } from './shopify/oauth.mjs';
import { graphqlEndpoint, run } from './shopify/graphql.mjs';
import { abandonBulk, bulkFile, setRunner } from './shopify/bulk.mjs';
import { loadSchema } from './shopify/schema.mjs';
import { cartPermalink, checkoutPay, checkoutShow, errorPage, orderShow, productShow, shopFront } from './shopify/checkout.mjs';
import { routes as shopControl } from './control/shops.mjs';
import { routes as platformControl } from './control/platforms.mjs';
import { routes as worldControl } from './control/world.mjs';

export function start({ port, data, schema, clientId, clientSecret }) {
	const app = { clientId, clientSecret };
	const api = loadSchema(schema);
	const store = new Store(data);
	const router = new Router();
	const server = http.createServer((raw, out) => handle(router, raw, out));
	server.keepAliveTimeout = 75000;
	return new Promise((done, fail) => {
		server.on('error', fail);
		server.listen(port, '127.0.0.1', () => {
			const base = `http://127.0.0.1:${server.address().port}`;
			const hub = new Hub(store, clientSecret, base);
			setRunner(run);
			abandonBulk(store);
			shopRoutes(router, { app, api, hub, store });
			shopControl(router, { app, api, hub, store });
			const world = { apps: apps(app), store, calls: new Calls(store), courier: new Courier(store) };
			platformRoutes(router, world, base);
			worldControl(router, { app, api, hub, store, ...world });
			platformControl(router, world);
			router.on('GET', '/healthz', () => json({ ok: true }));
			const stop = () => {
				hub.close();
				world.courier.close();
				store.close();
				server.close();
				server.closeAllConnections?.();
			};
			done({ base, store, hub, courier: world.courier, stop });
		});
	});
}

function shopRoutes(router, { app, api, hub, store }) {
	const on = (method, path, handler) => router.on(method, `/s/:shop${path}`, handler);
	on('GET', '', (request, params) => shopFront(store, params));
	on('GET', '/products/:handle', (request, params) => productShow(store, params));
	on('GET', '/cart/:lines', (request, params) => cartPermalink(store, request, params));
	on('GET', '/checkouts/:token', (request, params) => checkoutShow(store, request, params));
	on('POST', '/checkouts/:token/pay', (request, params) => checkoutPay(hub, request, params));
	on('GET', '/orders/:token', (request, params) => orderShow(store, params));
	on('GET', '/bulk/:file', (request, params) => bulkFile(store, params, request));
	on('GET', '/admin/oauth/authorize', (request, params) => authorize(app, store, request, params));
	on('POST', '/admin/oauth/authorize', (request, params) => authorizeSubmit(app, store, request, params));
	on('POST', '/admin/oauth/access_token', (request, params) => tokenEndpoint(app, store, request, params));
	on('POST', '/admin/api/:version/graphql.json', (request, params) => graphqlEndpoint(api, hub, request, params));
}

async function handle(router, raw, out) {
	let request = null;
	try {
		request = await readRequest(raw);
		const { handler, params } = router.find(request.method, request.path);
		send(raw, out, await handler(request, params));
	} catch (error) {
		if (raw.socket.destroyed) return;
		const known = error instanceof HttpError;
		if (!known) process.stderr.write(`sandbox: ${raw.method} ${raw.url}: ${error.stack}\n`);
		if (request?.wantsHtml && !request.path.startsWith('/control')) return send(raw, out, errorPage(error));
		send(raw, out, json({ errors: known ? error.message : 'the sandbox failed; see its log', ...(known ? error.more : {}) }, known ? error.status : 500));
	}
}

const OPTIONS = { port: { type: 'string', default: '4455' }, data: { type: 'string' }, schema: { type: 'string', default: 'build/schema' },
	'client-id': { type: 'string', default: 'unifyed-sandbox' }, 'client-secret': { type: 'string' } };

async function main() {
	const { values } = parseArgs({ options: OPTIONS });
	const secret = values['client-secret'] ?? process.env.SANDBOX_CLIENT_SECRET;
	if (!secret) throw new Error('--client-secret (or SANDBOX_CLIENT_SECRET) is needed');
	if (!/^\d{1,5}$/.test(values.port)) throw new Error('--port: a number is needed');
	const sandbox = await start({ port: Number(values.port), data: values.data, schema: values.schema, clientId: values['client-id'], clientSecret: secret });
	const end = () => { sandbox.stop(); process.exit(0); };
	process.on('SIGTERM', end);
	process.on('SIGINT', end);
	process.stdout.write(`sandbox: listening on ${sandbox.base}\n`);
}

if (process.argv[1] && import.meta.url === new URL(`file://${process.argv[1]}`).href) {
	main().catch((error) => { process.stderr.write(`sandbox: ${error.message}\n`); process.exit(1); });
}
