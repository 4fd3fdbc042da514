// flow.mjs [FOLDER]: a creator and her viewer, in real browsers, from sign-up to the credited order; never near the
// database. BASE_URL and SANDBOX_URL say where the product and the sandbox run; tests/with_stack.sh sets them under the
// names UNIFYED_BASE_URL and UNIFYED_SANDBOX_URL. The creator's browser runs no scripts. With a FOLDER (or
// $UNIFYED_SCREENSHOTS) each page is kept there on phone and desk, light and dark; without one two of the four are checked.
import assert from 'node:assert/strict';
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { chromium } from 'playwright-core';

const base = process.env.BASE_URL ?? process.env.UNIFYED_BASE_URL;
const sandbox = process.env.SANDBOX_URL ?? process.env.UNIFYED_SANDBOX_URL;
const folder = process.argv[2] ?? process.env.UNIFYED_SCREENSHOTS;
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
const DESK = { viewport: { width: 1280, height: 800 } };
const PATIENCE_MS = 90000;
const name = `flow-${Date.now().toString(36)}`;
const SHOP = `${name}.myshopify.com`;
const who = { email: `${name}@example.com`, password: 'correct horse battery staple', handle: name.replace('-', '.') };

let browser, creator, viewer, link, passed = 0, failed = 0;
const seen = new Map(); // what it is called -> path, for the check of every page at the end

const step = (title, work) => test(title, async () => {
	try {
		await work();
		passed++;
	} catch (problem) {
		failed++;
		if (folder && creator) await creator.screenshot({ path: path.join(folder, `failed-${failed}.png`), fullPage: true });
		throw problem;
	}
});

const visit = (where) => creator.goto(base + where);
const press = (label) => creator.getByRole('button', { name: label, exact: true }).click();
const follow = (label) => creator.getByRole('main').getByRole('link', { name: label, exact: true }).click();
const fill = (label, text) => creator.getByLabel(label, { exact: true }).fill(text);
const heading = () => creator.getByRole('heading', { level: 1 }).innerText();
const here = () => new URL(creator.url()).pathname;
const keep = (title) => seen.set(title, new URL(creator.url()).pathname + new URL(creator.url()).search);

async function control(where, body) {
	const answer = await fetch(sandbox + where, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: JSON.stringify(body) });
	assert.ok(answer.ok, `${where}: ${answer.status} ${await answer.clone().text()}`);
	return answer.json();
}

// Looks at the page again and again, as somebody without scripts does, until the text is there.
async function until(text) {
	for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await creator.waitForTimeout(250)) {
		if (await creator.getByRole('main').getByText(text).first().isVisible().catch(() => false)) return;
		await creator.reload().catch(() => {});
	}
	assert.fail(`“${text}” did not appear on ${here()}: ${await creator.getByRole('main').innerText()}`);
}

before(async () => {
	assert.ok(base && sandbox, 'BASE_URL and SANDBOX_URL say where the product and the sandbox run');
	if (folder) mkdirSync(folder, { recursive: true });
	browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
	creator = await (await browser.newContext({ ...PHONE, javaScriptEnabled: false })).newPage();
	creator.setDefaultTimeout(5000);
	await control('/control/shops', { shop: SHOP, name: 'Flow & Sons', currency: 'USD', products: [
		{ title: 'Ceramic mug', variants: [{ title: 'Default Title', price: '18.00', stock: 25 }] },
		{ title: 'Linen tote', variants: [{ title: 'Sand', sku: 'LT-1', price: '40.00', stock: 5 }, { title: 'Sea', sku: 'LT-2', price: '44.00', stock: 0 }] },
		{ title: '<b>Bold</b> "apron" & co', variants: [{ title: 'Default Title', price: '42.00', stock: 3 }] },
	] });
});

after(async () => {
	await browser?.close();
	console.log(`${passed} passed, ${failed} failed`);
});

step('a stranger is sent to the door, and keeps her way', async () => {
	await visit('/dashboard/offers');
	assert.equal(here(), '/dashboard/login');
	keep('login');
	await fill('E-mail', who.email);
	await fill('Password', 'not the password');
	await press('Log in');
	assert.match(await creator.getByRole('alert').innerText(), /wrong/);
	assert.equal(await creator.getByLabel('E-mail').inputValue(), who.email);
});

step('signing up names what is wrong and keeps what was typed', async () => {
	await visit('/dashboard/signup');
	keep('signup');
	await fill('Your name', 'Ana <Flow>');
	await fill('Handle', 'admin');
	await fill('E-mail', who.email);
	await fill('Password', 'short');
	await press('Make my account');
	assert.equal(await creator.locator('.wrong').count(), 2);
	assert.equal(await creator.getByLabel('Your name').inputValue(), 'Ana <Flow>');
	await fill('Handle', who.handle);
	await fill('Password', who.password);
	await press('Make my account');
	assert.equal(await heading(), 'Hello, Ana <Flow>');
});

step('the shop is connected over its own consent page', async () => {
	await follow('Connect your shop');
	await fill('Your Shopify shop', 'shop=evil.example/#');
	await press('Go to Shopify');
	assert.match(await creator.locator('.wrong').innerText(), /myshopify\.com/);
	await fill('Your Shopify shop', SHOP);
	await press('Go to Shopify');
	assert.ok(creator.url().startsWith(sandbox), creator.url());
	await creator.getByTestId('install').click();
	await creator.waitForURL(`${base}/dashboard/connections`);
	await until(/^3 products, 4 variants/);
	assert.match(await creator.getByRole('main').innerText(), /Healthy/);
	keep('shops');
});

step('her products and their stock are there, hostile names as text', async () => {
	await visit('/dashboard/products');
	keep('products');
	assert.ok(await creator.getByText('<b>Bold</b> "apron" & co').isVisible());
	await creator.getByLabel('Search products').fill('tote');
	await press('Search');
	assert.equal(await creator.locator('a.row').count(), 1);
	await creator.getByText('Linen tote').click();
	await until('5 to sell');
	assert.ok(await creator.getByText('0 to sell').isVisible());
	keep('product');
});

step('nonsense in an offer is named, and a good one becomes active', async () => {
	await visit('/dashboard/offers/new');
	keep('offer, new');
	await fill('Name', 'A quarter off');
	await fill('How much', '150');
	await creator.getByLabel('Ceramic mug').check();
	await press('Make and activate');
	assert.match(await creator.locator('.wrong').first().innerText(), /100/);
	assert.ok(await creator.getByLabel('Ceramic mug').isChecked());
	assert.equal(await creator.getByLabel('Name').inputValue(), 'A quarter off');
	await fill('How much', '25');
	await press('Make and activate');
	assert.equal(await heading(), 'A quarter off');
	await until(/^Active$/);
	assert.match(await creator.getByRole('main').innerText(), /\$13\.50\s+\$18\.00/);
	keep('offer');
});

step('it can be changed', async () => {
	await follow('Change');
	keep('offer, changing');
	await creator.getByText('Times and limits').click();
	await creator.getByLabel('At most this many times (optional)').fill('10');
	await press('Save');
	await until(/^Active$/);
	assert.match(await creator.getByRole('main').innerText(), /0 of 10/);
});

step('a stream is set up and started', async () => {
	await visit('/dashboard/streams/new');
	keep('stream, new');
	await fill('Title', 'Friday kitchen');
	await creator.getByLabel('Platform').selectOption('youtube');
	await press('Start it now');
	assert.equal(here(), '/dashboard/streams');
	assert.ok(await creator.locator('.badge.live').isVisible());
	keep('streams');
});

step('a link is made for it, to copy and to print', async () => {
	await follow('Make a link');
	keep('link, new');
	assert.equal(await creator.getByLabel('Stream').locator('option:checked').innerText(), 'Friday kitchen');
	await press('Make the link');
	link = await creator.getByLabel('Pin this').inputValue();
	assert.ok(link.startsWith(`${base}/go/`), link);
	assert.ok(await creator.getByAltText('The link as a QR code').evaluate((image) => image.complete && image.naturalWidth > 0));
	keep('link');
});

step('a viewer taps it and stands in the checkout at the promised price', async () => {
	viewer = await (await browser.newContext(PHONE)).newPage();
	viewer.setDefaultTimeout(5000);
	await viewer.goto(link);
	assert.ok(viewer.url().startsWith(sandbox), viewer.url());
	assert.equal(await viewer.getByTestId('checkout-total').getAttribute('data-minor'), '1350');
	if (folder) await viewer.screenshot({ path: path.join(folder, 'checkout.png') });
});

step('the creator sees the unit held', async () => {
	await visit('/dashboard');
	await until('held until');
	keep('home, a hold');
	if (folder) await creator.screenshot({ path: path.join(folder, 'home-with-a-hold.png'), fullPage: true });
});

step('the viewer pays, and the order is credited to platform and stream', async () => {
	await viewer.getByTestId('pay').click();
	const order = await viewer.getByTestId('order-name').innerText();
	await visit('/dashboard/orders');
	await until(order);
	keep('orders');
	await creator.getByText(order).click();
	assert.equal(await heading(), `Order ${order}`);
	const text = await creator.getByRole('main').innerText();
	assert.match(text, /Credited to you/);
	assert.match(text, /YouTube · Live · Friday kitchen/);
	assert.match(text, /Mark on the cart\s+Decided/);
	assert.match(text, /promised at \$13\.50/);
	keep('order');
	await visit('/dashboard');
	await until('1 sold');
	assert.match(await creator.getByRole('main').innerText(), /YouTube\s+\$13\.50/);
	keep('home');
});

step('an API key is shown once', async () => {
	await visit('/dashboard/settings');
	keep('settings');
	await fill('Time zone', 'Europe/Berlin');
	await press('Save');
	assert.match(await creator.getByRole('status').innerText(), /Saved/);
	await fill('Name of a new key', 'My program');
	await press('Make a key');
	const key = await creator.getByLabel('My program').inputValue();
	const answer = await fetch(`${base}/auth/me`, { headers: { Authorization: `Bearer ${key}` } });
	assert.equal((await answer.json()).handle, who.handle);
	await visit('/dashboard/settings');
	assert.ok(!(await creator.content()).includes(key));
	await press('Revoke My program');
	assert.equal((await fetch(`${base}/auth/me`, { headers: { Authorization: `Bearer ${key}` } })).status, 401);
});

step('every page is sound on phone and desk, light and dark', async () => {
	const state = await creator.context().storageState();
	const wrong = [];
	for (const title of ['offers', 'links']) seen.set(title, `/dashboard/${title}`);
	seen.set('link, which offer', '/dashboard/links/new?pick=1');
	seen.set('shop, leaving', `${await hrefOf('/dashboard/connections', 'Disconnect…')}`);
	seen.set('offer, deleting', `${seen.get('offer')}/delete`);
	seen.set('link, revoking', `${seen.get('link')}/revoke`);
	for (const [device, size, colorScheme] of [['phone', PHONE, 'light'], ['desk', DESK, 'dark'], ['phone', PHONE, 'dark'], ['desk', DESK, 'light']].slice(0, folder ? 4 : 2)) {
		const open = async (storageState) => (await browser.newContext({ ...size, colorScheme, storageState })).newPage();
		const inside = await open(state), outside = await open(undefined);
		for (const [title, where] of seen)
			wrong.push(...await look(['login', 'signup'].includes(title) ? outside : inside, title, where, `${device}-${colorScheme}`));
		await inside.context().close();
		await outside.context().close();
	}
	assert.deepEqual(wrong, []);
});

async function hrefOf(where, label) {
	await visit(where);
	return creator.getByRole('link', { name: label }).getAttribute('href');
}

// What is wrong with a page: what axe calls serious, a page wider than the screen, targets too small for a thumb.
async function look(page, title, where, look) {
	const says = [];
	await page.goto(base + where);
	if (folder) await page.screenshot({ path: path.join(folder, `${title.replace(/\W+/g, '-')}-${look}.png`), fullPage: true });
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() => globalThis.axe.run());
	for (const { id, impact, nodes } of violations)
		if (['serious', 'critical'].includes(impact)) says.push(`${title} ${look}: ${id} ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	if (wide > 0) says.push(`${title} ${look}: ${wide} pixels too wide`);
	const small = await page.evaluate(() => [...document.querySelectorAll('button, .button, nav a, input:not([type=hidden]):not([type=checkbox]):not([type=radio]), select, a.row, .pick')]
		.filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5).map((e) => e.outerHTML.slice(0, 80)));
	for (const e of small) says.push(`${title} ${look}: less than 44 pixels high: ${e}`);
	return says;
}

step('she closes it all again', async () => {
	await visit(seen.get('link'));
	await follow('Revoke…');
	await press('Revoke it');
	await until('Revoked');
	await visit(seen.get('offer'));
	await press('Pause');
	await until('Paused');
	await visit('/dashboard/streams');
	await press('End it');
	await until('Ended');
	const late = await viewer.goto(link);
	assert.equal(late.status(), 410);
	await visit('/dashboard/settings');
	await creator.getByRole('main').getByRole('button', { name: 'Log out' }).click();
	assert.equal(here(), '/dashboard/login');
	await visit('/dashboard');
	assert.equal(here(), '/dashboard/login');
	await fill('E-mail', who.email.toUpperCase());
	await fill('Password', who.password);
	await press('Log in');
	assert.equal(here(), '/dashboard');
});
