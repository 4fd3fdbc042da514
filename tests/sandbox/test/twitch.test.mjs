// Twitch: sign-in and validation, Helix and its points, streams and archives, EventSub with its challenge and what goes wrong there.
import test from 'node:test';
import assert from 'node:assert/strict';
import { eventSub as sign } from '../core/pushes.mjs';
import { BACK, Platform, like, listener, platform, platformFixture, sameShape } from '../platform_rig.mjs';
import { fixture, sandbox, temp } from '../rig.mjs';

const SUBS = '/tw/helix/eventsub/subscriptions';
const SECRET = 's3cr3t-0123456789';

async function signedIn(t, more) {
	const tw = await platform(t, 'twitch');
	const anna = await tw.account('anna', more);
	return { tw, anna, pair: await tw.signIn('anna', 'user:write:chat') };
}
const appToken = async (tw) => (await tw.tokens({ grant_type: 'client_credentials' })).json.access_token;
const send = (tw, method, path, token, body) => tw.call(method, path, body, { authorization: `Bearer ${token}`, 'client-id': tw.app.id });
const echo = (one) => { const body = JSON.parse(one.text); return body.challenge ? { status: 200, text: body.challenge } : 204; };
const subscribe = (tw, token, user, type, callback, more = {}) => send(tw, 'POST', SUBS, token, { type, version: '1', condition: { broadcaster_user_id: user }, transport: { method: 'webhook', callback, secret: SECRET, ...more } });

test('signing in: tokens, validation, app tokens, revoking', async (t) => {
	const { tw, pair } = await signedIn(t);
	sameShape(pair, platformFixture('twitch_token').body);
	const validate = (token) => tw.call('GET', '/twid/oauth2/validate', undefined, { authorization: `OAuth ${token}` });
	like(await validate(pair.access_token), 'twitch_validate');
	like(await validate('wrong'), 'twitch_validate_401');
	like(await tw.tokens({ grant_type: 'client_credentials' }), 'twitch_app_token');
	const second = await tw.tokens({ grant_type: 'refresh_token', refresh_token: pair.refresh_token });
	like(second, 'twitch_token');
	like(await tw.tokens({ grant_type: 'refresh_token', refresh_token: pair.refresh_token }), 'twitch_token_error');
	await tw.control('/twitch', { rotateRefresh: false });
	const third = await tw.tokens({ grant_type: 'refresh_token', refresh_token: second.json.refresh_token });
	assert.equal(third.json.refresh_token, second.json.refresh_token, 'it may stay the same');
	const revoke = () => tw.post('/twid/oauth2/revoke', { client_id: tw.app.id, token: third.json.access_token });
	assert.equal((await revoke()).status, 200);
	like(await revoke(), 'twitch_revoke_bad');
	assert.equal((await tw.tokens({ grant_type: 'refresh_token', refresh_token: third.json.refresh_token })).status, 400);
	const no = await tw.consent('anna', { said: { decision: 'deny' } });
	assert.deepEqual([no.get('error'), no.get('state')], ['access_denied', 'st']);
	assert.equal((await tw.tokens({ grant_type: 'authorization_code', code: 'x', redirect_uri: BACK })).status, 400);
});

test('Helix: users, headers that count down, and who is refused', async (t) => {
	const { tw, pair } = await signedIn(t);
	const me = await tw.get('/tw/helix/users', pair.access_token);
	like(me, 'twitch_users');
	assert.deepEqual(['limit', 'remaining'].map((name) => me.headers.get(`ratelimit-${name}`)), ['800', '799']);
	assert.ok(Number(me.headers.get('ratelimit-reset')) * 1000 > Date.now());
	like(await tw.get('/tw/helix/users', 'wrong'), 'twitch_error_401');
	assert.equal((await tw.get('/tw/helix/users', pair.access_token, { 'client-id': 'other' })).status, 401);
	await tw.control('/twitch', { points: 2 });
	assert.equal((await tw.get('/tw/helix/users', pair.access_token)).status, 200);
	const over = await tw.get('/tw/helix/users', pair.access_token);
	like(over, 'twitch_error_429');
	assert.equal(over.headers.get('ratelimit-remaining'), '0');
	await tw.control('/clock', { advanceMs: 60000 });
	assert.equal((await tw.get('/tw/helix/users', pair.access_token)).status, 200);
	await tw.control('/faults', { target: 'twitch', mode: 'status', status: 503, count: 1 });
	assert.equal((await tw.get('/tw/helix/users', pair.access_token)).status, 503);
});

test('streams by 100, seen after the lag, with a new id after a drop; archives follow', async (t) => {
	const { tw, anna } = await signedIn(t);
	const token = await appToken(tw);
	const look = (more = '') => tw.get(`/tw/helix/streams?first=100&user_id=${anna.id}${more}`, token);
	like(await look(), 'twitch_streams_offline');
	const { stream } = await tw.does('/accounts/anna/live', { title: 'Friday drop', lagMs: 60000 });
	assert.deepEqual((await look()).json.data, [], 'not yet');
	await tw.control('/clock', { advanceMs: 60000 });
	like(await look(), 'twitch_streams_live');
	await tw.does('/accounts/anna/drop');
	like(await look(), 'twitch_streams_offline');
	const again = await tw.does('/accounts/anna/back');
	assert.notEqual(again.stream.id, stream.id);
	assert.equal((await look()).json.data[0].title, 'Friday drop');
	await tw.control('/clock', { advanceMs: 5430000 });
	const videos = (more) => tw.get(`/tw/helix/videos?${more}`, token);
	like(await videos(`user_id=${anna.id}&type=archive&first=20`), 'twitch_videos_archive');
	await tw.does('/accounts/anna/end', { vod: 'processing' });
	const picture = async () => (await videos(`user_id=${anna.id}&type=archive`)).json.data[0].thumbnail_url;
	assert.match(await picture(), /404_processing/);
	await tw.does(`/videos/${(await videos(`user_id=${anna.id}&type=archive`)).json.data[0].id}/process`);
	assert.equal((await fetch((await picture()).replace('%{width}', '64').replace('%{height}', '36'))).status, 200);
	const [video] = (await videos(`user_id=${anna.id}&type=archive`)).json.data;
	assert.deepEqual([video.stream_id, video.duration], [again.stream.id, '1h30m28s']);
	const many = (n) => Array.from({ length: n }, (_, i) => `&user_id=${9000 + i}`).join('');
	assert.equal((await look(many(99))).status, 200);
	assert.equal((await look(many(100))).status, 400);
	assert.equal((await videos(`id=${video.id}&user_id=${anna.id}`)).status, 400);
	await tw.does(`/videos/${video.id}`, undefined, 'DELETE');
	assert.equal((await videos(`id=${video.id}`)).status, 404);
	await tw.control('/clock', { advanceMs: 15 * 86400000 });
	assert.deepEqual((await tw.get(`/tw/helix/videos?user_id=${anna.id}`, await appToken(tw))).json.data, [], 'archives end');
});

test('who keeps no archives has none', async (t) => {
	const { tw, anna } = await signedIn(t, { archives: false });
	await tw.does('/accounts/anna/live');
	await tw.does('/accounts/anna/end');
	assert.deepEqual((await tw.get(`/tw/helix/videos?user_id=${anna.id}`, await appToken(tw))).json.data, []);
});

test('EventSub: a subscription needs the challenge', async (t) => {
	const { tw, anna, pair } = await signedIn(t);
	const token = await appToken(tw);
	const hook = await listener(t, echo);
	like(await subscribe(tw, token, anna.id, 'stream.online', hook.url), 'twitch_eventsub_create_202');
	await settle(tw);
	sameShape(JSON.parse(hook.seen[0].text), platformFixture('twitch_eventsub_challenge').body);
	like(await tw.get(`${SUBS}?status=enabled`, token), 'twitch_eventsub_list');
	like(await subscribe(tw, token, anna.id, 'stream.online', hook.url), 'twitch_eventsub_conflict');
	assert.equal((await subscribe(tw, pair.access_token, anna.id, 'stream.offline', hook.url)).status, 400, 'an app token is needed');
	for (const wrong of [['stream.nonsense', hook.url], ['stream.offline', 'https://evil.example/'], ['stream.offline', hook.url, { secret: 'short' }]]) assert.equal((await subscribe(tw, token, anna.id, ...wrong)).status, 400);
	const deaf = await listener(t, () => ({ status: 200, text: '"quoted"' }));
	await subscribe(tw, token, anna.id, 'stream.offline', deaf.url);
	await settle(tw);
	assert.equal((await tw.get(`${SUBS}?type=stream.offline`, token)).json.data[0].status, 'webhook_callback_verification_failed');
	const { id } = (await tw.get(SUBS, token)).json.data[0];
	assert.equal((await send(tw, 'DELETE', `${SUBS}?id=${id}`, token)).status, 204);
	assert.equal((await send(tw, 'DELETE', `${SUBS}?id=${id}`, token)).status, 404);
	const ben = await tw.account('ben');
	assert.equal((await subscribe(tw, token, ben.id, 'stream.online', hook.url)).json.data[0].cost, 1, 'not authorised: it costs');
});

const settle = async (tw) => { await new Promise((done) => { setTimeout(done, 30); }); await tw.control('/flush'); };
async function subscribed(t, answer = echo) {
	const { tw, anna } = await signedIn(t);
	const token = await appToken(tw);
	const hook = await listener(t, answer);
	for (const type of ['stream.online', 'stream.offline']) await subscribe(tw, token, anna.id, type, hook.url);
	await settle(tw);
	hook.seen.length = 0;
	return { tw, anna, token, hook };
}
const signed = (one) => sign(SECRET, one.headers['twitch-eventsub-message-id'], one.headers['twitch-eventsub-message-timestamp'], one.text) === one.headers['twitch-eventsub-message-signature'];

test('EventSub: online, offline without an id, duplicates, forgeries, stale ones, revocation', async (t) => {
	const { twitch_eventsub: vector } = JSON.parse(fixture('platforms/signature_vectors.json'));
	assert.equal(sign(vector.secret, vector.message_id, vector.timestamp, vector.body), vector.value);
	const { tw, hook } = await subscribed(t);
	const { stream } = await tw.does('/accounts/anna/live', {});
	const { pushes } = await tw.does('/accounts/anna/end', {});
	assert.deepEqual(pushes.map((one) => one.status), [204]);
	const [on, off] = hook.seen;
	sameShape(JSON.parse(on.text), platformFixture('twitch_eventsub_online').body);
	sameShape(JSON.parse(off.text), platformFixture('twitch_eventsub_offline').body);
	assert.equal(JSON.parse(on.text).event.id, stream.id);
	assert.ok(signed(on) && signed(off));
	const emit = async (how) => { const from = hook.seen.length; await tw.does('/accounts/anna/emit', { kind: 'online', ...how }); return hook.seen.slice(from); };
	const twice = await emit({ copies: 2 });
	assert.equal(twice[0].headers['twitch-eventsub-message-id'], twice[1].headers['twitch-eventsub-message-id']);
	assert.equal(signed((await emit({ forged: true }))[0]), false);
	const [stale] = await emit({ atMs: Date.now() - 11 * 60000, messageId: 'mine' });
	assert.ok(signed(stale) && Date.parse(stale.headers['twitch-eventsub-message-timestamp']) < Date.now() - 10 * 60000);
	assert.equal((await emit({ type: 'rerun' }))[0].text.includes('"type":"rerun"'), true);
	const [gone] = await emit({ kind: 'revocation' });
	sameShape(JSON.parse(gone.text), platformFixture('twitch_eventsub_revocation').body);
	assert.equal(gone.headers['twitch-eventsub-message-type'], 'revocation');
	assert.deepEqual((await emit({})), [], 'nobody listens any more');
});

test('EventSub: the creator takes the grant back; an address that fails is dropped', async (t) => {
	let status = 204;
	const { tw, token, hook } = await subscribed(t, (one) => (JSON.parse(one.text).challenge ? echo(one) : status));
	await tw.control('/pushes', { retries: 1, retryMs: 5 });
	status = 500;
	for (let i = 0; i < 3; i++) { await tw.does('/accounts/anna/emit', { kind: 'online' }); await settle(tw); }
	assert.equal(hook.seen.length, 6, 'each was tried twice');
	assert.equal(hook.seen[1].headers['twitch-eventsub-message-retry'], '1');
	assert.equal((await tw.get(`${SUBS}?type=stream.online`, token)).json.data[0].status, 'notification_failures_exceeded');
	status = 204;
	const { pushes } = await tw.does('/accounts/anna/revoke');
	assert.deepEqual(pushes.map((one) => one.kind), ['revocation']);
	assert.equal((await tw.get(`${SUBS}?type=stream.offline`, token)).json.data[0].status, 'authorization_revoked');
});

test('the player shows itself only to its parents, and begins at the second it is told', async (t) => {
	const tw = await platform(t, 'twitch');
	await tw.account('anna');
	const { video } = await tw.does('/accounts/anna/videos', { durationS: 5000 });
	const shown = await tw.get(`/tw/?video=${video.id}&parent=127.0.0.1&time=1h2m3s&autoplay=false`);
	assert.match(shown.text, /data-start="3723" data-autoplay="0"/);
	assert.equal(shown.headers.get('content-security-policy'), 'frame-ancestors http://127.0.0.1:* https://127.0.0.1:*');
	assert.equal((await tw.get(`/tw/?video=${video.id}`)).status, 400);
	assert.match((await tw.get('/tw/?channel=anna&parent=127.0.0.1')).text, /data-error="offline"/);
	await tw.does('/accounts/anna/live');
	assert.match((await tw.get('/tw/?channel=anna&parent=127.0.0.1')).text, /data-testid="live"/);
	assert.match((await tw.get('/tw/js/embed/v1.js')).text, /Twitch/);
	assert.equal((await tw.get('/tw/previews-ttv/live_user_anna-320x180.jpg')).headers.get('content-type'), 'image/png');
	assert.equal((await tw.get(`/tw/videos/${video.id}?t=90s`)).status, 200);
	assert.equal((await tw.get('/tw/nobody')).status, 404);
});

test('a restart finds accounts, tokens and subscriptions again', async (t) => {
	const data = `${temp()}/state.json`;
	const first = await sandbox(data);
	const tw = new Platform(first.base, 'twitch');
	const anna = await tw.account('anna');
	const { access_token: token } = await tw.signIn('anna');
	await tw.does('/accounts/anna/live');
	const hook = await listener(t, echo);
	await subscribe(tw, await appToken(tw), anna.id, 'stream.offline', hook.url);
	await settle(tw);
	first.stop();
	const second = await sandbox(data);
	t.after(() => second.stop());
	const again = new Platform(second.base, 'twitch');
	assert.equal((await again.get(`/tw/helix/streams?user_id=${anna.id}`, token)).json.data.length, 1);
	const { pushes } = await again.does('/accounts/anna/end');
	assert.deepEqual(pushes.map((one) => one.status), [204]);
});

test('names that every object has are nobody here', async (t) => {
	const tw = await platform(t, 'twitch');
	const token = await appToken(tw);
	assert.equal((await tw.get('/tw/helix/users', 'constructor')).status, 401);
	assert.equal((await tw.get('/tw/helix/videos?id=constructor', token)).status, 404);
	assert.deepEqual((await tw.get('/tw/helix/videos?user_id=__proto__', token)).json.data, []);
	assert.equal((await tw.get('/yt/youtube/v3/videos?part=snippet&id=constructor,toString&key=youtube-key-test-secret')).json.items.length, 0);
	assert.equal((await tw.get('/tt/v2/user/info/?fields=open_id', 'toString')).status, 401);
	for (const path of ['/embed/constructor', '/player/v1/toString', '/?video=constructor&parent=x']) assert.match((await tw.get(path, null, { referer: 'http://x/' })).text, /data-testid="player-error"/);
});
