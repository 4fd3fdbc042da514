// surfaces.mjs: a creator goes live, shows things with a tap, ends; her viewers find the replay and the page in her bio. On phone and
// desk, light and dark, with scripts and without; what is sold out leads on from there to what is left and to the line. No page may load
// what its policy forbids. Pictures are kept (tools/look.mjs).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Creator, oneVariant, openShop, until } from '../scenarios/lib.mjs';
import { LOOKS, open, picture, sound, weight } from './tools/look.mjs';

const base = process.env.UNIFYED_BASE_URL, sandbox = process.env.UNIFYED_SANDBOX_URL;
const name = `surf-${Date.now().toString(36)}`, SHOP = `${name}.myshopify.com`;
const PLAYER = '<!doctype html><title>player</title><script>window.got = []; addEventListener("message", (e) => got.push(e.data));</script>';
let eyes, anna, replay, stream, passed = 0, failed = 0;

const step = (title, work) => test(title, async () => {
	try { await work(); passed++; } catch (problem) { failed++; throw problem; }
});
const aged = () => new Promise((done) => setTimeout(done, 2100)); // nginx keeps a page for one whole second, by the clock: for two at most
const text = (page) => page.locator('main').innerText();

// The platforms' players are elsewhere; this one keeps what it is told. Pictures come from nowhere.
async function offline(page) {
	await page.route(`${sandbox}/embed/**`, (route) => route.fulfill({ contentType: 'text/html', body: PLAYER }));
	await page.route(`${sandbox}/vi/**`, (route) => route.fulfill({ contentType: 'image/svg+xml', body: '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="270"><rect width="480" height="270" fill="#46527a"/></svg>' }));
	return page;
}

before(async () => {
	eyes = await open();
	const pictured = (product) => ({ ...product, image: `${sandbox}/vi/${product.title.replace(/\W/g, '')}/hqdefault.jpg` }); // of another host than the pages
	await openShop(SHOP, [oneVariant('Hand-thrown mug', 40), oneVariant('Linen apron', 3), oneVariant('Oak board', 0), oneVariant('Maple board', 4),
		{ title: 'Felt hat', variants: ['Small', 'Large'].map((title) => ({ title, price: '25.00', stock: 0 })) }].map(pictured));
	anna = await Creator.signUp(name.replace('-', '.'));
	await anna.connect(SHOP);
	for (const title of ['Hand-thrown mug', 'Linen apron', 'Felt hat']) await anna.offer(title, [title]);
	await anna.offer('Boards', ['Oak board', 'Maple board']);
	stream = await anna.api('POST', '/streams', { platform: 'youtube', title: 'Kitchen: mugs, aprons & boards', url: 'https://www.youtube.com/watch?v=jNQXAC9IVRw', delay_s: 1 });
	await anna.api('POST', `/streams/${stream.id}/start`);
});

after(async () => {
	await eyes?.close();
	console.log(`${passed} passed, ${failed} failed`);
});

async function dashboard(options) {
	const page = await eyes.page(options);
	await page.goto(`${base}/dashboard/login`);
	await page.getByLabel('E-mail', { exact: true }).fill(anna.email);
	await page.getByLabel('Password', { exact: true }).fill(anna.password);
	await page.getByRole('button', { name: 'Log in', exact: true }).click();
	return page;
}

step('live: a tap on the phone puts a product into the light, without a script', async () => {
	const page = await dashboard({ scripts: false });
	await page.getByRole('link', { name: 'Show products' }).click();
	for (const title of ['Hand-thrown mug', 'Linen apron', 'Oak board']) {
		await page.getByRole('button', { name: new RegExp(title) }).click();
		await page.locator('.tiles .lit', { hasText: title }).waitFor();
		await aged();
	}
	await page.getByRole('button', { name: 'Make the link to pin' }).click();
	const pin = await page.getByLabel('Pin this there; it follows you').inputValue();
	await picture(page, 'live-no-scripts');
	await page.getByRole('button', { name: /Linen apron/ }).click();
	await aged();
	const viewer = await eyes.page();
	await viewer.goto(pin);
	assert.ok(viewer.url().startsWith(sandbox), viewer.url());
	assert.match(await viewer.locator('body').innerText(), /Linen apron/);
	await page.getByRole('button', { name: 'Show nothing' }).click();
	assert.equal(await page.locator('.tiles .lit').count(), 0);
	assert.match(await text(page), /Moments so far/);
});

step('live: the page is sound', async () => {
	const wrong = [], state = await (await dashboard()).context().storageState();
	for (const [device, scheme] of LOOKS) {
		const page = await eyes.page({ device, scheme, state });
		await page.goto(`${base}/dashboard/live`);
		wrong.push(...await sound(page, 'live', `${device}-${scheme}`));
	}
	assert.deepEqual(wrong, []);
});

step('while she is live her page says so, and it stops by itself', async () => {
	const page = await eyes.page({ scripts: false });
	await page.goto(`${base}/@${anna.handle}`);
	assert.match(await text(page), /Live now/);
	await picture(page, 'bio-live');
	await anna.api('POST', `/streams/${stream.id}/end`);
	await until('the replay', async () => { replay = (await anna.api('GET', '/replays')).items[0]; return replay?.state === 'published'; }, 20000);
	await aged();
	await page.reload();
	assert.doesNotMatch(await text(page), /Live now/);
});

step('replay: without scripts it is watched, sought and bought from', async () => {
	const page = await offline(await eyes.page({ scripts: false }));
	await page.goto(replay.url);
	assert.equal(await page.locator('iframe').count(), 0);
	await page.getByRole('link', { name: /Play/ }).click();
	assert.match(await page.locator('iframe').getAttribute('src'), /\/embed\/jNQXAC9IVRw\?.*autoplay=1$/);
	const seek = page.locator('a.seek').nth(1), at = await seek.getAttribute('data-second');
	await seek.click();
	assert.match(await page.locator('iframe').getAttribute('src'), new RegExp(`start=${at}$`));
	await picture(page, 'replay-playing-no-scripts');
	await page.getByRole('link', { name: 'Buy Hand-thrown mug' }).click();
	const button = page.getByRole('button');
	if (!page.url().startsWith(sandbox)) await button.click();
	assert.ok(page.url().startsWith(sandbox), page.url());
	await until('the view and the tap', async () => {
		const now = (await anna.api('GET', '/replays')).items[0];
		return now.views === 1 && now.clicks >= 1;
	}, 10000);
});

step('replay: with scripts it seeks inside the player', async () => {
	const page = await offline(await eyes.page({ device: 'desk' }));
	await page.goto(`${replay.url}?play=1`);
	const frame = page.frames().find((f) => f.url().includes('/embed/'));
	const seek = page.locator('a.seek').nth(2), at = Number(await seek.getAttribute('data-second')), where = page.url();
	await seek.click();
	assert.equal(page.url(), where);
	await until('the message', async () => (await frame.evaluate(() => globalThis.got)).some((m) => JSON.parse(m).func === 'seekTo' && JSON.parse(m).args[0] === at), 5000);
	assert.equal(await page.locator('.moments li.here').count(), 1);
});

step('pages: one that was only asked about is not kept as an empty one', async () => {
	for (const url of [replay.url, `${base}/@${anna.handle}`]) {
		assert.equal((await fetch(`${url}?head`, { method: 'HEAD' })).status, 200);
		assert.match(await (await fetch(`${url}?head`)).text(), /<\/html>/);
	}
});

step('replay: what is sold out says so, and where to go on', async () => {
	const page = await eyes.page({ scripts: false });
	await page.goto(replay.url);
	assert.match(await text(page), /Oak board[\s\S]*Sold out/);
	const answer = await Promise.all([page.waitForNavigation(), page.getByRole('link', { name: 'Sold out' }).click()]);
	assert.ok([200, 409].includes(answer[0].status()));
	await picture(page, 'sold-out');
});

// Every way of looking: phone and desk, with scripts and without.
async function everyWay(look) {
	for (const device of ['phone', 'desk'])
		for (const scripts of [true, false]) {
			const page = await eyes.page({ device, scripts });
			await look(page, `${device}-${scripts ? 'scripts' : 'no-scripts'}`);
			await page.context().close();
		}
}

async function waitAndLeave(page) {
	await page.getByRole('button', { name: 'Wait in line for it' }).click();
	assert.match(await text(page), /You are next in line|You are in line: \d before you/);
	await page.getByRole('button', { name: 'Leave the line' }).click();
	assert.match(await text(page), /You left the line/);
}

step('replay: from what is sold out to what is left of the offer, and into the line', async () => {
	await everyWay(async (page, way) => {
		await page.goto(replay.url);
		const row = page.locator('.moments li', { hasText: 'Oak board' });
		assert.equal(await row.getByRole('link', { name: /^Buy/ }).count(), 0);
		await picture(page, `replay-with-sold-out-${way}`);
		const [answer] = await Promise.all([page.waitForNavigation(), row.getByRole('link', { name: 'Sold out' }).click()]);
		assert.equal(answer.status(), 409);
		assert.match(await text(page), /Sold out for now[\s\S]*Oak board[\s\S]*Still there[\s\S]*Maple board/);
		await picture(page, `replay-sold-out-${way}`);
		const back = page.url();
		await waitAndLeave(page);
		await page.goto(back);
		await page.getByRole('link', { name: /Maple board/ }).click();
		if (!page.url().startsWith(sandbox)) await page.getByRole('button').first().click();
		assert.ok(page.url().startsWith(sandbox), page.url());
	});
});

step('bio: what is sold out is shown so, and leads to the line of the one she would wait for', async () => {
	await everyWay(async (page, way) => {
		await page.goto(`${base}/@${anna.handle}`);
		const row = page.locator('.deals li', { hasText: 'Felt hat' });
		assert.equal(await row.getByRole('link', { name: /^Buy/ }).count(), 0);
		await picture(page, `bio-with-sold-out-${way}`);
		const [answer] = await Promise.all([page.waitForNavigation(), row.getByRole('link', { name: 'Sold out' }).click()]);
		assert.equal(answer.status(), 409);
		assert.match(await text(page), /Which one would you wait for\?[\s\S]*Small[\s\S]*Large/);
		await picture(page, `bio-sold-out-${way}`);
		await page.getByRole('link', { name: /Large/ }).click();
		assert.match(await text(page), /Sold out for now[\s\S]*Large/);
		await waitAndLeave(page);
	});
	const told = (await anna.all('/events')).map(({ type }) => type);
	for (const type of ['WAITLIST_JOINED', 'WAITLIST_ENDED', 'LINK_IN_BIO_CLICK', 'REPLAY_CLICK']) assert.ok(told.includes(type), `${type} was not told`);
});

step('replay: the page is sound and small', async () => {
	const wrong = [];
	for (const [device, scheme] of LOOKS) {
		const page = await offline(await eyes.page({ device, scheme }));
		await page.goto(replay.url);
		wrong.push(...await sound(page, 'replay', `${device}-${scheme}`));
	}
	const { requests, bytes } = await weight(await offline(await eyes.page()), replay.url);
	console.log(`figures: the replay page is ${requests} requests and ${bytes} bytes`);
	const first = await fetch(replay.url, { headers: { 'Accept-Encoding': 'gzip' } });
	assert.equal(first.headers.get('content-encoding'), 'gzip');
	assert.ok((await first.text()).length < 30 * 1024);
	assert.deepEqual(wrong, []);
});

step('bio: the page shows what she sells, leads out, and is sound', async () => {
	const block = await anna.api('POST', '/bio/blocks', { kind: 'link', title: 'My workshop', url: `${sandbox}/healthz`.replace('http://', 'https://') });
	for (const kind of ['offers', 'replays']) await anna.api('POST', '/bio/blocks', { kind, title: kind === 'offers' ? 'On offer' : 'Replays' });
	await anna.api('PATCH', '/bio', { about: 'Clay, linen and oak. مرحبا 🎉', theme: { accent: '#9d174d', ground: '#fff7ed', accent_dark: '#f9a8d4', ground_dark: '#1c1017', font: 'serif' } });
	await aged();
	const wrong = [];
	for (const [device, scheme] of LOOKS) {
		const page = await eyes.page({ device, scheme });
		await page.goto(`${base}/@${anna.handle}`);
		wrong.push(...await sound(page, 'bio', `${device}-${scheme}`));
	}
	assert.deepEqual(wrong, []);
	const out = await fetch(`${base}/@${anna.handle}/out/${block.id}`, { redirect: 'manual', headers: { 'User-Agent': 'Mozilla/5.0' } });
	assert.equal(out.status, 303);
	await until('the count', async () => (await anna.api('GET', '/bio/blocks')).items[0].clicks === 1, 10000);
	const page = await eyes.page({ scripts: false });
	await page.goto(`${base}/@${anna.handle}`);
	await picture(page, 'bio-no-scripts');
	await page.getByRole('link', { name: 'Buy Hand-thrown mug' }).click();
	if (!page.url().startsWith(sandbox)) await page.getByRole('button').click();
	assert.ok(page.url().startsWith(sandbox), page.url());
	const { requests, bytes } = await weight(await eyes.page(), `${base}/@${anna.handle}`);
	console.log(`figures: the bio page is ${requests} requests and ${bytes} bytes`);
});

step('dashboard: her replays are there, to name and to take back', async () => {
	const page = await dashboard({ scripts: false });
	await page.goto(`${base}/dashboard/replays`);
	await page.getByText('Kitchen: mugs').click();
	await page.getByLabel('Address (optional)').fill('-no-');
	await page.getByRole('button', { name: 'Save' }).click();
	assert.equal(await page.locator('.wrong').count(), 1);
	await page.getByLabel('Address (optional)').fill(name);
	await page.getByRole('button', { name: 'Save' }).click();
	await picture(page, 'dashboard-replay');
	assert.equal((await fetch(`${base}/r/${name}`)).status, 200);
	await page.getByRole('button', { name: 'Take it back' }).click();
	await page.getByRole('button', { name: 'Show it to everybody' }).waitFor();
	await aged();
	assert.equal((await fetch(`${base}/r/${name}`)).status, 404);
	const wrong = [], state = await page.context().storageState();
	for (const [device, scheme] of LOOKS.slice(0, 2)) {
		const look = await eyes.page({ device, scheme, state });
		for (const where of ['/dashboard/replays', `/dashboard/replays/${replay.id}`]) {
			await look.goto(base + where);
			wrong.push(...await sound(look, where.slice(11), `${device}-${scheme}`));
		}
	}
	assert.deepEqual(wrong, []);
});

step('nothing on any of these pages was blocked, missing or wrong', () => {
	assert.deepEqual(eyes.said, []);
});
