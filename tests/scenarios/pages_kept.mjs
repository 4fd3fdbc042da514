// pages_kept.mjs: see pages_kept.sh. An answer has the id of the request that it was made for (X-Request-Id): two with one id are one page
// that was kept. While the database is stopped nothing can be made anew, so a page that is not kept is a 503, whatever the time.
import http from 'node:http';
import { Creator, Visitor, base, family, holds, oneVariant, openShop, run, same, sql, until } from './lib.mjs';

const SHOP = 'kept-shop.myshopify.com';
const PERSON = { 'User-Agent': 'Mozilla/5.0 (Linux; Android 14) Chrome/126.0 Mobile Safari/537.36', Accept: 'text/html,*/*;q=0.8' };
const SUPERVISOR = Number(process.env.UNIFYED_STACK_PID);

// The address as it stands, to the last byte: URL would tidy it up.
function look(path, headers = {}) {
	return new Promise((done, fail) => {
		const request = http.request(base, { path, headers: { ...PERSON, ...headers }, agent: false }, (answer) => {
			const parts = [];
			answer.on('data', (part) => parts.push(part));
			answer.on('end', () => done({ status: answer.statusCode, headers: answer.headers, id: answer.headers['x-request-id'], text: Buffer.concat(parts).toString() }));
		});
		request.on('error', fail);
		request.end();
	});
}

const counted = (type) => Number(sql(`select count(*) from u.event_log where type = '${type}'`)[0][0]);

// ---- the database away: its supervisor is held meanwhile, for it would start another at once
async function without(work) {
	const { postgres } = family();
	process.kill(SUPERVISOR, 'SIGSTOP');
	try {
		process.kill(postgres, 'SIGINT');
		await until('the end of the server', async () => (await look('/status/ready')).status === 503);
		await work();
	} finally {
		process.kill(SUPERVISOR, 'SIGCONT');
	}
	await until('the server', async () => (await look('/status/ready')).status === 200, 60000);
}

// ---- a replay, and addresses of it: the second that each begins at, as cgi-bin/r reads it
const begins = (text) => /href="\?play=1&amp;t=(\d+)&amp;on=[^"]*#player"/.exec(text)?.[1];
const ADDRESSES = [
	['', 0], ['?fbclid=1', 0], ['?t=30', 30], ['?utm_source=tiktok&t=31&fbclid=AQ_x-1.~', 31], ['?igshid=a%2Fb%20c&t=32', 32],
	['?t=33&t=34', 33], ['?t=34&t=33', 34], ['?%74=35&t=36', 35], ['?t=36&%74=35', 36], ['?t=37', 37], ['?T=37&t=38', 38], ['?t&t=39', 0], ['?t=&t=40', 0],
	['?x=?t=41&t=42', 42], ['?x?t=43', 0], ['?t=44?t=45', 0], ['?t=46#&t=47', 0], ['?x=1#&t=48', 48], ['?&t=49', 49], ['?&&x&&t=50&', 50],
	['?t=%35%31', 51], ['?t=+52', 0], ['?t+=53', 0], ['?xt=54', 0], ['?x[t]=1&t=55', 55], ['?a=1;t=56', 0], ['?t=57;x', 0], ['?t=-58', 0], ['?t=4294967355', 0],
	['?on=twitch&t=60', 60], ['?on=youtube&t=61', 61], ['?t=62&from=0', 62], ['?from=250&t=63', 63], ['?ON=youtube&t=64', 64],
];

async function showsItsOwnSecond(replay, when) {
	const wrong = [];
	for (const [query, second] of ADDRESSES) {
		const { status, text } = await look(replay + query);
		if (status !== 200 || begins(text) !== String(second)) wrong.push(`${query}: ${status}, ${begins(text)} instead of ${second}`);
	}
	same(`${when} each of ${ADDRESSES.length} addresses begins where it says`, wrong, []);
}

async function show(anna, offer) {
	const stream = await anna.api('POST', '/streams', { platform: 'youtube', title: 'Kitchen', url: 'https://www.youtube.com/watch?v=jNQXAC9IVRw' });
	await anna.api('POST', `/streams/${stream.id}/start`);
	const [session] = (await anna.api('GET', '/streams/sessions')).items;
	await anna.api('POST', `/streams/sessions/${session.id}/spotlight`, { offer: offer.id, product: anna.product('Mug').id });
	await anna.api('POST', `/streams/${stream.id}/end`);
	const replay = await until('the replay', async () => (await anna.api('GET', '/replays')).items.find((one) => one.state === 'published'));
	return { ...replay, path: new URL(replay.url).pathname };
}

// ---- while all is well
async function everyTapIsCounted(anna, replay) {
	const { id } = await anna.api('POST', '/bio/blocks', { kind: 'link', title: 'Shop', url: 'https://example.com/shop' });
	const out = `/@anna/out/${id}`, before = counted('LINK_IN_BIO_CLICK');
	for (const path of ['/@anna/view.gif', `${replay.path}/view.gif`, out, `${out}?fbclid=1`]) {
		const [one, two] = [await look(path), await look(path)];
		holds(`${path.replace(id, 'ID')}: two in a row are two answers, which nobody keeps`, one.id !== two.id && one.status === two.status && one.status < 400
			&& [one, two].every(({ headers }) => headers['cache-control'] === 'no-store'), `${one.status} ${one.id}, ${two.status} ${two.id}`);
	}
	await until('the taps', () => counted('LINK_IN_BIO_CLICK') === before + 4);
	await until('the views', () => counted('LINK_IN_BIO_VIEW') > 0 && counted('REPLAY_VIEW') > 0);
	return out;
}

// She is anna, then kit, then anna again: a browser that follows must arrive.
async function takesHerHandleBack(anna) {
	await anna.api('PATCH', '/auth/me', { handle: 'kit' });
	await until('/@anna leads to /@kit', async () => (await look('/@anna')).headers.location === '/@kit');
	holds('no browser keeps that', /max-age=0/.test((await look('/@anna')).headers['cache-control']));
	await anna.api('PATCH', '/auth/me', { handle: 'anna' });
	await until('/@anna is a page again', async () => (await look('/@anna')).status === 200);
	await until('/@kit leads to it', async () => (await look('/@kit')).headers.location === '/@anna');
}

async function nobodyTakesHerColoursInAdvance(anna) {
	const theme = (accent) => ({ theme: { accent, ground: '#ffffff' } });
	const { revision } = await anna.api('PATCH', '/bio', theme('#9d174d'));
	await look(`/@anna/theme.css?r=${revision + 1}`); // which is not there yet
	await look('/@anna/theme.css');
	await anna.api('PATCH', '/bio', theme('#1e3a8a'));
	for (const query of [`?r=${revision + 1}`, '']) {
		const { text } = await look(`/@anna/theme.css${query}`);
		holds(`theme.css${query && '?r=...'} has the colours she chose`, text.includes('--accent: #1e3a8a') && !text.includes('#9d174d'), text.slice(0, 120));
	}
}

async function takesBackWhatIsKept(anna, replay) {
	same('a page that she takes back was there', [(await look('/@anna')).status, (await look(replay.path)).status], [200, 200]);
	await anna.api('PATCH', '/bio', { published: false });
	await anna.api('POST', `/replays/${replay.id}/unpublish`);
	await until('both are gone', async () => (await look('/@anna')).status === 404 && (await look(replay.path)).status === 404);
	for (const accept of ['application/json', 'text/html']) {
		const { status, headers } = await look('/@anna', { Accept: accept });
		same(`whoever asks for ${accept} is told the same`, [status, headers['content-type']], [404, 'text/html; charset=utf-8']);
	}
	await without(async () => {
		same('and they do not come back without the database', [(await look('/@anna')).status, (await look(replay.path)).status], [404, 404]);
	});
	await anna.api('PATCH', '/bio', { published: true });
	await anna.api('POST', `/replays/${replay.id}/publish`);
	await until('both are there again', async () => (await look('/@anna')).status === 200 && (await look(replay.path)).status === 200);
}

// ---- while the database is stopped
async function honest(path, what) {
	const { status, headers, text } = await look(path);
	holds(`${what}: a 503 that says when to come back`, status === 503 && Number(headers['retry-after']) > 0 && headers['cache-control'] === 'no-store'
		&& /^text\/html/.test(headers['content-type']) && /<h1/.test(text), `${status} ${JSON.stringify(headers)}`);
}

async function isKept(path, kept) {
	const { status, id, text } = await look(path);
	holds(`${path.replace(/replay_[a-z0-9]+/, 'ID')}: what is kept, whole`, status === 200 && id === kept.id && text === kept.text, `${status} ${id}, kept is ${kept.id}`);
}

async function keptPagesAreShown(anna, replay, link, out) {
	const kept = [];
	await look('/@anna?fbclid=1');
	await showsItsOwnSecond(replay.path, 'kept by the addresses of strangers,');
	await without(async () => {
		for (const path of ['/@anna', `${replay.path}?t=30`]) {
			kept.push([path, await look(path)]);
			holds(`${path.replace(/replay_[a-z0-9]+/, 'ID')} is shown`, kept.at(-1)[1].status === 200 && kept.at(-1)[1].text.endsWith('</html>\n'));
		}
		for (const query of ['?fbclid=1', '?fbclid=2', '?utm_source=tiktok&utm_medium=%E2%9C%A8', '?t=9', '?%74=1', '?x=#&?']) await isKept(`/@anna${query}`, kept[0][1]);
		for (const query of ['?t=30&igshid=2', '?utm_medium=x&t=30&fbclid=3', '?t=30&t=31', '?play=&t=30']) await isKept(replay.path + query, kept[1][1]);
		await showsItsOwnSecond(replay.path, 'without the database');
		await honest(`${replay.path}?t=59`, 'a part of it that nobody asked for yet');
		await honest('/@ann%61?n=1', 'another spelling of a kept page');
		await honest('/@ben', 'a page that nobody looked at yet');
		await honest('/r/never-seen', 'a replay that nobody looked at yet');
		for (const [path, what] of [['/@anna/view.gif', 'the view of a kept page'], [`${replay.path}/view.gif`, 'the view of a kept replay'], [out, 'a link on its way out']]) await honest(path, what);
		const { status, headers } = await new Visitor().tap(link);
		holds('a moment link: 503 and when to come back', status === 503 && Number(headers['retry-after']) > 0, `${status} ${headers['retry-after']}`);
	});
	return kept;
}

async function allIsMadeAnew(kept, link, out) {
	for (const [path, { id }] of [...kept, ['/@ben', {}]]) await until('pages made anew', async () => {
		const now = await look(path);
		return now.status === 200 && now.id !== id;
	});
	same('pages are made anew, a link leads out, a moment link sells', [(await look(out)).status, (await new Visitor().tap(link)).status], [303, 303]);
}

run(async () => {
	await openShop(SHOP, [oneVariant('Mug', 20)]);
	const anna = await Creator.signUp('anna');
	await Creator.signUp('ben');
	await anna.connect(SHOP);
	const offer = await anna.offer('Kitchen', ['Mug']), link = await anna.link(offer), replay = await show(anna, offer);

	const out = await everyTapIsCounted(anna, replay);
	await takesHerHandleBack(anna);
	await nobodyTakesHerColoursInAdvance(anna);
	await takesBackWhatIsKept(anna, replay);
	await allIsMadeAnew(await keptPagesAreShown(anna, replay, link, out), link, out);
});
