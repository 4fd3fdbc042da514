// bio.mjs: a creator makes the link in her bio her own, without a script: words, colours, what stands on it, when, in which order; and the
// public page shows just that. Phone and desk, light and dark; the validator and axe look at each page (tools/look.mjs).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Creator, oneVariant, openShop } from '../scenarios/lib.mjs';
import { LOOKS, open, picture, sound } from './tools/look.mjs';

const base = process.env.UNIFYED_BASE_URL;
const name = `bio-${Date.now().toString(36)}`, SHOP = `${name}.myshopify.com`, HANDLE = name.replace('-', '.');
const ADMIN = `${base}/dashboard/bio`, PUBLIC = `${base}/@${HANDLE}`;
let eyes, anna, page, viewer, passed = 0, failed = 0;

const step = (title, work) => test(title, async () => {
	try { await work(); passed++; } catch (problem) { failed++; throw problem; }
});
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const rows = () => page.locator('section', { has: page.getByRole('heading', { name: 'What stands on it' }) }).locator('ol > li');
const order = async () => (await rows().locator('strong').allInnerTexts()).map((text) => text.trim());

// nginx keeps a public page for up to two seconds, so it is asked again until it is as it should be.
async function everybodySees(good) {
	for (let tries = 0; ; tries++) {
		await viewer.goto(PUBLIC);
		const text = await viewer.locator('main').innerText();
		if (good(text)) return text;
		if (tries > 20) assert.fail(`the public page says: ${text}`);
		await sleep(300);
	}
}
const has = (...words) => (text) => words.every((word) => text.includes(word));

before(async () => {
	eyes = await open();
	await openShop(SHOP, [oneVariant('Hand-thrown mug', 40), oneVariant('Linen apron', 3)]);
	anna = await Creator.signUp(HANDLE);
	await anna.connect(SHOP);
	await anna.offer('Mugs', ['Hand-thrown mug']);
	await anna.offer('Aprons', ['Linen apron']);
	page = await eyes.page({ scripts: false });
	viewer = await eyes.page({ scripts: false });
	await page.goto(`${base}/dashboard/login`);
	await page.getByLabel('E-mail', { exact: true }).fill(anna.email);
	await page.getByLabel('Password', { exact: true }).fill(anna.password);
	await page.getByRole('button', { name: 'Log in', exact: true }).click();
});

after(async () => {
	await eyes?.close();
	console.log(`${passed} passed, ${failed} failed`);
});

step('the page is found from the menu, and says what everybody sees', async () => {
	await page.getByRole('link', { name: 'Link in bio' }).click();
	assert.equal(page.url(), ADMIN);
	assert.match(await page.locator('main').innerText(), /all your offers that run/);
	await everybodySees(has('Hand-thrown mug', 'Linen apron'));
	await picture(page, 'bio-admin-fresh');
});

step('colours that cannot be read are refused at their place, and nothing that was typed is lost', async () => {
	await page.getByLabel('About you').fill('Bowls & boards <3\nmade in Ghent');
	await page.getByRole('group', { name: 'By day' }).getByLabel('Buttons and links').fill('#ffe9a8');
	await page.getByLabel('Letters').selectOption('serif');
	await page.getByRole('button', { name: 'Save' }).click();
	assert.match(await page.locator('#w-light').innerText(), /4\.5 is needed/);
	assert.equal(await page.locator('#w-dark').count(), 0);
	assert.equal(await page.getByLabel('About you').inputValue(), 'Bowls & boards <3\nmade in Ghent');
	assert.equal(await page.getByRole('group', { name: 'By day' }).getByLabel('Buttons and links').inputValue(), '#ffe9a8');
	assert.equal(await page.getByLabel('Letters').inputValue(), 'serif');
	await picture(page, 'bio-refused-no-scripts');
});

step('words and colours that can be read are what everybody sees', async () => {
	await page.getByRole('group', { name: 'By day' }).getByLabel('Buttons and links').fill('#7a1f3d');
	await page.getByRole('group', { name: 'By day' }).getByLabel('Ground').fill('#fff7ef');
	await page.getByRole('group', { name: 'By night' }).getByLabel('Buttons and links').fill('#ffb4c6');
	await page.getByRole('group', { name: 'By night' }).getByLabel('Ground').fill('#22121a');
	await page.getByRole('button', { name: 'Save' }).click();
	assert.match(await page.locator('main').innerText(), /Saved\./);
	await everybodySees(has('Bowls & boards <3'));
	const buy = viewer.getByRole('link', { name: /^Buy/ }).first();
	assert.equal(await buy.evaluate((e) => getComputedStyle(e).backgroundColor), 'rgb(122, 31, 61)');
});

step('a link is put there; one that would lead astray is not', async () => {
	await page.getByRole('link', { name: 'Add a link' }).click();
	await page.getByLabel('What the button says').fill('My newsletter');
	await page.getByLabel('Where it leads').fill('https://anna:secret@example.com/letters');
	await page.getByRole('button', { name: 'Put it on the page' }).click();
	assert.match(await page.locator('#w-url').innerText(), /https:/);
	assert.equal(await page.getByLabel('What the button says').inputValue(), 'My newsletter');
	await page.getByLabel('Where it leads').fill('https://example.com/letters');
	await page.getByRole('button', { name: 'Put it on the page' }).click();
	assert.deepEqual(await order(), ['What you sell now', 'Replays', 'My newsletter']);
	await everybodySees(has('Hand-thrown mug', 'My newsletter'));
});

step('an offer stands by itself, and things change places', async () => {
	await page.getByRole('link', { name: 'An offer' }).click();
	await page.getByLabel('Which offer').selectOption({ label: 'Aprons' });
	await page.getByLabel('Heading').fill('Today only');
	await page.getByRole('button', { name: 'Put it on the page' }).click();
	for (const from of ['Today only', 'Today only', 'Today only'])
		await page.getByRole('button', { name: `Move up ${from}` }).click();
	assert.deepEqual(await order(), ['Today only', 'What you sell now', 'Replays', 'My newsletter']);
	await page.getByRole('button', { name: 'Move down Replays' }).click();
	assert.deepEqual(await order(), ['Today only', 'What you sell now', 'My newsletter', 'Replays']);
	assert.equal(await rows().first().getByRole('button', { name: /^Move up/ }).count(), 0);
	const text = await everybodySees(has('Today only', 'My newsletter'));
	assert.ok(text.indexOf('Linen apron') < text.indexOf('Hand-thrown mug') && text.indexOf('Hand-thrown mug') < text.indexOf('My newsletter'), text);
});

step('what waits for tomorrow, and what is hidden, nobody sees', async () => {
	const tomorrow = new Date(Date.now() + 864e5).toISOString().slice(0, 16);
	await page.getByRole('link', { name: 'A text' }).click();
	await page.locator('#f-body').fill('The kiln opens\nat noon');
	await page.getByText('Only for some time').click();
	await page.getByLabel('From').fill(tomorrow);
	await page.getByLabel('Until').fill('2020-01-01T10:00');
	await page.getByRole('button', { name: 'Put it on the page' }).click();
	assert.match(await page.locator('#w-ends_at').innerText(), /later than it starts/i);
	await page.getByLabel('Until').fill('');
	await page.getByRole('button', { name: 'Put it on the page' }).click();
	assert.match(await rows().last().innerText(), /Not yet/);
	await rows().filter({ hasText: 'My newsletter' }).getByRole('link', { name: /^Edit/ }).click();
	await page.getByLabel('Show it').uncheck();
	await page.getByRole('button', { name: 'Save' }).click();
	assert.match(await rows().filter({ hasText: 'My newsletter' }).innerText(), /Hidden/);
	const text = await everybodySees((seen) => !seen.includes('My newsletter'));
	assert.ok(!text.includes('kiln'), text);
});

step('with everything hidden the page does not fall back to showing all', async () => {
	const blocks = (await anna.api('GET', '/bio/blocks')).items;
	for (const block of blocks) await anna.api('PATCH', `/bio/blocks/${block.id}`, { visible: false });
	await everybodySees((text) => !text.includes('Hand-thrown mug') && text.includes('Nothing here just now'));
	for (const block of blocks) await anna.api('PATCH', `/bio/blocks/${block.id}`, { visible: true });
	await everybodySees(has('Hand-thrown mug', 'My newsletter'));
});

step('two windows: what changed meanwhile is not overwritten', async () => {
	await page.goto(ADMIN);
	await rows().filter({ hasText: 'My newsletter' }).getByRole('link', { name: /^Edit/ }).click();
	const id = page.url().split('/').pop();
	await anna.api('PATCH', `/bio/blocks/${id}`, { title: 'My letters' });
	await page.getByLabel('What the button says').fill('My news');
	await page.getByRole('button', { name: 'Save' }).click();
	assert.match(await page.getByRole('alert').innerText(), /in the meantime/);
	assert.equal(await page.getByLabel('What the button says').inputValue(), 'My news');
	await page.goto(ADMIN);
	assert.equal((await order()).includes('My letters'), true);
});

step('two windows: a page that is old by now moves nothing, and shows how it stands', async () => {
	await page.goto(ADMIN);
	const before = await order(), { items } = await anna.api('GET', '/bio/blocks'), ids = items.map(({ id }) => id);
	await anna.api('POST', '/bio/order', { blocks: [...ids.slice(2), ...ids.slice(0, 2)] });
	await page.getByRole('button', { name: `Move up ${before[2]}` }).click();
	assert.match(await page.getByRole('alert').innerText(), /Nothing was moved/);
	assert.deepEqual(await order(), [...before.slice(2), ...before.slice(0, 2)]);
	await picture(page, 'bio-old-window');
	await anna.api('POST', '/bio/order', { blocks: ids });
	await page.goto(ADMIN);
	assert.deepEqual(await order(), before);
});

step('with scripts, at a desk, in the dark: the same', async () => {
	const still = page;
	page = await eyes.page({ device: 'desk', scheme: 'dark', state: await still.context().storageState() });
	try {
		await page.goto(ADMIN);
		await page.getByRole('group', { name: 'By night' }).getByLabel('Buttons and links').fill('#331122');
		await page.getByLabel('About you').fill('Bowls & boards <3\nby hand');
		await page.getByRole('button', { name: 'Save' }).click();
		assert.match(await page.locator('#w-dark').innerText(), /4\.5 is needed/);
		assert.equal(await page.getByLabel('About you').inputValue(), 'Bowls & boards <3\nby hand');
		await page.getByRole('group', { name: 'By night' }).getByLabel('Buttons and links').fill('#ffb4c6');
		await page.getByRole('button', { name: 'Save' }).click();
		await page.getByRole('link', { name: 'Add a link' }).click();
		await page.getByLabel('What the button says').fill('Studio visits');
		await page.getByLabel('Where it leads').fill('https://example.com/visits');
		await page.getByRole('button', { name: 'Put it on the page' }).click();
		await page.getByRole('button', { name: 'Move up Studio visits' }).click();
		assert.equal((await order()).at(-2), 'Studio visits');
		await everybodySees(has('by hand', 'Studio visits'));
		await rows().filter({ hasText: 'Studio visits' }).getByRole('link', { name: /^Edit/ }).click();
		await page.getByRole('link', { name: 'Take it away' }).click();
		await page.getByRole('button', { name: 'Take it away' }).click();
		await everybodySees((text) => !text.includes('Studio visits'));
	} finally {
		await page.context().close();
		page = still;
	}
});

step('the pages are sound', async () => {
	const wrong = [], state = await page.context().storageState();
	const edit = await rows().filter({ hasText: 'My letters' }).getByRole('link', { name: /^Edit/ }).getAttribute('href');
	for (const [device, scheme] of LOOKS) {
		const seen = await eyes.page({ device, scheme, state });
		for (const [what, url] of [['bio-admin', ADMIN], ['bio-block', base + edit], ['bio-offer', `${ADMIN}/blocks/new?kind=offer`],
			['bio-text', `${ADMIN}/blocks/new?kind=text`], ['bio-gone', `${base}${edit}/delete`], ['bio-themed', PUBLIC]]) {
			await seen.goto(url);
			wrong.push(...await sound(seen, what, `${device}-${scheme}`));
		}
	}
	assert.deepEqual(wrong, []);
});

step('a dark ground by day and a light one by night are read as well', async () => {
	const wrong = [], state = await page.context().storageState(), now = await anna.api('GET', '/bio');
	await anna.api('PATCH', '/bio', { theme: { accent: '#ffd166', ground: '#10212b', accent_dark: '#0b4f6c', ground_dark: '#fdf6e3' } });
	await everybodySees(has('Today only'));
	for (let tries = 0; await viewer.evaluate(() => getComputedStyle(document.documentElement).backgroundColor) !== 'rgb(16, 33, 43)'; tries++) {
		assert.ok(tries < 20, 'the page is not in her colours');
		await sleep(300);
		await viewer.goto(PUBLIC);
	}
	for (const [device, scheme] of LOOKS) {
		const seen = await eyes.page({ device, scheme, state });
		await seen.goto(PUBLIC);
		wrong.push(...await sound(seen, 'bio-turned', `${device}-${scheme}`));
	}
	assert.deepEqual(wrong, []);
	await anna.api('PATCH', '/bio', { theme: now.theme });
});

step('the keyboard alone reaches and moves a thing', async () => {
	await page.goto(ADMIN);
	const before = await order();
	await page.getByRole('button', { name: `Move down ${before[0]}` }).focus();
	await page.keyboard.press('Enter');
	await page.waitForURL(/#blocks$/);
	assert.deepEqual(await order(), [before[1], before[0], ...before.slice(2)]);
});

step('no console complained', () => assert.deepEqual(eyes.said, []));

step('a thing is taken away, and the page back from everybody', async () => {
	await rows().filter({ hasText: 'My letters' }).getByRole('link', { name: /^Edit/ }).click();
	await page.getByRole('link', { name: 'Take it away' }).click();
	assert.match(await page.locator('main').innerText(), /My letters/);
	await page.getByRole('link', { name: 'Keep it' }).click();
	await page.goto(ADMIN);
	assert.equal((await order()).includes('My letters'), true);
	await rows().filter({ hasText: 'My letters' }).getByRole('link', { name: /^Edit/ }).click();
	await page.getByRole('link', { name: 'Take it away' }).click();
	await page.getByRole('button', { name: 'Take it away' }).click();
	assert.equal((await order()).includes('My letters'), false);
	await page.getByRole('button', { name: 'Take it back' }).click();
	assert.match(await page.locator('.head').first().innerText(), /Not shown/);
	for (let tries = 0; (await viewer.goto(PUBLIC)).status() !== 404; tries++) {
		assert.ok(tries < 20, 'the page is still there');
		await sleep(300);
	}
	await page.getByRole('button', { name: 'Show it to everybody' }).click();
	await everybodySees(has('Today only'));
});
