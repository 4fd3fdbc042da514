// The words of the Data API: channels, broadcasts, videos and the rest as JSON, part by part. Shapes follow fixtures/platforms/.
import { createHash } from 'node:crypto';
import { iso } from '../core/account.mjs';
import { of, onAir } from './world.mjs';

const tag = (...what) => createHash('sha256').update(JSON.stringify(what)).digest('base64url').slice(0, 27);
const chatOf = (video) => Buffer.from(`\n\r\n\v${video.id}`).toString('base64url');
const SIZES = { default: ['default', 120, 90], medium: ['mqdefault', 320, 180], high: ['hqdefault', 480, 360], standard: ['sddefault', 640, 480], maxres: ['maxresdefault', 1280, 720] };

function thumbnails(video, base) {
	return Object.fromEntries(Object.entries(SIZES).map(([key, [name, width, height]]) => [key, { url: `${base}/yt/vi/${video.id}/${name}${onAir(video) ? '_live' : ''}.jpg`, width, height }]));
}
const picked = (parts, all) => Object.fromEntries(Object.entries(all).filter(([name]) => parts.has(name)));

// ISO 8601 as YouTube writes a length: "PT1H30M28S"; "P0D" while it is not known.
export function length(seconds) {
	if (!seconds) return 'P0D';
	const [h, m, s] = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60];
	return `PT${h ? `${h}H` : ''}${m ? `${m}M` : ''}${s || (!h && !m) ? `${s}S` : ''}`;
}

export function channel(world, account, parts, base) {
	const mine = of(world, account);
	return { kind: 'youtube#channel', etag: tag(account.id, mine.length), id: account.id, ...picked(parts, {
		snippet: { title: account.name, description: '', customUrl: `@${account.handle.toLowerCase()}`, publishedAt: iso(account.sinceMs), thumbnails: { default: { url: `${base}/yt/avatar/${account.id}=s88`, width: 88, height: 88 } } },
		contentDetails: { relatedPlaylists: { likes: '', uploads: account.uploads } },
		statistics: { viewCount: '1000', subscriberCount: '1200', hiddenSubscriberCount: false, videoCount: String(mine.length) },
		status: { privacyStatus: 'public', isLinked: true, longUploadsStatus: 'allowed' },
	}) };
}

const lifeCycle = (video) => video.lifeCycle ?? (video.endedMs ? 'complete' : video.startedMs ? 'live' : video.scheduledMs ? 'ready' : 'created');
const RECORDING = { complete: 'recorded', live: 'recording' };

export function broadcast(world, video, parts, base) {
	const state = lifeCycle(video);
	return { kind: 'youtube#liveBroadcast', etag: tag(video), id: video.id, ...picked(parts, {
		snippet: { publishedAt: iso(video.publishedMs), channelId: video.claims ?? video.channel, title: video.title, description: video.description, thumbnails: thumbnails(video, base), scheduledStartTime: iso(video.scheduledMs ?? video.startedMs),
			isDefaultBroadcast: false, liveChatId: chatOf(video), actualStartTime: iso(video.startedMs), actualEndTime: iso(video.endedMs) },
		status: { lifeCycleStatus: state, privacyStatus: video.privacy, recordingStatus: RECORDING[state] ?? 'notRecording', madeForKids: false, selfDeclaredMadeForKids: false },
		contentDetails: { enableDvr: true, enableEmbed: video.embeddable, recordFromStart: true, latencyPreference: 'low', enableAutoStart: true, enableAutoStop: true },
		...(onAir(video) && video.viewers !== null ? { statistics: { concurrentViewers: String(video.viewers) } } : {}),
	}) };
}

const liveWord = (video) => (onAir(video) ? 'live' : video.live && !video.startedMs && !video.endedMs ? 'upcoming' : 'none');

function liveDetails(video) {
	return { actualStartTime: iso(video.startedMs), actualEndTime: iso(video.endedMs), scheduledStartTime: iso(video.scheduledMs),
		concurrentViewers: onAir(video) && video.viewers !== null ? String(video.viewers) : undefined, activeLiveChatId: video.endedMs ? undefined : chatOf(video) };
}

export function video(world, one, parts, base) {
	const processed = one.uploadStatus === 'processed' || (one.live && !one.endedMs);
	return { kind: 'youtube#video', etag: tag(one), id: one.id, ...picked(parts, {
		snippet: { publishedAt: iso(one.publishedMs), channelId: one.claims ?? one.channel, title: one.title, description: one.description, thumbnails: thumbnails(one, base), channelTitle: world.accounts[one.channel]?.name ?? '', categoryId: '22', liveBroadcastContent: liveWord(one) },
		contentDetails: { duration: length(one.live && one.uploadStatus !== 'processed' ? 0 : one.durationS), dimension: '2d', definition: 'hd' },
		status: { uploadStatus: processed ? 'processed' : one.uploadStatus, privacyStatus: one.privacy, license: 'youtube', embeddable: one.embeddable, publicStatsViewable: true, madeForKids: false },
		statistics: { viewCount: '9000', likeCount: '120', commentCount: '8' },
		...(one.live ? { liveStreamingDetails: liveDetails(one) } : {}),
	}) };
}

export function playlistItem(world, one, parts, base) {
	return { kind: 'youtube#playlistItem', etag: tag(one.id), id: Buffer.from(`pi.${one.id}`).toString('base64url'), ...picked(parts, {
		snippet: { publishedAt: iso(one.publishedMs), channelId: one.channel, title: one.title, description: one.description, thumbnails: thumbnails(one, base), channelTitle: world.accounts[one.channel]?.name ?? '',
			resourceId: { kind: 'youtube#video', videoId: one.id } },
		contentDetails: { videoId: one.id, videoPublishedAt: iso(one.publishedMs) },
		status: { privacyStatus: one.privacy },
	}) };
}

export function searchResult(world, one, base) {
	return { kind: 'youtube#searchResult', etag: tag(one.id, 's'), id: { kind: 'youtube#video', videoId: one.id }, snippet: { publishedAt: iso(one.publishedMs), channelId: one.channel, title: one.title, description: one.description,
		thumbnails: thumbnails(one, base), channelTitle: world.accounts[one.channel]?.name ?? '', liveBroadcastContent: liveWord(one), publishTime: iso(one.publishedMs) } };
}

export function stats(one, parts) {
	return { kind: 'youtube#videoStats', etag: tag(one.id, 'n'), id: one.id, ...picked(parts, { snippet: { publishTime: iso(one.publishedMs) }, contentDetails: { duration: length(one.durationS) }, statistics: { viewCount: '9000', likeCount: '120', commentCount: '8' } }) };
}
