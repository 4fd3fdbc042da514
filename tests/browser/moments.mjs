// moments.mjs: after a show its creator puts the moments right, without a script: adds, corrects, merges and deletes them. Phone and desk,
// light and dark; the validator and axe look at each page (tools/look.mjs).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Creator, oneVariant, openShop } from '../scenarios/lib.mjs';
import { LOOKS, open, picture, sound } from './tools/look.mjs';

const base = process.env.UNIFYED_BASE_URL;
const name = `moments-${Date.now().toString(36)}`, SHOP = `${name}.myshopify.com`;
let eyes, anna, page, show, passed = 0, failed = 0;

const step = (title, work) => test(title, async () => {
	try { await work(); passed++; } catch (problem) { failed++; throw problem; }
});
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));
const rows = () => page.locator('section', { has: page.getByRole('heading', { name: 'Moments', exact: true }) }).locator('li');

before(async () => {
	eyes = await open();
	await openShop(SHOP, [oneVariant('Hand-thrown mug', 40), oneVariant('Linen apron', 3)]);
	anna = await Creator.signUp(name.replace('-', '.'));
	await anna.connect(SHOP);
	const mug = await anna.offer('Mugs', ['Hand-thrown mug']);
	await anna.offer('Aprons', ['Linen apron']);
	const stream = await anna.api('POST', '/streams', { platform: 'youtube', title: 'Kitchen: mugs & aprons', url: 'https://www.youtube.com/watch?v=jNQXAC9IVRw' });
	await anna.api('POST', `/streams/${stream.id}/start`);
	await sleep(2000);
	await anna.api('POST', `/streams/sessions/${stream.session}/spotlight`, { offer: mug.id ?? mug });
	await sleep(2000);
	await anna.api('POST', `/streams/${stream.id}/end`);
	show = `${base}/dashboard/shows/${stream.session}`;
	page = await eyes.page({ scripts: false });
	await page.goto(`${base}/dashboard/login`);
	await page.getByLabel('E-mail', { exact: true }).fill(anna.email);
	await page.getByLabel('Password', { exact: true }).fill(anna.password);
	await page.getByRole('button', { name: 'Log in', exact: true }).click();
});

after(async () => {
	await eyes?.close();
	console.log(`${passed} passed, ${failed} failed`);
});

step('the show is found from the list of streams', async () => {
	await page.goto(`${base}/dashboard/streams`);
	await page.getByRole('link', { name: 'Moments and what they sold' }).click();
	assert.equal(page.url(), show);
	assert.equal(await rows().count(), 1);
});

step('a moment is added, and what is wrong is said at its field', async () => {
	await page.getByLabel('When').fill('soon');
	await page.getByLabel('What it sells').selectOption({ label: 'Linen apron · Aprons' });
	await page.getByLabel('Title').fill('The apron, close');
	await page.getByRole('button', { name: 'Add it' }).click();
	assert.match(await page.locator('#w-at').innerText(), /time like/i);
	assert.equal(await page.getByLabel('Title').inputValue(), 'The apron, close');
	await picture(page, 'show-refused-no-scripts');
	await page.getByLabel('When').fill('0:01');
	await page.getByRole('button', { name: 'Add it' }).click();
	assert.equal(await rows().count(), 2);
	assert.match(await rows().first().innerText(), /The apron, close/);
});

step('a moment is corrected', async () => {
	await rows().first().getByRole('link').click();
	await page.getByLabel('Title').fill('');
	await page.getByRole('button', { name: 'Save' }).click();
	assert.equal(page.url(), show);
	assert.match(await rows().first().innerText(), /^Linen apron/);
});

step('the pages are sound', async () => {
	const wrong = [], state = await page.context().storageState();
	const moment = await rows().first().getByRole('link').getAttribute('href');
	for (const [device, scheme] of LOOKS) {
		const seen = await eyes.page({ device, scheme, state });
		for (const [what, url] of [['show', show], ['moment', base + moment]]) {
			await seen.goto(url);
			wrong.push(...await sound(seen, what, `${device}-${scheme}`));
		}
	}
	assert.deepEqual(wrong, []);
});

step('a moment is merged into another, and that one deleted', async () => {
	await rows().first().getByRole('link').click();
	await page.getByRole('button', { name: 'Merge' }).click();
	assert.equal(await rows().count(), 1);
	assert.match(await rows().first().innerText(), /Hand-thrown mug[\s\S]*0:01/);
	await page.getByRole('button', { name: 'Look for more' }).click();
	await rows().first().getByRole('link').click();
	await page.getByRole('button', { name: 'Delete the moment' }).click();
	assert.equal(page.url(), show);
	assert.match(await page.locator('main').innerText(), /No moments\./);
});
