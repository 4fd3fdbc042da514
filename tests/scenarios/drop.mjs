// drop.mjs: see drop.sh
import { Creator, Visitor, holds, invariantsHold, oneVariant, openShop, range, run, same } from './lib.mjs';

const SHOP = 'drop-shop.myshopify.com';

function tally(answers) {
	const count = {};
	for (const { status } of answers) count[status] = (count[status] ?? 0) + 1;
	return count;
}
const crowd = (n, tap) => Promise.all(range(n).map((i) => tap(new Visitor(), i)));

async function lastUnit(anna) {
	const link = await anna.link(await anna.offer('The last one', ['Last mug']));
	const answers = await crowd(200, (visitor) => visitor.tap(link));
	same('200 at once on one unit: one goes to the checkout, 199 are told, nothing else', tally(answers), { 303: 1, 409: 199 });
	holds('the 199 get the sold-out page', answers.filter(({ status }) => status === 409).every(({ text }) => /<h1[^>]*>[^<]*(sold out|gone|no stock)/i.test(text)),
		answers.find(({ status }) => status === 409)?.text.slice(0, 800));
}

async function fifty(anna) {
	const link = await anna.link(await anna.offer('Fifty', ['Fifty cups']));
	const units = (i) => 1 + i % 3;
	const answers = await crowd(200, async (visitor, i) => ({ ...await visitor.tap(link, `?units=${units(i)}`), units: units(i) }));
	const counts = tally(answers);
	const held = answers.filter(({ status }) => status === 303).reduce((sum, one) => sum + one.units, 0);
	same('200 on 50 units, one to three each: only redirects and sold out', Object.keys(counts).sort(), ['303', '409']);
	same('and exactly 50 units are held', held, 50);
	return link;
}

async function twoCreators(anna, ben) {
	const links = [await anna.link(await anna.offer('Hers', ['Shared bowl'])), await ben.link(await ben.offer('His', ['Shared bowl']))];
	const answers = await crowd(200, (visitor, i) => visitor.tap(links[i % 2]));
	same('two creators, one last unit, 100 visitors each: one is sold', tally(answers), { 303: 1, 409: 199 });
}

run(async () => {
	await openShop(SHOP, [oneVariant('Last mug', 1), oneVariant('Fifty cups', 50), oneVariant('Shared bowl', 1)]);
	const anna = await Creator.signUp('anna'), ben = await Creator.signUp('ben');
	await anna.connect(SHOP);
	await ben.connect(SHOP);
	await lastUnit(anna);
	await fifty(anna);
	await twoCreators(anna, ben);
	invariantsHold();
});
