// helpers_stopped.mjs: see helpers_stopped.sh
import { Creator, Visitor, family, holds, invariantsHold, oneVariant, openShop, run, same, sleep, sql, until } from './lib.mjs';

const SHOP = 'still-shop.myshopify.com';

// The schedule sleeps and starts nothing; what runs is ended.
async function stopHelpers() {
	const { ticker, helpers } = family();
	process.kill(ticker, 'SIGSTOP');
	for (const { pid } of helpers) process.kill(pid, 'SIGKILL');
	await until('the end of the helpers', () => family().helpers.length === 0);
	return { ticker, names: helpers.map(({ name }) => name).sort() };
}

// As if the hold's time had gone by.
const lapse = () => sql(`with gone as (update u.checkout_session set expires_at = u.clock() - interval '1 second' where state = 'open' returning id)
	update u.reservation r set expires_at = u.clock() - interval '1 second' from gone where r.session_id = gone.id`);

run(async () => {
	await openShop(SHOP, [oneVariant('Mug', 1)]);
	const anna = await Creator.signUp('anna');
	await anna.connect(SHOP);
	const link = await anna.link(await anna.offer('Mugs', ['Mug']));
	const { ticker, names } = await stopHelpers();
	holds('every helper is stopped', names.length > 5, names.join(' '));

	const first = new Visitor(), second = new Visitor();
	same('the first visitor gets the last unit', (await first.tap(link)).status, 303);
	same('the second does not, while it is held', (await second.tap(link)).status, 409);
	lapse();
	await sleep(100);
	same('once the hold has lapsed, the second gets it', (await second.tap(link)).status, 303);
	same('and the first no more', (await first.tap(link)).status, 409);
	same('the lapsed hold has told its end', [(await anna.all('/events?type=RESERVATION_EXPIRED')).length, (await anna.all('/events?type=CHECKOUT_ABANDONED')).length], [1, 1]);
	same('no helper ran meanwhile', family().helpers, []);
	invariantsHold();
	process.kill(ticker, 'SIGCONT');
});
