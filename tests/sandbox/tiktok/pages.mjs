// What a browser sees of TikTok: the player, a post, a live, covers whose addresses end, faces.
import { own } from '../core/account.mjs';
import { html } from '../core/http.mjs';
import { picture } from '../core/image.mjs';
import { player, seconds, unavailable } from '../core/player.mjs';
import { escape, page } from '../shopify/pages.mjs';

const shown = (store, id) => { const video = own(store.state.tiktok.videos, id); return video && !video.hidden ? video : null; };
const named = (store, user) => Object.values(store.state.tiktok.accounts).find((one) => one.handle === user);
const nobody = () => html(page('TikTok', '<h1>Couldn\'t find this account</h1>', 'Sandbox'), 404);

const cover = (store, base, id) => `${base}/tt/cover/${id}?x-expires=${Math.floor(store.now() / 1000) + store.state.tiktok.settings.coverTtlS}`;

export function embed(store, base, request, { id }) {
	const video = shown(store, id);
	if (!video) return unavailable(200, 'gone', 'Video currently unavailable');
	return player({ platform: 'tiktok', id, title: video.title, durationS: video.durationS, startS: 0, autoplay: request.query.get('autoplay') === '1', poster: cover(store, base, id) });
}

export function post(store, base, request, { id }) {
	const video = shown(store, id);
	if (!video) return html(page('TikTok', '<h1>Video currently unavailable</h1>', 'Sandbox'), 404);
	return player({ platform: 'tiktok', id, title: video.title, durationS: video.durationS, startS: seconds(request.query.get('t')), poster: cover(store, base, id) });
}

export function live(store, { user }) {
	const account = named(store, user);
	if (!account) return nobody();
	if (!account.live) return html(page(`@${user}`, '<h1>LIVE has ended</h1>', 'Sandbox'));
	return player({ platform: 'tiktok', id: account.handle, title: account.live.title, live: true });
}

export function profile(store, { user }) {
	const account = named(store, user);
	if (!account) return nobody();
	return html(page(`@${user}`, `<h1>${escape(account.name)}</h1>${account.live ? `<a class="button" href="/tt/@${escape(user)}/live">LIVE</a>` : ''}`, 'Sandbox'));
}

export function coverImage(store, request, { id }) {
	const expires = Number(request.query.get('x-expires'));
	if (!(expires * 1000 > store.now())) return { status: 403, headers: { 'content-type': 'text/plain' }, body: 'URL signature expired' };
	return shown(store, id) ? picture(id, 180, 320) : { status: 404, headers: {}, body: '' };
}
export const avatar = ({ id }) => picture(id, 100, 100);
