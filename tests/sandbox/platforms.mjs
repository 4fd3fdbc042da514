// The routes of YouTube, TikTok and Twitch: each call goes through the faults that are set for its platform and is logged with
// what it cost.
import * as youtubeApi from './youtube/api.mjs';
import * as youtubeHub from './youtube/hub.mjs';
import * as youtubeOauth from './youtube/oauth.mjs';
import * as youtubePages from './youtube/pages.mjs';
import * as tiktokApi from './tiktok/api.mjs';
import * as tiktokOauth from './tiktok/oauth.mjs';
import * as tiktokPages from './tiktok/pages.mjs';
import * as twitchOauth from './twitch/oauth.mjs';
import * as twitchPages from './twitch/pages.mjs';
import { helix } from './twitch/helix.mjs';
import { underFault } from './core/faults.mjs';

export const apps = ({ clientId, clientSecret }) => ({
	youtube: { clientId: `${clientId}-youtube`, clientSecret: `youtube-${clientSecret}`, apiKey: `youtube-key-${clientSecret}` },
	tiktok: { clientId: `${clientId}-tiktok`, clientSecret: `tiktok-${clientSecret}` },
	twitch: { clientId: `${clientId}-twitch`, clientSecret: `twitch-${clientSecret}` },
});

// Work done under faults and written into the log. `work` answers a reply, or {reply, bucket, units}.
async function logged({ store, calls }, target, request, speak, work) {
	const row = calls.add(target, request);
	const text = `${request.method} ${request.url} ${request.body}`;
	const reply = await underFault(store, target, null, text, async () => {
		const done = await work();
		if (!done.reply) return done;
		Object.assign(row, { bucket: done.bucket ?? null, units: done.units ?? 0 });
		return done.reply;
	}, speak);
	row.status = reply.drop ? 0 : reply.status;
	return reply;
}

// Players and pictures are also at the root: a page's policy names an origin, and an origin has no path.
function both(router, prefix, path, handler) {
	router.on('GET', `${prefix}${path}`, handler);
	router.on('GET', path || '/', handler);
}

function youtubeRoutes(router, world, base) {
	const { store } = world;
	const app = world.apps.youtube;
	const google = (status, reason) => youtubeOauth.refuse(reason ?? 'temporarily_unavailable', undefined, status ?? undefined);
	for (const method of ['GET', 'POST']) router.on(method, '/goog/o/oauth2/v2/auth', (request) => youtubeOauth.authorize(app, store, request));
	router.on('POST', '/goog/token', (request) => logged(world, 'google', request, google, () => youtubeOauth.tokenEndpoint(app, store, request)));
	router.on('POST', '/goog/revoke', (request) => logged(world, 'google', request, google, () => youtubeOauth.revokeEndpoint(store, request)));
	router.on('GET', '/yt/youtube/v3/:name', (request, { name }) => logged(world, 'youtube', request, youtubeApi.speak, () => youtubeApi.api(app, store, base, request, name)));
	router.on('POST', '/hub/subscribe', (request) => logged(world, 'hub', request, youtubeHub.speak, () => youtubeHub.subscribe(world, request)));
	for (const path of ['/yt/feeds/videos.xml', '/yt/xml/feeds/videos.xml']) router.on('GET', path, (request) => youtubeHub.feed(store, request));
	both(router, '/yt', '/embed/:id', (request, params) => youtubePages.embed(store, base, request, params));
	both(router, '/yt', '/vi/:id/:file', (request, params) => youtubePages.thumbnail(store, params));
	router.on('GET', '/yt/watch', (request) => youtubePages.watch(store, base, request, request.query.get('v')));
	for (const path of ['/yt/live/:id', '/yt/shorts/:id']) router.on('GET', path, (request, { id }) => youtubePages.watch(store, base, request, id));
	for (const path of ['/yt/channel/:id', '/yt/@:id']) router.on('GET', path, (request, params) => youtubePages.channelPage(store, params));
	router.on('GET', '/yt/avatar/:id', (request, params) => youtubePages.avatar(params));
}

function tiktokRoutes(router, world, base) {
	const { store } = world;
	const app = world.apps.tiktok;
	const oauth = (status, reason) => tiktokOauth.refuse(store, reason ?? 'server_error', undefined, status ?? undefined);
	const on = (method, path, speak, work) => router.on(method, `/tt${path}`, (request) => logged(world, 'tiktok', request, speak, () => work(request)));
	for (const method of ['GET', 'POST']) router.on(method, '/tt/v2/auth/authorize', (request) => tiktokOauth.authorize(app, store, request));
	on('POST', '/v2/oauth/token', oauth, (request) => tiktokOauth.tokenEndpoint(app, store, request));
	on('POST', '/v2/oauth/revoke', oauth, (request) => tiktokOauth.revokeEndpoint(app, store, request));
	on('GET', '/v2/user/info', tiktokApi.speak(store), (request) => tiktokApi.userInfo(store, base, request));
	on('POST', '/v2/video/list', tiktokApi.speak(store), (request) => tiktokApi.videoList(store, base, request));
	on('POST', '/v2/video/query', tiktokApi.speak(store), (request) => tiktokApi.videoQuery(store, base, request));
	both(router, '/tt', '/player/v1/:id', (request, params) => tiktokPages.embed(store, base, request, params));
	both(router, '/tt', '/@:user/video/:id', (request, params) => tiktokPages.post(store, base, request, params));
	for (const path of ['/@:user/live', '/embed/live/@:user']) both(router, '/tt', path, (request, params) => tiktokPages.live(store, params));
	both(router, '/tt', '/@:user', (request, params) => tiktokPages.profile(store, params));
	router.on('GET', '/tt/cover/:id', (request, params) => tiktokPages.coverImage(store, request, params));
	router.on('GET', '/tt/avatar/:id', (request, params) => tiktokPages.avatar(params));
}

function twitchRoutes(router, world, base) {
	const { store } = world;
	const app = world.apps.twitch;
	const id = (method, path, work) => router.on(method, `/twid/oauth2/${path}`, (request) => logged(world, 'twitch_id', request, twitchOauth.speak, () => work(request)));
	for (const method of ['GET', 'POST']) router.on(method, '/twid/oauth2/authorize', (request) => twitchOauth.authorize(app, store, request));
	id('POST', 'token', (request) => twitchOauth.tokenEndpoint(app, store, request));
	id('POST', 'revoke', (request) => twitchOauth.revokeEndpoint(app, store, request));
	id('GET', 'validate', (request) => twitchOauth.validate(app, store, request));
	const api = (request, name) => logged(world, 'twitch', request, twitchOauth.speak, () => helix(world, base, request, name));
	router.on('GET', '/tw/helix/:name', (request, { name }) => api(request, name));
	for (const method of ['GET', 'POST', 'DELETE']) router.on(method, '/tw/helix/eventsub/subscriptions', (request) => api(request, 'eventsub/subscriptions'));
	both(router, '/tw', '/js/embed/v1.js', () => twitchPages.script());
	router.on('GET', '/tw/videos/:id', (request, params) => twitchPages.videoPage(store, base, request, params));
	both(router, '/tw', '/previews-ttv/:file', (request, { file }) => twitchPages.thumbnail(file));
	both(router, '/tw', '/_404/:file', (request, { file }) => twitchPages.thumbnail(file));
	both(router, '/tw', '/cf_vods/:id/thumb/:file', (request, params) => twitchPages.vodThumbnail(params));
	both(router, '/tw', '/jtv_user_pictures/:id', (request, params) => twitchPages.avatar(params));
	both(router, '/tw', '', (request) => twitchPages.embed(store, base, request));
	router.on('GET', '/tw/:login', (request, params) => twitchPages.channelPage(store, params));
}

export function routes(router, world, base) {
	youtubeRoutes(router, world, base);
	tiktokRoutes(router, world, base);
	twitchRoutes(router, world, base);
}
