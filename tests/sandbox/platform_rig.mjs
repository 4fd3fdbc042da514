// What the tests of YouTube, TikTok and Twitch share: signing in as a creator, asking with a token, a place that receives
// pushes, and comparing answers with the fixtures' shapes.
import assert from 'node:assert/strict';
import http from 'node:http';
import { Client, SECRET, fixture, sandbox } from './rig.mjs';

export const BACK = 'http://127.0.0.1:9/back';
export const platformFixture = (name) => JSON.parse(fixture(`platforms/${name}.json`));
export const form = (fields) => new URLSearchParams(fields).toString();
const FORM = { 'content-type': 'application/x-www-form-urlencoded' };
export const READ = 'https://www.googleapis.com/auth/youtube.readonly';

const OAUTH = {
	youtube: { page: '/goog/o/oauth2/v2/auth', token: '/goog/token', id: 'client_id', scope: READ, more: { access_type: 'offline', prompt: 'consent' } },
	tiktok: { page: '/tt/v2/auth/authorize/', token: '/tt/v2/oauth/token/', id: 'client_key', scope: 'user.info.basic,user.info.profile,video.list', more: {} },
	twitch: { page: '/twid/oauth2/authorize', token: '/twid/oauth2/token', id: 'client_id', scope: '', more: {} },
};

export class Platform extends Client {
	constructor(base, name) {
		super(base);
		Object.assign(this, { name, oauth: OAUTH[name], app: { id: `cid-${name}`, secret: `${name}-${SECRET}` } });
	}

	does(path, body, method = 'POST') {
		return this.control(`/${this.name}${path}`, body, method);
	}

	async account(handle, more = {}) {
		return (await this.does('/accounts', { accounts: [{ handle, name: handle, ...more }] })).accounts[0];
	}

	post(path, fields, headers = {}) {
		return this.call('POST', path, form(fields), { ...FORM, ...headers });
	}

	authorizeUrl(more = {}) {
		return `${this.oauth.page}?${form({ [this.oauth.id]: this.app.id, redirect_uri: BACK, response_type: 'code', scope: this.oauth.scope, state: 'st', ...this.oauth.more, ...more })}`;
	}

	async consent(account, { ask = {}, said = { decision: 'allow' } } = {}) {
		const answer = await this.post(this.authorizeUrl(ask), { account, ...said });
		assert.equal(answer.status, 302, answer.text);
		return new URL(answer.headers.get('location')).searchParams;
	}

	tokens(fields) {
		return this.post(this.oauth.token, { [this.oauth.id]: this.app.id, client_secret: this.app.secret, ...fields });
	}

	async signIn(account, scope) {
		const back = await this.consent(account, { ask: scope === undefined ? {} : { scope } });
		const { json, status, text } = await this.tokens({ grant_type: 'authorization_code', code: back.get('code'), redirect_uri: BACK });
		assert.equal(status, 200, text);
		return json;
	}

	get(path, token, headers = {}) {
		return this.call('GET', path, undefined, { ...(token ? { authorization: `Bearer ${token}` } : {}), ...(this.name === 'twitch' ? { 'client-id': this.app.id } : {}), ...headers });
	}

	see(path) {
		return this.control(path, undefined, 'GET');
	}
}

export async function platform(t, name) {
	const world = await sandbox();
	t.after(() => world.stop());
	return new Platform(world.base, name);
}

// Keeps what is pushed; `answer` decides what it says (a status, or {status, text}).
export async function listener(t, answer = () => 200) {
	const seen = [];
	const server = http.createServer(async (request, response) => {
		const chunks = [];
		for await (const chunk of request) chunks.push(chunk);
		const one = { method: request.method, query: new URL(request.url, 'http://x').searchParams, headers: request.headers, text: Buffer.concat(chunks).toString('utf8') };
		seen.push(one);
		const said = answer(one);
		response.writeHead(said.status ?? said, { 'content-type': 'text/plain' }).end(said.text ?? '');
	});
	await new Promise((done) => { server.listen(0, '127.0.0.1', done); });
	t.after(() => { server.close(); server.closeAllConnections?.(); });
	return { seen, url: `http://127.0.0.1:${server.address().port}/hook` };
}

const kind = (value) => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

// The same keys and types as the fixture, all the way down; below `free` keys anything goes.
export function sameShape(actual, wanted, { free = ['thumbnails'], at = 'body' } = {}) {
	assert.equal(kind(actual), kind(wanted), `${at}: ${JSON.stringify(actual)}`);
	if (kind(wanted) === 'array' && wanted.length) {
		assert.ok(actual.length, `${at} is empty`);
		for (const [i, one] of actual.entries()) sameShape(one, wanted[Math.min(i, wanted.length - 1)], { free, at: `${at}[${i}]` });
	}
	if (kind(wanted) !== 'object') return;
	assert.deepEqual(Object.keys(actual).sort(), Object.keys(wanted).sort(), at);
	for (const key of Object.keys(wanted)) if (!free.includes(key)) sameShape(actual[key], wanted[key], { free, at: `${at}.${key}` });
}

// An answer like the fixture: its status, the shape of its body; errors word for word.
export function like(answer, name, options = {}) {
	const { _meta, body } = platformFixture(name);
	assert.equal(answer.status, _meta.status, answer.text);
	sameShape(answer.json, body, options);
	if (answer.status >= 400 && options.same !== false) for (const [key, value] of Object.entries(body)) if (key !== 'log_id' && !value?.log_id) assert.deepEqual(answer.json[key], value, `${name}.${key}`);
}
