// look.mjs: what browser tests look at a page with. Pictures of every page are kept in $UNIFYED_SCREENSHOTS, else build/screenshots.
//   const eyes = await open();              the browser; eyes.page({ device, scheme, scripts }) is a page of a visitor of its own
//   await sound(page, 'bio', 'phone-dark')  what is wrong with it: axe (serious and critical), the HTML standard, width, targets
//   await weight(page, url)                 { requests, bytes } of a first visit, as they came over the wire
//   eyes.said                               what the consoles of all its pages complained of: a policy that blocked, a file that was not there
import { mkdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { HtmlValidate } from 'html-validate';
import { chromium } from 'playwright-core';

const folder = process.env.UNIFYED_SCREENSHOTS ?? 'build/screenshots';
const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const validator = new HtmlValidate({ root: true, extends: ['html-validate:standard'] });

export const PHONE = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, isMobile: true, hasTouch: true };
export const DESK = { viewport: { width: 1280, height: 800 } };
export const LOOKS = [['phone', 'light'], ['phone', 'dark'], ['desk', 'light'], ['desk', 'dark']];

export async function open() {
	mkdirSync(folder, { recursive: true });
	const said = [];
	const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium', args: ['--no-sandbox', '--disable-dev-shm-usage'] });
	const hear = (page) => {
		page.on('pageerror', (problem) => said.push(`${page.url()}: ${problem.message}`));
		page.on('console', (line) => {
			const { url } = line.location(), refusal = url === page.url() && line.text().startsWith('Failed to load resource'); // the page itself: it may be one
			if (line.type() === 'error' && !refusal) said.push(`${page.url()}: ${line.text()} ${url}`);
		});
		return page;
	};
	return {
		said,
		close: () => browser.close(),
		async page({ device = 'phone', scheme = 'light', scripts = true, state } = {}) {
			const size = device === 'phone' ? PHONE : DESK;
			const page = await (await browser.newContext({ ...size, colorScheme: scheme, javaScriptEnabled: scripts, storageState: state })).newPage();
			page.setDefaultTimeout(8000);
			return hear(page);
		},
	};
}

export const picture = (page, name) => page.screenshot({ path: path.join(folder, `${name.replace(/\W+/g, '-')}.png`), fullPage: true });

async function invalid(html, name) {
	const report = await validator.validateString(html);
	return report.results.flatMap(({ messages }) => messages.map((m) => `${name}: line ${m.line}: ${m.ruleId}: ${m.message}`));
}

// The page must run scripts, as axe is one; what it says is true without them too.
export async function sound(page, title, look) {
	const name = `${title} ${look}`, says = await invalid(await (await page.request.get(page.url())).text(), name);
	await picture(page, `${title}-${look}`);
	await page.evaluate(axe);
	const { violations } = await page.evaluate(() => globalThis.axe.run(document, { iframes: false }));
	for (const { id, impact, nodes } of violations)
		if (['serious', 'critical'].includes(impact)) says.push(`${name}: ${id} ${nodes.map((node) => node.html.slice(0, 120)).join(' | ')}`);
	const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
	if (wide > 0) says.push(`${name}: ${wide} pixels too wide`);
	const small = await page.evaluate(() => [...document.querySelectorAll('button, .button, nav a')]
		.filter((e) => e.checkVisibility() && e.getBoundingClientRect().height < 43.5).map((e) => e.outerHTML.slice(0, 80)));
	return [...says, ...small.map((e) => `${name}: less than 44 pixels high: ${e}`)];
}

export async function weight(page, url) {
	const session = await page.context().newCDPSession(page);
	let requests = 0, bytes = 0;
	await session.send('Network.enable');
	session.on('Network.responseReceived', () => { requests++; });
	session.on('Network.loadingFinished', ({ encodedDataLength }) => { bytes += encodedDataLength; });
	await page.goto(url, { waitUntil: 'networkidle' });
	await session.detach();
	return { requests, bytes };
}
