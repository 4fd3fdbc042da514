// TikTok: consent, refresh tokens that rotate, fields and scopes, posts, the minute's limit, its signed webhook.
import test from 'node:test';
import assert from 'node:assert/strict';
import { tiktok as sign } from '../core/pushes.mjs';
import { BACK, like, listener, platform, platformFixture, sameShape } from '../platform_rig.mjs';
import { fixture } from '../rig.mjs';

const INFO = '/tt/v2/user/info/?fields=open_id,union_id,avatar_url,display_name,username,profile_deep_link';
const FIELDS = 'id,create_time,cover_image_url,share_url,video_description,duration,height,width,title,embed_html,embed_link,like_count,comment_count,share_count,view_count';
const ask = (tt, path, body, token) => tt.call('POST', `/tt/v2/video/${path}/?fields=${FIELDS}`, body, { authorization: `Bearer ${token}`, 'content-type': 'application/json' });

async function signedIn(t, scope) {
	const tt = await platform(t, 'tiktok');
	await tt.account('anna');
	return { tt, pair: await tt.signIn('anna', scope) };
}

test('signing in: allow, deny, and asks that are refused', async (t) => {
	const tt = await platform(t, 'tiktok');
	await tt.account('anna');
	assert.match((await tt.get(tt.authorizeUrl())).text, /data-testid="allow"/);
	const back = await tt.consent('anna', { said: { decision: 'allow', chosen: '1', scope: 'user.info.basic' } });
	assert.deepEqual([back.get('scopes'), back.get('state')], ['user.info.basic', 'st']);
	assert.match(back.get('code'), /[*!]/, 'a code that must be decoded once');
	const trade = (fields) => tt.tokens({ grant_type: 'authorization_code', code: back.get('code'), redirect_uri: BACK, ...fields });
	assert.equal((await trade({ redirect_uri: `${BACK}2` })).json.error, 'invalid_request');
	like(await trade({}), 'tiktok_token');
	assert.equal((await trade({})).json.error, 'invalid_grant');
	assert.equal((await tt.consent('anna', { said: { decision: 'deny' } })).get('error'), 'access_denied');
	for (const wrong of [{ client_key: 'x' }, { redirect_uri: `${BACK}?a=b` }, { redirect_uri: 'https://evil.example/' }, { scope: 'user.info.basic video.list' }]) assert.equal((await tt.get(tt.authorizeUrl(wrong))).status, 400);
});

test('rotation: a refresh token that was used is dead', async (t) => {
	const { tt, pair } = await signedIn(t);
	const refresh = (name) => tt.tokens({ grant_type: 'refresh_token', refresh_token: name });
	const second = await refresh(pair.refresh_token);
	like(second, 'tiktok_token_refresh');
	like(await refresh(pair.refresh_token), 'tiktok_token_error');
	await tt.control('/tiktok', { oauthErrorStatus: 200 });
	const quiet = await refresh(pair.refresh_token);
	assert.deepEqual([quiet.status, quiet.json.error], [200, 'invalid_grant']);
	assert.equal((await tt.tokens({ client_secret: 'x', grant_type: 'refresh_token' })).json.error, 'invalid_client');
	await tt.control('/clock', { advanceMs: 181 * 86400000 });
	assert.equal((await refresh(second.json.refresh_token)).json.error, 'invalid_grant');
});

test('an answer that is lost leaves no usable refresh token', async (t) => {
	const { tt, pair } = await signedIn(t);
	await tt.control('/faults', { target: 'tiktok', mode: 'lost_answer', count: 1, match: 'refresh_token' });
	await assert.rejects(tt.tokens({ grant_type: 'refresh_token', refresh_token: pair.refresh_token }));
	assert.equal((await tt.tokens({ grant_type: 'refresh_token', refresh_token: pair.refresh_token })).json.error, 'invalid_grant');
});

test('user/info answers the fields that the scopes allow, or nothing', async (t) => {
	const { tt, pair } = await signedIn(t);
	like(await tt.get(INFO, pair.access_token), 'tiktok_user_info');
	like(await tt.get('/tt/v2/user/info/?fields=open_id,follower_count', pair.access_token), 'tiktok_user_info_scope_error');
	like(await tt.get('/tt/v2/user/info/?fields=nonsense', pair.access_token), 'tiktok_error_params');
	like(await tt.get('/tt/v2/user/info/', pair.access_token), 'tiktok_error_params');
	like(await tt.get(INFO, 'act.wrong'), 'tiktok_error_token');
	await tt.control('/clock', { advanceMs: 7200 * 1000 });
	like(await tt.get(INFO, pair.access_token), 'tiktok_error_token');
});

test('posts: newest first by pages, by id, covers that end, deletion', async (t) => {
	const { tt, pair } = await signedIn(t);
	const now = Date.now();
	const made = [];
	for (let i = 0; i < 3; i++) made.push((await tt.does('/accounts/anna/videos', { title: `Clip ${i}`, durationS: 59 + i, publishedMs: now - 86400000 * i })).video.id);
	const first = await ask(tt, 'list', { max_count: 2 }, pair.access_token);
	like(first, 'tiktok_video_list');
	assert.deepEqual(first.json.data.videos.map((one) => one.id), made.slice(0, 2));
	const last = await ask(tt, 'list', { max_count: 2, cursor: first.json.data.cursor }, pair.access_token);
	assert.deepEqual([last.json.data.videos.map((one) => one.id), last.json.data.has_more], [[made[2]], false]);
	like(await ask(tt, 'list', { cursor: 1 }, pair.access_token), 'tiktok_video_list_last');
	const query = await ask(tt, 'query', { filters: { video_ids: [made[0], '1'] } }, pair.access_token);
	like(query, 'tiktok_video_query');
	const cover = new URL(query.json.data.videos[0].cover_image_url);
	assert.equal((await tt.get(cover.pathname + cover.search)).status, 200);
	await tt.control('/clock', { advanceMs: 3600000 });
	await tt.does(`/videos/${made[0]}`, undefined, 'DELETE');
	assert.deepEqual((await ask(tt, 'query', { filters: { video_ids: [made[0]] } }, pair.access_token)).json.data.videos, []);
	for (const wrong of [{ max_count: 21 }, { max_count: 0 }, { cursor: 'x' }]) like(await ask(tt, 'list', wrong, pair.access_token), 'tiktok_error_params');
	like(await ask(tt, 'query', { filters: { video_ids: Array(21).fill('1') } }, pair.access_token), 'tiktok_error_params');
	await tt.control('/clock', { advanceMs: 6 * 3600000 });
	assert.equal((await tt.get(cover.pathname + cover.search)).status, 403);
});

test('posts need the scope video.list', async (t) => {
	const { tt, pair } = await signedIn(t, 'user.info.basic');
	assert.equal((await ask(tt, 'list', {}, pair.access_token)).json.error.code, 'scope_not_authorized');
});

test('600 calls a minute of each kind, and not one more', async (t) => {
	const { tt, pair } = await signedIn(t);
	const call = () => tt.get('/tt/v2/user/info/?fields=open_id', pair.access_token);
	for (let i = 0; i < 12; i++) for (const one of await Promise.all(Array.from({ length: 50 }, call))) assert.equal(one.status, 200);
	like(await call(), 'tiktok_error_rate');
	assert.equal((await ask(tt, 'list', {}, pair.access_token)).status, 200, 'other kinds go on');
	await tt.control('/clock', { advanceMs: 61000 });
	assert.equal((await call()).status, 200);
	const calls = await tt.see('/calls?platform=tiktok&path=user/info');
	assert.deepEqual([calls.count, calls.units], [602, { 'user/info': 601 }]);
});

test('faults in TikTok\'s words', async (t) => {
	const { tt, pair } = await signedIn(t);
	for (const [name, why] of [['internal', 'internal_error'], ['rate', 'rate_limit_exceeded'], ['token', 'access_token_invalid'], ['params', 'invalid_params']]) {
		await tt.control('/faults', { target: 'tiktok', mode: 'reason', reason: why, count: 1 });
		like(await tt.get(INFO, pair.access_token), `tiktok_error_${name}`);
	}
	await tt.control('/faults', { target: 'tiktok', mode: 'status', status: 500, count: 1 });
	like(await tt.get(INFO, pair.access_token), 'tiktok_error_internal');
});

test('revoking: by the product, and by the creator with a signed webhook', async (t) => {
	const { tt, pair } = await signedIn(t);
	like(await tt.post('/tt/v2/oauth/revoke/', { client_key: tt.app.id, client_secret: tt.app.secret, token: pair.access_token }), 'tiktok_revoke');
	like(await tt.get(INFO, pair.access_token), 'tiktok_error_token');
	const { tiktok_webhook: vector } = JSON.parse(fixture('platforms/signature_vectors.json'));
	assert.equal(sign(vector.secret, 1795204000, vector.body), vector.value);
	const hook = await listener(t);
	await tt.control('/tiktok', { webhookUrl: hook.url });
	await tt.signIn('anna');
	const { pushes } = await tt.does('/accounts/anna/revoke', { reason: 1 });
	assert.deepEqual(pushes.map((one) => one.status), [200]);
	const [told] = hook.seen;
	const t1 = /^t=(\d+),/.exec(told.headers['tiktok-signature'])[1];
	assert.equal(told.headers['tiktok-signature'], sign(tt.app.secret, t1, told.text));
	sameShape(JSON.parse(told.text), platformFixture('tiktok_webhook_authorization_removed').body);
	await tt.does('/accounts/anna/emit', { kind: 'authorization.removed', copies: 2, forged: true, atMs: 1000 });
	assert.match(hook.seen[2].headers['tiktok-signature'], /^t=1,/);
	assert.notEqual(hook.seen[2].headers['tiktok-signature'], sign(tt.app.secret, 1, hook.seen[2].text));
	assert.equal((await tt.call('POST', '/control/tiktok', { webhookUrl: 'https://evil.example/' })).status, 400);
});

test('a live is on its page alone; a post has a player', async (t) => {
	const tt = await platform(t, 'tiktok');
	await tt.account('anna');
	assert.match((await tt.get('/tt/@anna/live')).text, /LIVE has ended/);
	await tt.does('/accounts/anna/live', { title: 'Drop' });
	assert.match((await tt.get('/tt/@anna/live')).text, /data-testid="live"/);
	await tt.does('/accounts/anna/end');
	const { video } = await tt.does('/accounts/anna/videos', {});
	assert.match((await tt.get(`/tt/player/v1/${video.id}`)).text, /x-tiktok-player/);
	assert.match((await tt.get('/tt/player/v1/1')).text, /data-error="gone"/);
	assert.equal((await tt.get(`/tt/@anna/video/${video.id}`)).status, 200);
	assert.equal((await tt.get('/tt/@nobody/live')).status, 404);
});
