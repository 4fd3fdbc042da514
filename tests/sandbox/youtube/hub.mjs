// The WebSub hub and the feed: subscriptions that must be confirmed and that end, and Atom entries signed with the
// subscriber's secret. It tells of new and changed videos and of deleted ones; that a live ended it never says.
import { own } from '../core/account.mjs';
import { json } from '../core/http.mjs';
import { wait } from '../core/faults.mjs';
import { webSub } from '../core/pushes.mjs';
import { token } from '../core/store.mjs';
import { escape } from '../shopify/pages.mjs';
import { isLoopback } from '../shopify/oauth.mjs';
import { of } from './world.mjs';

const text = (status, words = '') => ({ status, headers: { 'content-type': 'text/plain' }, body: words });
const CHANNEL = /\/feeds\/videos\.xml\?channel_id=([A-Za-z0-9_-]+)$/;
export const speak = (status, reason) => text(status ?? 400, reason ?? 'sandbox fault');

export const topicOf = (channel) => `https://www.youtube.com/xml/feeds/videos.xml?channel_id=${channel}`;
const keyOf = (callback, topic) => `${callback} ${topic}`;

// Who still listens to a channel on the sandbox's clock.
export function listeners(store, channel) {
	const { subscriptions } = store.state.youtube;
	for (const [key, row] of Object.entries(subscriptions)) if (store.now() >= row.untilMs) delete subscriptions[key];
	return Object.values(subscriptions).filter((row) => row.channel === channel);
}

export async function subscribe({ store, courier }, request) {
	const form = new URLSearchParams(request.body);
	const [mode, callback, topic, secret] = ['mode', 'callback', 'topic', 'secret'].map((name) => form.get(`hub.${name}`) ?? '');
	if (!['subscribe', 'unsubscribe'].includes(mode)) return text(400, 'hub.mode: subscribe or unsubscribe');
	if (!isLoopback(callback)) return text(400, 'hub.callback: the sandbox calls addresses on this machine only');
	if (!CHANNEL.test(topic)) return text(400, 'hub.topic: a feed of videos is needed');
	if (Buffer.byteLength(secret) > 200) return text(400, 'hub.secret: at most 200 bytes');
	const { settings } = store.state.youtube;
	const asked = Number(form.get('hub.lease_seconds') || settings.leaseS);
	const ask = { mode, callback, topic, secret, verifyToken: form.get('hub.verify_token'), channel: CHANNEL.exec(topic)[1], leaseS: Math.min(Math.max(60, asked || settings.leaseS), settings.maxLeaseS) };
	const done = verify(store, courier, ask);
	if (form.get('hub.verify') === 'sync') return (await done) ? text(204) : text(409, 'the callback did not confirm');
	return text(202);
}

// Asks the callback whether it wants this; only the challenge, sent back as it was, makes it so.
async function verify(store, courier, ask) {
	const { settings, subscriptions } = store.state.youtube;
	await wait(settings.verifyDelayMs || 1);
	const challenge = token(20);
	const params = settings.denyReason ? { 'hub.mode': 'denied', 'hub.topic': ask.topic, 'hub.reason': settings.denyReason }
		: { 'hub.mode': ask.mode, 'hub.topic': ask.topic, 'hub.challenge': challenge, ...(ask.mode === 'subscribe' ? { 'hub.lease_seconds': String(ask.leaseS) } : {}), ...(ask.verifyToken ? { 'hub.verify_token': ask.verifyToken } : {}) };
	let confirmed = false;
	const [push] = courier.send({ platform: 'youtube', kind: settings.denyReason ? 'denied' : `verify-${ask.mode}`, account: ask.channel, method: 'GET', copies: 1, delayMs: 0, forged: false, retry: false, url: `${ask.callback}${ask.callback.includes('?') ? '&' : '?'}${new URLSearchParams(params)}`,
		body: '', headers: () => ({ 'User-Agent': 'FeedFetcher-Google', Accept: '*/*' }), done: (one, answer) => { confirmed = !settings.denyReason && one.state === 'done' && answer.text === challenge; } });
	await push.first;
	if (!confirmed) return false;
	const key = keyOf(ask.callback, ask.topic);
	if (ask.mode === 'unsubscribe') delete subscriptions[key];
	else subscriptions[key] = { callback: ask.callback, topic: ask.topic, channel: ask.channel, secret: ask.secret, untilMs: store.now() + ask.leaseS * 1000 };
	store.touch();
	return true;
}

const stamp = (ms) => `${new Date(ms).toISOString().slice(0, 19)}+00:00`;
const FEED = '<?xml version="1.0" encoding="UTF-8"?>\n';

const entry = (account, video, now) => `<entry><id>yt:video:${video.id}</id><yt:videoId>${video.id}</yt:videoId><yt:channelId>${account.id}</yt:channelId><title>${escape(video.title)}</title>`
	+ `<link rel="alternate" href="https://www.youtube.com/watch?v=${video.id}"/><author><name>${escape(account.name)}</name><uri>https://www.youtube.com/channel/${account.id}</uri></author>`
	+ `<published>${stamp(video.publishedMs)}</published><updated>${stamp(now).replace('+', '.000000000+')}</updated></entry>`;

export function notice(account, videos, topic, now) {
	return `${FEED}<feed xmlns:yt="http://www.youtube.com/xml/schemas/2015" xmlns="http://www.w3.org/2005/Atom"><link rel="hub" href="https://pubsubhubbub.appspot.com"/><link rel="self" href="${escape(topic)}"/>`
		+ `<title>YouTube video feed</title><updated>${stamp(now).replace('+', '.000000000+')}</updated>${videos.map((video) => entry(account, video, now)).join('')}</feed>\n`;
}

export const tombstone = (account, id, now) => `${FEED}<feed xmlns:at="http://purl.org/atompub/tombstones/1.0" xmlns="http://www.w3.org/2005/Atom"><at:deleted-entry ref="yt:video:${escape(id)}" when="${stamp(now)}"><link href="https://www.youtube.com/watch?v=${escape(id)}"/>`
	+ `<at:by><name>${escape(account.name)}</name><uri>https://www.youtube.com/channel/${account.id}</uri></at:by></at:deleted-entry></feed>\n`;

// Sends one entry to everyone who listens. `how`: copies, delayMs, forged, topic (another feed's), atMs, body, target.
export function tell({ store, courier }, account, kind, video, how = {}) {
	const now = how.atMs ?? store.now();
	const rows = how.target ? [{ callback: how.target, topic: topicOf(account.id), secret: how.secret ?? '' }] : listeners(store, account.id);
	return rows.flatMap((row) => {
		const topic = how.topic ?? row.topic;
		const body = how.body ?? (kind === 'deleted' ? tombstone(account, video.id, now) : notice(account, [video], topic, now));
		return courier.send({ platform: 'youtube', kind, account: account.id, url: row.callback, body, copies: how.copies, delayMs: how.delayMs, forged: how.forged,
			headers: (bytes, forged) => ({ 'Content-Type': 'application/atom+xml', 'User-Agent': 'FeedFetcher-Google', Link: `<${topic}>; rel=self, <https://pubsubhubbub.appspot.com/>; rel=hub`,
				...(row.secret ? { 'X-Hub-Signature': webSub(forged ? `${row.secret}-wrong` : row.secret, bytes) } : {}) }) });
	});
}

export function feed(store, request) {
	const account = own(store.state.youtube.accounts, request.query.get('channel_id'));
	if (!account) return json({ error: 'not found' }, 404);
	const shown = of(store.state.youtube, account).filter((video) => video.privacy === 'public' && !video.hidden).sort((a, b) => b.publishedMs - a.publishedMs).slice(0, 15);
	return { status: 200, headers: { 'content-type': 'text/xml; charset=UTF-8' }, body: notice(account, shown, topicOf(account.id), store.now()) };
}
