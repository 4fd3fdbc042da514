// moments.mjs: after a show its creator puts the moments right, without a script: adds, corrects, merges and deletes them, and decides about
// those that the crowd suggests. Phone and desk,
// light and dark; the validator and axe look at each page (tools/look.mjs).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Creator, oneVariant, openShop, sql, until, Visitor } from '../scenarios/lib.mjs';
import { LOOKS, open, picture, sound } from './tools/look.mjs';

const base = process.env.UNIFYED_BASE_URL;
const name = `moments-${Date.now().toString(36)}`, SHOP = `${name}.myshopify.com`;
let eyes, anna, link, page, show, passed = 0, failed = 0;

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
	link = await anna.link(mug, { surface: 'live', stream: stream.id });
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

// Two crowds in a long show: real taps, at times of their own.
async function crowds() {
	for (let i = 0; i < 12; i++) assert.equal((await new Visitor().tap(link)).status, 303);
	const clicks = `u.event_log where type = 'LINK_CLICKED' and subject = (select id from u.short_link where code = '${link.code}')`;
	await until('the taps', () => sql(`select count(*) from ${clicks}`)[0][0] === '12', 10000);
	sql(`update u.live_session set started_at = started_at - interval '40 minutes' where creator_id = (select id from u.creator where handle = '${anna.handle}');
		with c as (select id, row_number() over (order by id) as n from ${clicks})
		update u.event_log e set at = l.started_at + case when c.n <= 6 then interval '10 minutes 5 seconds' else interval '20 minutes 5 seconds' end
		  from c, u.live_session l where e.id = c.id and l.creator_id = e.creator_id`);
}

step('what the crowd suggests is kept with one press, or dismissed for good', async () => {
	const suggested = () => page.locator('section', { has: page.getByRole('heading', { name: 'Suggested', exact: true }) }).locator('li');
	await crowds();
	await page.getByRole('button', { name: 'Look for more' }).click();
	assert.equal(await suggested().count(), 2);
	assert.match(await suggested().first().innerText(), /10:00[\s\S]*6 taps within 30 s/);
	await picture(page, 'show-suggested-no-scripts');
	const wrong = [], state = await page.context().storageState();
	for (const [device, scheme] of LOOKS) {
		const seen = await eyes.page({ device, scheme, state });
		await seen.goto(show);
		wrong.push(...await sound(seen, 'show-suggested', `${device}-${scheme}`));
	}
	assert.deepEqual(wrong, []);
	await page.getByRole('button', { name: 'Keep the moment at 10:00' }).click();
	assert.equal(page.url(), show);
	assert.equal(await suggested().count(), 1);
	assert.equal(await rows().count(), 1);
	assert.match(await rows().first().innerText(), /Hand-thrown mug[\s\S]*10:00/);
	await page.getByRole('button', { name: 'Dismiss the moment at 20:00' }).click();
	assert.equal(await suggested().count(), 0);
	assert.equal(await rows().count(), 1);
	await page.getByRole('button', { name: 'Look for more' }).click(); // neither comes back
	assert.equal(await suggested().count(), 0);
	assert.equal(await rows().count(), 1);
});
