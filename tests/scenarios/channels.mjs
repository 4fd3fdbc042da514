// channels.mjs: see channels.sh
import { Creator, ask, base, control, holds, run, same, sql, until } from './lib.mjs';

const one = (text) => Number(sql(text)[0][0]);
const channels = (anna) => anna.api('GET', '/connections/channels').then(({ items }) => items);

// Over the platform's consent page, which agrees by itself, as a browser would; `change` does something to the way back.
async function connect(creator, platform, change = (way) => way) {
	const headers = { Authorization: `Bearer ${creator.key}`, Accept: 'application/json' };
	const begun = await ask(`${base}/connections/${platform}/auth-url`, { headers });
	if (begun.status !== 200) throw new Error(`auth-url: ${begun.status} ${begun.text}`);
	const Cookie = begun.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');
	const back = change((await ask(JSON.parse(begun.text).url)).location);
	return { back, Cookie, answer: await ask(back, { headers: { Cookie } }) };
}

const no = (way) => {
	const url = new URL(way);
	url.searchParams.delete('code');
	url.searchParams.set('error', 'access_denied');
	return String(url);
};
const problem = ({ status, text }) => [status, JSON.parse(text).type?.split('/').pop()];

async function accounts(name) {
	const made = {};
	for (const platform of ['youtube', 'tiktok', 'twitch']) {
		made[platform] = (await control('POST', `/${platform}/accounts`, { accounts: [{ name, handle: name }] })).accounts[0];
		await control('POST', `/${platform}`, { autoApprove: name });
	}
	return made;
}

run(async () => {
	const anna = await Creator.signUp('anna'), ben = await Creator.signUp('ben');
	const hers = await accounts('annalive');
	for (const platform of ['youtube', 'tiktok', 'twitch']) {
		const { back, Cookie, answer } = await connect(anna, platform);
		same(`${platform}: back at the dashboard`, [answer.status, answer.location], [303, `${base}/dashboard/connections`]);
		same(`${platform}: an answer counts once`, (await ask(back, { headers: { Cookie } })).status, 400);
		same(`${platform}: nobody else may connect the account`, problem((await connect(ben, platform)).answer), [409, 'account-taken']);
	}
	same('who says no connects nothing', problem((await connect(ben, 'youtube', no)).answer), [403, 'consent-refused']);
	same('three accounts are healthy', (await channels(anna)).map(({ platform, health }) => `${platform} ${health}`).sort(),
		['tiktok healthy', 'twitch healthy', 'youtube healthy']);
	same('of TikTok it is said that nobody can see', (await channels(anna)).find((c) => c.platform === 'tiktok').live_state, 'cannot_see');
	same('each was told once', one(`select count(*) from u.event_log where type = 'PLATFORM_CONNECTED'`), 3);
	await until('the pushes are wanted and confirmed', () => one(`select count(*) from u.push_subscription where state <> 'active'`) === 0 &&
		one('select count(*) from u.push_subscription') === 3, 30000, 250);

	await control('POST', `/youtube/accounts/${hers.youtube.id}/live`, { title: 'Kitchen, live' });
	await control('POST', `/twitch/accounts/${hers.twitch.id}/live`, { title: 'Kitchen, live', lagMs: 0 });
	await until('both streams are seen', () => one(`select count(*) from u.stream where state = 'live' and detected`) === 2, 60000, 250);
	same('they are one show', one('select count(distinct live_id) from u.stream'), 1);
	same('each was detected and started once', [one(`select count(*) from u.event_log where type = 'STREAM_AUTO_DETECTED'`),
		one(`select count(*) from u.event_log where type = 'STREAM_STARTED'`)], [2, 2]);
	const [stream] = (await anna.api('GET', '/streams')).items.filter(({ platform }) => platform === 'twitch');
	const own = await anna.api('POST', `/streams/${stream.id}/session`, {});
	holds('by hand it is a show of its own', own.id !== stream.session, own.id);
	await anna.api('POST', `/streams/sessions/${own.id}/spotlight`, { title: 'Hello' });
	same('and goes back', (await anna.api('POST', `/streams/${stream.id}/session`, { session: stream.session })).id, stream.session);
	same('with its moment', (await anna.api('GET', `/streams/sessions/${stream.session}/moments`)).items.map(({ title }) => title), ['Hello']);
	await control('POST', '/faults', { target: 'youtube', mode: 'status', status: 503, forMs: 4000 });
	await new Promise((done) => setTimeout(done, 5000));
	same('errors end nothing', one(`select count(*) from u.stream where state = 'live'`), 2);

	await control('POST', `/youtube/accounts/${hers.youtube.id}/end`, { vod: 'ready' });
	await control('POST', `/twitch/accounts/${hers.twitch.id}/end`, { vod: 'ready' });
	await until('both have ended', () => one(`select count(*) from u.stream where state = 'ended'`) === 2, 90000, 250);
	same('each ended once', one(`select count(*) from u.event_log where type = 'STREAM_ENDED'`), 2);
	await until('the replay', () => one('select count(*) from u.replay') === 1, 20000, 250);
	await until('its recordings', () => {
		sql(`update u.replay_video set look_at = u.clock() where state = 'wanted' and look_at > u.clock()`); // it would look in minutes
		return one(`select count(*) from u.replay_video where state = 'ready'`) === 2;
	}, 60000, 250);
	const replay = (await anna.api('GET', '/replays')).items[0];
	same('it is there for everybody', [replay.state, (await fetch(replay.url)).status], ['published', 200]);
	holds('it was imported', one(`select count(*) from u.event_log where type = 'REPLAY_AUTO_IMPORTED'`) >= 1, 'never');

	const youtube = (await channels(anna)).find((c) => c.platform === 'youtube');
	await anna.api('DELETE', `/connections/channels/${youtube.id}`);
	await until('its tokens are forgotten', () => one(`select count(*) from u.channel where platform = 'youtube' and access_sealed is null`) === 1, 30000, 250);
	same('somebody else may connect it now', (await connect(ben, 'youtube')).answer.status, 303);
	same('leaving was told', one(`select count(*) from u.event_log where type = 'PLATFORM_DISCONNECTED'`), 1);
});
