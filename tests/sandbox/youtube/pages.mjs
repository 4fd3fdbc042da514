// What a browser sees of YouTube: the player with its refusals, the watch page, a channel, pictures.
import { own } from '../core/account.mjs';
import { html, redirect } from '../core/http.mjs';
import { picture } from '../core/image.mjs';
import { player, seconds, unavailable } from '../core/player.mjs';
import { escape, page } from '../shopify/pages.mjs';
import { of, onAir } from './world.mjs';

const shown = (world, id) => {
	const video = own(world.videos, id);
	return video && !video.deleted && !video.hidden && video.privacy !== 'private' ? video : null;
};

// Error 153 is what viewers see when a page's policy keeps the Referer back.
export function embed(store, base, request, { id }) {
	const { query } = request;
	const world = store.state.youtube;
	const video = id === 'live_stream' ? Object.values(world.videos).find((one) => one.channel === query.get('channel') && onAir(one) && shown(world, one.id)) : shown(world, id);
	if (!request.headers.referer) return unavailable(200, 153, 'Error 153: video player configuration error');
	if (!video) return unavailable(200, 100, 'Video unavailable');
	if (!video.embeddable) return unavailable(200, 150, 'Playback on other websites has been disabled by the video owner');
	if (!onAir(video) && !video.endedMs && video.live) return unavailable(200, 'upcoming', 'This live event has not begun');
	return player({ platform: 'youtube', id: video.id, title: video.title, durationS: video.durationS, startS: seconds(query.get('start')), autoplay: query.get('autoplay') === '1', live: onAir(video), poster: `${base}/yt/vi/${video.id}/hqdefault.jpg`,
		api: query.get('enablejsapi') === '1', origin: query.get('origin') });
}

export function watch(store, base, request, id) {
	const video = shown(store.state.youtube, id);
	if (!video) return html(page('YouTube', '<h1>This video isn\'t available any more</h1>', 'Sandbox'), 404);
	return player({ platform: 'youtube', id: video.id, title: video.title, durationS: video.durationS, startS: seconds(request.query.get('t')), live: onAir(video), poster: `${base}/yt/vi/${video.id}/hqdefault.jpg` });
}

export function channelPage(store, { id }) {
	const account = own(store.state.youtube.accounts, id) ?? Object.values(store.state.youtube.accounts).find((one) => one.handle.toLowerCase() === id.toLowerCase());
	if (!account) return html(page('YouTube', '<h1>This channel does not exist</h1>', 'Sandbox'), 404);
	const rows = of(store.state.youtube, account).map((video) => `<div class="row"><a href="/yt/watch?v=${escape(video.id)}">${escape(video.title)}</a></div>`);
	return html(page(account.name, `<h1>${escape(account.name)}</h1>${rows.join('')}`, 'Sandbox'));
}

const SIZES = { default: [120, 90], mqdefault: [320, 180], hqdefault: [480, 360], sddefault: [640, 480], maxresdefault: [1280, 720] };
export function thumbnail(store, { id, file }) {
	const size = own(SIZES, file.replace(/(_live)?\.(jpg|webp)$/, ''));
	const video = own(store.state.youtube.videos, id);
	return size && video && !video.deleted ? picture(id, ...size) : picture('gone', 120, 90);
}
export const avatar = ({ id }) => (/^[\w-]+(=s\d+)?$/.test(id) ? picture(id.split('=')[0], 88, 88) : redirect('/'));
