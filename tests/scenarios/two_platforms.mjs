// two_platforms.mjs: see two_platforms.sh
import { spawnSync } from 'node:child_process';
import { Creator, Visitor, ask, base, control, holds, invariantsHold, oneVariant, openShop, pay, range, run, same, sleep, sql, until } from './lib.mjs';

const SHOP = 'kitchen-shop.myshopify.com';
const TITLES = ['Mug', 'Bowl', 'Plate', 'Spoon', 'Apron'];
const MINUTE = 60000;
let ahead = 0;

// Time passes in the database and in the outside world; the helpers look meanwhile.
async function pass(times, minutes = 1) {
	for (let i = 0; i < times; i++) {
		ahead += minutes * MINUTE;
		await control('POST', '/clock', { setMs: Date.now() + ahead });
		sql(`update u.test_clock set offset_ms = ${ahead}`);
		await sleep(600);
	}
}

function ownClock() {
	const ran = spawnSync('psql', ['-X', '-q', '-v', 'ON_ERROR_STOP=1', process.env.UNIFYED_STACK_PG, '-f', new URL('../clock.sql', import.meta.url).pathname], { encoding: 'utf8' });
	if (ran.status !== 0) throw new Error(ran.stderr);
}

// The browser's way: our address, the platform's consent page (which agrees by itself), our callback.
async function connect(anna, platform) {
	const { accounts: [account] } = await control('POST', `/${platform}/accounts`, { accounts: [{ name: 'Anna', handle: 'anna' }] });
	await control('POST', `/${platform}`, { autoApprove: account.id });
	const begun = await ask(`${base}/connections/${platform}/auth-url`, { headers: { Authorization: `Bearer ${anna.key}`, Accept: 'application/json' } });
	const Cookie = begun.headers['set-cookie'].map((line) => line.split(';')[0]).join('; ');
	const back = (await ask(JSON.parse(begun.text).url)).location;
	const done = await ask(back, { headers: { Cookie } });
	holds(`${platform} is connected`, done.status < 400, `${done.status} ${done.text.slice(0, 300)}`);
	await until(`the pushes of ${platform}`, () => sql(`select 1 from u.push_subscription where platform = '${platform}'`).length > 0
		&& sql(`select 1 from u.push_subscription where platform = '${platform}' and state <> 'active'`).length === 0);
	return account.id;
}

const count = (what) => Number(sql(`select count(*) from ${what}`)[0][0]);
const happened = (type) => count(`u.event_log where type = '${type}'`);
const bothOn = (when) => {
	same(`${when}: two streams are on`, count("u.stream where state = 'live'"), 2);
	same(`${when}: none has ended`, happened('STREAM_ENDED'), 0);
};

// One tap shows a product; a viewer buys what the pinned link leads to then.
async function moment(anna, session, pin, offer, i) {
	const product = anna.product(TITLES[i]).id;
	await anna.api('POST', `/streams/sessions/${session}/spotlight`, { offer: offer.id, product, title: TITLES[i] });
	await pass(1);
	const tap = await new Visitor().tap(pin);
	same(`moment ${i + 1}: the pinned link leads to the checkout`, tap.status, 303);
	holds(`moment ${i + 1}: and she pays`, await pay(tap.location) !== null);
}

async function everyButton(anna) {
	const { items } = await anna.api('GET', '/replays');
	same('there is one replay', items.length, 1);
	const page = await ask(items[0].url, { headers: { Accept: 'text/html' } });
	const links = [...new Set([...page.text.matchAll(/href="([^"]*\/go\/[^"?]+)[^"]*"/g)].map(([, url]) => new URL(url, base).href))];
	same('with five buttons', links.length, 5);
	for (const url of links) same('a button buys', (await new Visitor().tap({ url })).status, 303);
}

run(async () => {
	ownClock();
	await openShop(SHOP, TITLES.map((title) => oneVariant(title, 20)));
	const anna = await Creator.signUp('anna');
	await anna.connect(SHOP);
	const offer = await anna.offer('Kitchen', TITLES);
	const youtube = await connect(anna, 'youtube'), twitch = await connect(anna, 'twitch');
	await control('POST', '/pushes', { duplicate: 1 });

	const { video } = await control('POST', `/youtube/accounts/${youtube}/live`, { title: 'Kitchen' });
	await control('POST', `/twitch/accounts/${twitch}/live`, { title: 'Kitchen' });
	await pass(3);
	await until('two streams', () => happened('STREAM_STARTED') === 2);
	const sessions = (await anna.api('GET', '/streams/sessions')).items;
	same('they are one session', sessions.length, 1);
	const session = sessions[0].id, pin = await anna.api('POST', `/streams/sessions/${session}/link`, { platform: 'youtube' });

	for (const i of range(2)) await moment(anna, session, pin, offer, i);
	for (const target of ['youtube', 'twitch']) await control('POST', '/faults', { target, mode: 'status', status: 500, forMs: 10 * MINUTE });
	for (const i of [2, 3]) { await moment(anna, session, pin, offer, i); await pass(4); }
	bothOn('after ten minutes of errors');
	await pass(3);
	await moment(anna, session, pin, offer, 4);
	bothOn('before the end');

	await control('POST', `/youtube/accounts/${youtube}/end`, {});
	await control('POST', `/twitch/accounts/${twitch}/end`, {});
	await pass(14);
	await until('the end of both', () => happened('STREAM_ENDED') === 2);
	await control('POST', `/youtube/videos/${video.id}/process`, {});
	await pass(8, 10); // they are looked for after 5 minutes, then after an hour
	await until('their recordings', () => happened('REPLAY_AUTO_IMPORTED') === 2);
	await until('five purchases', () => happened('PURCHASE_COMPLETED') === 5);
	await everyButton(anna);
	for (const [type, n] of Object.entries({ STREAM_AUTO_DETECTED: 2, STREAM_STARTED: 2, STREAM_ENDED: 2, MOMENT_CREATED: 5, REPLAY_CREATED: 1,
		REPLAY_PUBLISHED: 1, REPLAY_AUTO_IMPORTED: 2, PURCHASE_COMPLETED: 5 })) same(`${type} ${n} times`, happened(type), n);
	same('no stream began twice', count("(select subject from u.event_log where type = 'STREAM_STARTED' group by 1 having count(*) > 1) t"), 0);
	invariantsHold();
});
