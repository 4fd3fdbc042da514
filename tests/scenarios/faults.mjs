// faults.mjs: see faults.sh
import { Creator, Harm, Visitor, control, holds, invariantsHold, oneVariant, openShop, ordersAt, pay, range, run, same, sleep, sql, until } from './lib.mjs';

const SHOP = 'fault-shop.myshopify.com';
const FACTOR = Number(process.env.UNIFYED_FAULTS ?? 1);
const KILLS = 20 * FACTOR, BUYERS = 6, SCARCE = 25, PLENTY = 5000;
const PAUSE_MS = 350;

const harm = new Harm();
const wrong = [];      // answers of 500 and more that no wound explains
const acknowledged = []; // marks of redirects that visitors have in hand
const bought = [];     // addresses of orders that buyers have in hand
const counts = {};
let open = true;

const pick = (list) => list[Math.floor(Math.random() * list.length)];
const count = (what) => { counts[what] = (counts[what] ?? 0) + 1; };

function noted(what, answer) {
	count(`${what} ${answer.status}`);
	if (answer.status >= 500 && !harm.excused(answer, 'go')) wrong.push(`${what} ${answer.status}`);
	return answer;
}

// ---- what people do
async function buyer(links) {
	while (open) {
		const visitor = new Visitor(), link = pick(links);
		const tapped = noted('tap', await visitor.tap(link));
		if (tapped.status === 303) {
			acknowledged.push(tapped.mark);
			const again = noted('again', await visitor.tap(link));
			if (again.status === 303 && again.mark !== tapped.mark) wrong.push('a second tap of one visitor got another checkout');
			if (Math.random() < 0.5) await buy(tapped.location);
			else if (Math.random() < 0.3) noted('release', await visitor.release(link));
		}
		await sleep(20);
	}
}

async function buy(location) {
	const order = await pay(location);
	if (order) bought.push(order);
	count(order ? 'paid' : 'the shop had no more');
}

async function competitor(variantId) {
	for (; open; await sleep(200)) {
		await control('POST', `/shops/${SHOP}/sell`, { variantId, quantity: 1, channel: 'pos' });
		count('sold elsewhere');
	}
}

// ---- what dies
async function chaos(links) {
	for (const n of range(KILLS)) {
		await sleep(PAUSE_MS);
		if (n === Math.floor(KILLS / 2)) {
			const { all } = await harm.crashDatabase(async () => (await new Visitor().tap(links[0])).status < 500);
			console.log(`       PostgreSQL crashed; the first click was answered again after ${all} ms`);
		}
		if (Math.random() < 0.6) await harm.killWorker();
		else harm.killHelper();
	}
}

// ---- what must be true afterwards
async function settle() {
	await control('POST', '/webhooks', { timeScale: 2000 });
	await until('the deliveries', async () => (await control('POST', '/flush', { timeoutMs: 5000 })).pending === 0);
	await until('the inbox', () => Number(sql(`select count(*) from u.webhook_inbox where state = 'new'`)[0][0]) === 0);
}

async function check(anna, link) {
	const known = new Set(sql('select mark from u.checkout_session').flat());
	same(`every one of ${acknowledged.length} acknowledged clicks has its checkout`, acknowledged.filter((mark) => !known.has(mark)), []);
	const there = (await ordersAt(SHOP)).map(({ id }) => String(id)).sort();
	const here = sql('select external_id from u.shop_order').flat().sort();
	same(`every one of ${there.length} orders of the shop is here once`, here, there);
	holds(`and among them all ${bought.length} that buyers hold a receipt of`, bought.length <= there.length);
	const [[credited]] = sql('select count(*) from u.shop_order where session_id is not null');
	same('every buyer who came through a link is credited', Number(credited), bought.length);
	const [[units]] = sql(`select coalesce(sum(s.units), 0) from u.checkout_session s where s.link_id = (select id from u.short_link where code = '${link.code}') and s.state in ('open', 'completed')`);
	holds(`of ${SCARCE} scarce units no more than that are held or sold`, Number(units) <= SCARCE, units);
	same('nothing was answered 5xx but in the hands of what died', [...new Set(wrong)], []);
	invariantsHold();
	same('GET /status/integrity agrees', (await anna.api('GET', '/status/integrity')).holds, true);
}

run(async () => {
	const shop = await openShop(SHOP, [oneVariant('Plenty', PLENTY), oneVariant('Also sold elsewhere', PLENTY), oneVariant('Scarce', SCARCE)]);
	const anna = await Creator.signUp('anna');
	await anna.connect(SHOP);
	const links = [];
	for (const title of ['Plenty', 'Also sold elsewhere', 'Scarce']) links.push(await anna.link(await anna.offer(title, [title])));

	const elsewhere = shop.products.find(({ title }) => title === 'Also sold elsewhere').variants[0].id;
	const people = [...range(BUYERS).map(() => buyer(links)), competitor(elsewhere)];
	await chaos(links);
	open = false;
	await Promise.all(people);
	await settle();

	console.log(`       ${Object.entries(counts).sort().map(([what, n]) => `${what}: ${n}`).join(', ')}`);
	const back = harm.back.map(Math.round).sort((a, b) => a - b);
	console.log(`       ${harm.workers} workers and ${harm.helpers} helpers killed; a worker was back after ${back[Math.floor(back.length / 2)]} ms (median), ${back.at(-1)} ms at most`);
	await check(anna, links[2]);
});
