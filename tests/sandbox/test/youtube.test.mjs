// YouTube: Google's sign-in with PKCE, the Data API's answers, errors and allowance, the feed's hub.
import test from 'node:test';
import assert from 'node:assert/strict';
import { pkce } from '../youtube/oauth.mjs';
import { dayOf, resetMs } from '../youtube/api.mjs';
import { webSub } from '../core/pushes.mjs';
import { BACK, READ, like, listener, platform, platformFixture } from '../platform_rig.mjs';
import { fixture } from '../rig.mjs';

const API = '/yt/youtube/v3';
const VIDEO = `${API}/videos?part=snippet,status,contentDetails,liveStreamingDetails&id=`;
const KEY = '&key=youtube-key-test-secret';
const BROADCASTS = `${API}/liveBroadcasts?part=id,snippet,status,contentDetails,statistics`;
const reason = (answer) => answer.json.error.errors[0].reason;
const days = (n) => n * 86400000;

async function signedIn(t, more) {
	const yt = await platform(t, 'youtube');
	const anna = await yt.account('anna', more);
	const { access_token: token } = await yt.signIn('anna');
	return { yt, anna, token };
}

test('signing in: the page, a code bound to PKCE and used once, a refresh token only when asked for', async (t) => {
	const yt = await platform(t, 'youtube');
	await yt.account('anna');
	assert.match((await yt.get(yt.authorizeUrl())).text, /data-testid="allow"[\s\S]*data-testid="deny"/);
	const { pkce: vector } = JSON.parse(fixture('platforms/signature_vectors.json'));
	assert.equal(pkce(vector.verifier, 'S256'), vector.s256_base64url);
	const ask = { code_challenge: vector.s256_base64url, code_challenge_method: 'S256' };
	const trade = async (fields, code) => yt.tokens({ grant_type: 'authorization_code', redirect_uri: BACK, code: code ?? (await yt.consent('anna', { ask })).get('code'), ...fields });
	assert.equal((await trade({})).json.error, 'invalid_grant', 'no verifier');
	assert.equal((await trade({ code_verifier: 'x'.repeat(43) })).json.error, 'invalid_grant');
	assert.equal((await trade({ code_verifier: vector.verifier, redirect_uri: `${BACK}2` })).json.error, 'redirect_uri_mismatch');
	const back = await yt.consent('anna', { ask });
	assert.equal(back.get('state'), 'st');
	like(await trade({ code_verifier: vector.verifier }, back.get('code')), 'youtube_token_exchange');
	assert.equal((await trade({ code_verifier: vector.verifier }, back.get('code'))).json.error, 'invalid_grant', 'a code works once');
	const again = await yt.consent('anna', { ask: { prompt: '' } });
	like(await trade({}, again.get('code')), 'youtube_token_exchange_no_refresh');
	like(await yt.tokens({ client_secret: 'x', grant_type: 'refresh_token' }), 'youtube_token_invalid_client', { same: false });
	for (const wrong of [{ client_id: 'x' }, { redirect_uri: 'https://evil.example/' }, { response_type: 'token' }, { scope: 'https://evil' }]) assert.equal((await yt.get(yt.authorizeUrl(wrong))).status, 400);
});

test('she may say no, or grant less than asked', async (t) => {
	const yt = await platform(t, 'youtube');
	await yt.account('anna');
	const no = await yt.consent('anna', { said: { decision: 'deny' } });
	assert.deepEqual([no.get('error'), no.get('state'), no.get('code')], ['access_denied', 'st', null]);
	const back = await yt.consent('anna', { ask: { scope: `openid ${READ}` }, said: { decision: 'allow', chosen: '1', scope: 'openid' } });
	const { json } = await yt.tokens({ grant_type: 'authorization_code', redirect_uri: BACK, code: back.get('code') });
	assert.equal(json.scope, 'openid');
	like(await yt.get(`${BROADCASTS}&mine=true`, json.access_token), 'youtube_error_scope');
	await yt.control('/youtube', { autoApprove: 'anna' });
	assert.equal((await yt.get(yt.authorizeUrl())).status, 302);
});

test('refreshing keeps the refresh token; taking the grant back kills everything', async (t) => {
	const yt = await platform(t, 'youtube');
	await yt.account('anna');
	const first = await yt.signIn('anna');
	const refresh = () => yt.tokens({ grant_type: 'refresh_token', refresh_token: first.refresh_token });
	like(await refresh(), 'youtube_token_refresh');
	assert.equal((await refresh()).status, 200);
	await yt.control('/clock', { advanceMs: 3600000 });
	like(await yt.get(`${API}/channels?part=snippet&mine=true`, first.access_token), 'youtube_error_401');
	const { json } = await refresh();
	assert.equal((await yt.post('/goog/revoke', { token: json.access_token })).status, 200);
	like(await refresh(), 'youtube_token_invalid_grant');
	assert.equal((await yt.post('/goog/revoke', { token: json.access_token })).json.error, 'invalid_token');
	assert.equal((await yt.get(`${API}/channels?part=snippet&mine=true`, json.access_token)).status, 401);
	const second = await yt.signIn('anna');
	await yt.does('/accounts/anna/revoke');
	like(await yt.tokens({ grant_type: 'refresh_token', refresh_token: second.refresh_token }), 'youtube_token_invalid_grant');
});

test('channels: mine, and an account without a channel', async (t) => {
	const { yt, token } = await signedIn(t);
	like(await yt.get(`${API}/channels?part=snippet,contentDetails,statistics&mine=true`, token), 'youtube_channels_mine');
	await yt.account('ben', { channel: false });
	const ben = await yt.signIn('ben');
	like(await yt.get(`${API}/channels?part=snippet&mine=true`, ben.access_token), 'youtube_channels_mine_empty');
	like(await yt.get(`${BROADCASTS}&mine=true`, ben.access_token), 'youtube_error_signup_required');
	assert.equal((await yt.get(`${API}/channels?part=snippet&mine=true${KEY}`)).status, 401, 'a key has no channel');
	assert.equal((await yt.get(`${API}/channels?part=snippet&id=UCx`)).status, 403, 'neither key nor token');
	assert.equal(reason(await yt.get(`${API}/channels?part=snippet&id=UCx&key=wrong`)), 'keyInvalid');
});

test('a broadcast: planned, on the air, over, processed, trimmed, deleted', async (t) => {
	const { yt, token } = await signedIn(t);
	const see = (id) => yt.get(`${VIDEO}${id}${KEY}`);
	like(await yt.get(`${BROADCASTS}&broadcastStatus=active&broadcastType=all`, token), 'youtube_livebroadcasts_none');
	const { video: { id } } = await yt.does('/accounts/anna/schedule', { title: 'Friday drop' });
	like(await see(id), 'youtube_videos_upcoming');
	await yt.does('/accounts/anna/live', { id, viewers: 321 });
	like(await see(id), 'youtube_videos_live');
	like(await yt.get(`${BROADCASTS}&broadcastStatus=active&broadcastType=all`, token), 'youtube_livebroadcasts_active');
	like(await yt.get(`${API}/search?part=snippet&channelId=${(await yt.see('/youtube/accounts/anna')).id}&eventType=live&type=video${KEY}`), 'youtube_search_live');
	await yt.does('/accounts/anna/drop');
	assert.equal((await see(id)).json.items[0].snippet.liveBroadcastContent, 'live', 'a lost encoder does not end it');
	await yt.control('/clock', { advanceMs: 5428000 });
	await yt.does('/accounts/anna/end');
	like(await see(id), 'youtube_videos_ended');
	assert.equal((await see(id)).json.items[0].contentDetails.duration, 'P0D');
	assert.equal((await see(id)).json.items[0].status.uploadStatus, platformFixture('youtube_videos_ended_processing').body.items[0].status.uploadStatus);
	await yt.does(`/videos/${id}/process`, { durationS: 5428 });
	assert.equal((await see(id)).json.items[0].contentDetails.duration, 'PT1H30M28S');
	const { access_token: later } = await yt.signIn('anna');
	like(await yt.get(`${API}/liveBroadcasts?part=id,snippet,status,contentDetails&broadcastStatus=completed`, later), 'youtube_livebroadcasts_completed');
	await yt.does(`/videos/${id}/trim`, { startS: 28 });
	assert.equal((await see(id)).json.items[0].contentDetails.duration, 'PT1H30M');
	await yt.does(`/videos/${id}`, { embeddable: false, claims: 'UCother', endedMs: 1000 }, 'PATCH');
	const [lie] = (await see(id)).json.items;
	assert.deepEqual([lie.status.embeddable, lie.snippet.channelId, lie.liveStreamingDetails.actualEndTime], [false, 'UCother', '1970-01-01T00:00:01Z']);
	await yt.does(`/videos/${id}`, undefined, 'DELETE');
	like(await see(id), 'youtube_videos_missing');
});

test('videos by 50, unknown and private ones left out; uploads; statistics', async (t) => {
	const { yt, anna, token } = await signedIn(t);
	const { video } = await yt.does('/accounts/anna/videos', { title: 'Haul', durationS: 242 });
	like(await yt.get(`${VIDEO}${video.id}${KEY}`), 'youtube_videos_regular_upload');
	like(await yt.get(`${API}/videos:batchGetStats?part=id,snippet,contentDetails,statistics&id=${video.id}${KEY}`), 'youtube_batchgetstats');
	const many = Array.from({ length: 49 }, (_, i) => `unknown${i}`);
	assert.deepEqual((await yt.get(`${VIDEO}${[video.id, ...many].join(',')}${KEY}`)).json.items.map((one) => one.id), [video.id]);
	assert.equal((await yt.get(`${VIDEO}${[video.id, ...many, 'one_more'].join(',')}${KEY}`)).status, 400);
	for (let i = 0; i < 6; i++) await yt.does('/accounts/anna/videos', {});
	const uploads = (more, key) => yt.get(`${API}/playlistItems?part=contentDetails&maxResults=5&playlistId=UU${anna.id.slice(2)}${more}`, key ? null : token);
	const first = await uploads(KEY, true);
	like(first, 'youtube_playlistitems_uploads');
	assert.equal((await uploads(`${KEY}&pageToken=${first.json.nextPageToken}`, true)).json.items.length, 2);
	await yt.does(`/videos/${video.id}`, { privacy: 'private' }, 'PATCH');
	assert.equal((await yt.get(`${VIDEO}${video.id}${KEY}`)).json.items.length, 0);
	assert.equal((await yt.get(`${VIDEO}${video.id}`, token)).json.items.length, 1, 'she sees her own');
	assert.equal((await uploads(KEY, true)).json.pageInfo.totalResults, 6);
	assert.equal((await yt.get(`${API}/playlistItems?part=contentDetails&playlistId=UUx${KEY}`)).status, 404);
	const tag = (await yt.get(`${VIDEO}${video.id}`, token)).headers.get('etag');
	assert.equal((await yt.get(`${VIDEO}${video.id}`, token, { 'if-none-match': tag })).status, 304);
});

test('parameters that do not go together, and lives that are not allowed', async (t) => {
	const { yt, token } = await signedIn(t, { liveEnabled: false });
	assert.equal(reason(await yt.get(`${BROADCASTS}&mine=true&broadcastStatus=active`, token)), 'incompatibleParameters');
	assert.equal((await yt.get(BROADCASTS, token)).status, 400);
	like(await yt.get(`${BROADCASTS}&broadcastStatus=active`, token), 'youtube_error_live_not_enabled');
	assert.equal(reason(await yt.get(`${API}/videos?part=nonsense&id=x${KEY}`)), 'unknownPart');
	assert.equal((await yt.get(`${API}/videos?id=x${KEY}`)).status, 400);
	assert.equal((await yt.get(`${API}/videos?part=id${KEY}`)).status, 400);
});

test('the allowance runs out and comes back at midnight in Los Angeles, also when the clocks change', async (t) => {
	const { yt, token } = await signedIn(t);
	await yt.control('/clock', { setMs: Date.parse('2026-11-20T07:59:00Z') });
	await yt.control('/youtube', { limits: { shared: 3, search: 1 } });
	await yt.does('/accounts/anna/expire', { what: 'refresh' });
	const ask = () => yt.get(`${VIDEO}x${KEY}`);
	for (let i = 0; i < 3; i++) assert.equal((await ask()).status, 200);
	like(await ask(), 'youtube_error_quota');
	const find = () => yt.get(`${API}/search?part=snippet&q=a${KEY}`);
	assert.deepEqual([(await find()).status, (await find()).status], [200, 403], 'search has its own');
	const { youtube } = await yt.see('/quota');
	assert.deepEqual(youtube.used, { shared: 3, search: 1, stats: 0 });
	assert.equal(youtube.resetMs, Date.parse('2026-11-20T08:00:00Z'));
	assert.deepEqual((await yt.see('/calls?platform=youtube')).units, { shared: 3, search: 1 });
	await yt.control('/clock', { advanceMs: 120000 });
	assert.equal((await ask()).status, 200);
	assert.equal((await yt.see('/quota')).youtube.day, '2026-11-20');
	const noon = Date.parse('2026-10-31T19:00:00Z');
	assert.equal(resetMs(resetMs(noon)) - resetMs(noon), days(1) + 3600000, '1 November has 25 hours');
	assert.equal(dayOf(resetMs(noon)), '2026-11-01');
	assert.ok(token);
});

test('faults: a reason, a status, so many times, for a while', async (t) => {
	const { yt, token } = await signedIn(t);
	const fault = (spec) => yt.control('/faults', { target: 'youtube', ...spec });
	const ask = () => yt.get(`${BROADCASTS}&mine=true`, token);
	for (const [name, why] of [['quota', 'quotaExceeded'], ['rate', 'rateLimitExceeded'], ['api_disabled', 'accessNotConfigured'], ['503', 'backendError'], ['401', 'authError'], ['user_rate', 'userRequestsExceedRateLimit']]) {
		await fault({ mode: 'reason', reason: why, count: 1 });
		like(await ask(), `youtube_error_${name}`);
	}
	assert.equal((await ask()).status, 200);
	await fault({ mode: 'status', status: 503, forMs: 600000, match: 'liveBroadcasts' });
	assert.deepEqual([(await ask()).status, (await ask()).status, (await yt.get(`${VIDEO}x${KEY}`)).status], [503, 503, 200]);
	await yt.control('/clock', { advanceMs: 600000 });
	assert.equal((await ask()).status, 200);
	await fault({ mode: 'garbage', count: 1 });
	assert.equal((await ask()).json, null);
	await fault({ mode: 'drop', count: 1 });
	await assert.rejects(ask());
	await yt.control('/faults', { target: 'google', mode: 'reason', reason: 'invalid_grant', count: 1 });
	like(await yt.tokens({ grant_type: 'refresh_token', refresh_token: 'any' }), 'youtube_token_invalid_grant');
	assert.equal((await yt.call('POST', '/control/faults', { target: 'youtube', mode: 'reason' })).status, 400);
});

test('the vector of WebSub', () => {
	const { youtube_websub: vector } = JSON.parse(fixture('platforms/signature_vectors.json'));
	assert.equal(webSub(vector.secret, fixture(`platforms/${vector.body_file}`)), vector.value);
});

const echo = (one) => (one.method === 'GET' ? { status: 200, text: one.query.get('hub.challenge') } : 204);
const topic = (id) => `https://www.youtube.com/xml/feeds/videos.xml?channel_id=${id}`;
async function subscribed(t, yt, anna, answer = echo, more = {}) {
	const hook = await listener(t, answer);
	const asked = await yt.post('/hub/subscribe', { 'hub.mode': 'subscribe', 'hub.callback': hook.url, 'hub.topic': topic(anna.id), 'hub.secret': 'sss', 'hub.lease_seconds': '864000', ...more });
	assert.equal(asked.status, 202, asked.text);
	await yt.control('/flush');
	await new Promise((done) => { setTimeout(done, 20); });
	await yt.control('/flush');
	return hook;
}
const tags = (xml) => [...xml.matchAll(/<([a-z]+:?[a-zA-Z-]*)/g)].map((one) => one[1]).join(' ');

test('the hub: a challenge, signed entries in YouTube\'s form, a lease that ends', async (t) => {
	const yt = await platform(t, 'youtube');
	const anna = await yt.account('anna');
	const hook = await subscribed(t, yt, anna);
	assert.deepEqual([hook.seen[0].query.get('hub.mode'), hook.seen[0].query.get('hub.lease_seconds'), hook.seen[0].query.get('hub.topic')], ['subscribe', '864000', topic(anna.id)]);
	const { video, pushes } = await yt.does('/accounts/anna/live', { title: 'Friday <drop> & "more"' });
	assert.deepEqual(pushes.map((one) => one.status), [204]);
	const told = hook.seen[1];
	assert.equal(told.headers['x-hub-signature'], webSub('sss', told.text));
	assert.equal(tags(told.text), tags(fixture('platforms/youtube_websub_notification.xml')));
	assert.match(told.text, new RegExp(`<yt:videoId>${video.id}</yt:videoId>`));
	await yt.does(`/videos/${video.id}?push=1`, undefined, 'DELETE');
	assert.equal(tags(hook.seen[2].text), tags(fixture('platforms/youtube_websub_deleted.xml')));
	await yt.control('/clock', { advanceMs: days(10) });
	await yt.does('/accounts/anna/videos', {});
	assert.equal(hook.seen.length, 3, 'the lease is over');
	assert.deepEqual((await yt.see('/youtube/accounts/anna')).subscriptions, []);
});

test('the hub: no subscription without the right echo; denied; unsubscribed; bad asks', async (t) => {
	const yt = await platform(t, 'youtube');
	const anna = await yt.account('anna');
	const subs = async () => (await yt.see('/youtube/accounts/anna')).subscriptions.length;
	await subscribed(t, yt, anna, () => ({ status: 200, text: 'something else' }));
	await subscribed(t, yt, anna, () => 404);
	assert.equal(await subs(), 0);
	const hook = await subscribed(t, yt, anna);
	assert.equal(await subs(), 1);
	const bad = { 'hub.mode': 'subscribe', 'hub.callback': hook.url, 'hub.topic': topic(anna.id) };
	for (const wrong of [{ 'hub.mode': 'x' }, { 'hub.callback': 'https://evil.example/' }, { 'hub.topic': 'https://x/' }, { 'hub.secret': 'x'.repeat(201) }]) assert.equal((await yt.post('/hub/subscribe', { ...bad, ...wrong })).status, 400);
	assert.equal((await yt.post('/hub/subscribe', { ...bad, 'hub.mode': 'unsubscribe', 'hub.verify': 'sync' })).status, 204);
	assert.equal(await subs(), 0);
	await yt.control('/youtube', { denyReason: 'not allowed' });
	const refused = await subscribed(t, yt, anna);
	assert.equal(refused.seen[0].query.get('hub.mode'), 'denied');
	assert.equal(await subs(), 0);
});

test('the hub: duplicates, forgeries, other feeds, delays, retries', async (t) => {
	const yt = await platform(t, 'youtube');
	const anna = await yt.account('anna');
	let status = 204;
	const hook = await subscribed(t, yt, anna, (one) => (one.method === 'GET' ? echo(one) : status));
	const emit = async (how) => { const from = hook.seen.length; const { pushes } = await yt.does('/accounts/anna/emit', { kind: 'video', id: 'liveVID0001', ...how }); await yt.control('/flush'); return { pushes, got: hook.seen.slice(from) }; };
	const twice = await emit({ copies: 2 });
	assert.equal(twice.got.length, 2);
	assert.equal(twice.got[0].text, twice.got[1].text);
	const [forged] = (await emit({ forged: true })).got;
	assert.notEqual(forged.headers['x-hub-signature'], webSub('sss', forged.text));
	assert.match((await emit({ topic: topic('UCother') })).got[0].text, /UCother/);
	const late = await emit({ delayMs: 30 });
	assert.deepEqual([late.pushes[0].status, late.got.length], [null, 1]);
	assert.equal((await emit({ body: '<nonsense' })).got[0].text, '<nonsense');
	await yt.control('/pushes', { retryMs: 5, retries: 2 });
	status = 500;
	assert.equal((await emit({})).got.length, 3);
	assert.equal((await yt.see('/pushes?kind=video&state=failed')).count, 1);
	await yt.control('/pushes', { duplicate: 1, retries: 0 });
	const from = hook.seen.length;
	await yt.does('/accounts/anna/videos', {});
	assert.equal(hook.seen.length - from, 2);
});

test('the player: seeks, and refuses without a Referer, when gone, and when embedding is forbidden', async (t) => {
	const yt = await platform(t, 'youtube');
	await yt.account('anna');
	const { video } = await yt.does('/accounts/anna/videos', { durationS: 100 });
	const at = (path, headers = { referer: 'http://127.0.0.1/' }) => yt.get(path, null, headers);
	assert.match((await at(`/yt/embed/${video.id}?start=42&enablejsapi=1`)).text, /data-start="42"[^>]*data-api="1"/);
	assert.match((await at(`/yt/embed/${video.id}`, {})).text, /data-error="153"/);
	assert.match((await at('/yt/embed/gone')).text, /data-error="100"/);
	await yt.does(`/videos/${video.id}`, { embeddable: false }, 'PATCH');
	assert.match((await at(`/yt/embed/${video.id}`)).text, /data-error="150"/);
	assert.match((await at(`/yt/watch?v=${video.id}&t=30s`)).text, /data-start="30"/);
	const image = await fetch(`${yt.base}/yt/vi/${video.id}/hqdefault.jpg`);
	assert.equal(Buffer.from(await image.arrayBuffer()).subarray(1, 4).toString(), 'PNG');
	assert.match((await yt.get(`/yt/feeds/videos.xml?channel_id=${video.channel}`)).text, new RegExp(video.id));
});

test('a thousand channels at once, made once, gone after a reset', async (t) => {
	const yt = await platform(t, 'youtube');
	const { accounts } = await yt.does('/accounts', { count: 1000, prefix: 'c' });
	assert.equal(new Set(accounts.map((one) => one.id)).size, 1000);
	assert.equal((await yt.does('/accounts', { count: 1000, prefix: 'c' })).accounts[999].id, accounts[999].id, 'made once');
	assert.equal((await yt.see('/youtube')).accounts, 1000);
	assert.equal((await yt.call('POST', '/control/youtube/accounts', { accounts: [{ handle: '../x' }] })).status, 400);
	assert.equal((await yt.call('POST', '/control/youtube/accounts/c1/live', { titel: 'x' })).status, 400);
	assert.equal((await yt.call('POST', '/control/youtube/accounts/c1/end', {})).status, 409);
	await yt.control('/reset');
	assert.equal((await yt.see('/youtube')).accounts, 0);
});
