// line.mjs: what is sold out is not the end: a sibling, or a place in line that becomes a unit of one's own and an order that is
// credited. On phone and desk, light and dark, without scripts. Pictures are kept (tools/look.mjs).
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Creator, oneVariant, openShop, until, Visitor } from '../scenarios/lib.mjs';
import { LOOKS, open, picture, sound } from './tools/look.mjs';

const sandbox = process.env.UNIFYED_SANDBOX_URL;
const name = `line-${Date.now().toString(36)}`, SHOP = `${name}.myshopify.com`;
let eyes, anna, link, waiting, pages, passed = 0, failed = 0;
const faster = new Visitor();

const step = (title, work) => test(title, async () => {
	try { await work(); passed++; } catch (problem) { failed++; throw problem; }
});
const text = (page) => page.locator('main').innerText();

before(async () => {
	eyes = await open();
	await openShop(SHOP, [oneVariant('Oak board', 1), oneVariant('Maple board', 4)]);
	anna = await Creator.signUp(name.replace('-', '.'));
	await anna.connect(SHOP);
	const offer = await anna.offer('Boards', ['Oak board', 'Maple board']), stream = await anna.stream('Boards');
	link = await anna.link(offer, { product: anna.product('Oak board').id, surface: 'live', stream: stream.id });
	assert.equal((await faster.tap(link)).status, 303);
});

after(async () => {
	await eyes?.close();
	console.log(`${passed} passed, ${failed} failed`);
});

step('sold out: the page names a sibling of the offer and the line', async () => {
	const wrong = [];
	for (const [device, scheme] of LOOKS) {
		const page = await eyes.page({ device, scheme });
		await page.goto(link.url);
		assert.match(await text(page), /Sold out for now[\s\S]*Still there[\s\S]*Maple board/);
		wrong.push(...await sound(page, 'line-sold-out', `${device}-${scheme}`));
	}
	assert.deepEqual(wrong, []);
	const page = await eyes.page({ scripts: false });
	await page.goto(link.url);
	await page.getByRole('link', { name: /Maple board/ }).click();
	assert.ok(page.url().startsWith(sandbox), page.url());
	assert.match(await page.locator('body').innerText(), /Maple board/);
});

step('the line: one tap, no script, no address asked for', async () => {
	waiting = await eyes.page({ scripts: false });
	await waiting.goto(link.url);
	await waiting.getByRole('button', { name: 'Wait in line for it' }).click();
	assert.match(await text(waiting), /You are next in line/);
	assert.equal(await waiting.locator('input:not([type=hidden])').count(), 0);
	await picture(waiting, 'line-waiting-no-scripts');
	await waiting.waitForEvent('load', { timeout: 15000 });
	pages = await waiting.evaluate('history.length');
	const wrong = [];
	for (const [device, scheme] of LOOKS) {
		const page = await eyes.page({ device, scheme });
		await page.goto(link.url);
		await page.getByRole('button', { name: 'Wait in line for it' }).click();
		assert.match(await text(page), /You are in line: \d before you/);
		wrong.push(...await sound(page, 'line-waiting', `${device}-${scheme}`));
		await page.getByRole('button', { name: 'Leave the line' }).click();
		assert.match(await text(page), /You left the line/);
		wrong.push(...await sound(page, 'line-left', `${device}-${scheme}`));
		await page.context().close();
	}
	assert.deepEqual(wrong, []);
});

step('what comes back is hers: the page says so by itself, and a newcomer is told to wait', async () => {
	assert.equal((await faster.release(link)).status, 303);
	assert.equal((await new Visitor().tap(link)).status, 409);
	await waiting.getByRole('button', { name: 'Buy it now' }).waitFor({ timeout: 25000 });
	assert.match(await waiting.title(), /Your turn/);
	await picture(waiting, 'line-turn-no-scripts');
	assert.equal(await waiting.evaluate('history.length'), pages); // looking again leaves no trail behind the back button
	const wrong = [], own = waiting.url();
	for (const [device, scheme] of LOOKS) { // her own link, on another device
		const page = await eyes.page({ device, scheme });
		await page.goto(own);
		assert.match(await text(page), /It is your turn/);
		wrong.push(...await sound(page, 'line-turn', `${device}-${scheme}`));
		await page.context().close();
	}
	assert.deepEqual(wrong, []);
});

step('she buys it at the promised price, and the sale is credited to the show', async () => {
	await waiting.getByRole('button', { name: 'Buy it now' }).click();
	assert.ok(waiting.url().startsWith(sandbox), waiting.url());
	assert.match(await waiting.locator('body').innerText(), /Oak board[\s\S]*30\.00/);
	await waiting.getByTestId('pay').click();
	const order = await until('the order', async () => (await anna.api('GET', '/orders')).items[0], 20000, 250);
	const whole = await anna.api('GET', `/orders/${order.id}`);
	assert.match(JSON.stringify(whole), new RegExp(link.id));
	const told = (await anna.all('/events')).map(({ type }) => type);
	for (const type of ['WAITLIST_JOINED', 'WAITLIST_OFFERED', 'WAITLIST_TAKEN', 'PURCHASE_COMPLETED'])
		assert.ok(told.includes(type), `${type} was not told`);
	assert.equal((await new Visitor().tap(link)).status, 409);
});
