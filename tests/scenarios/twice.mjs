// twice.mjs: see twice.sh
import { createHmac, randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { Creator, Visitor, ask, base, control, holds, invariantsHold, oneVariant, openShop, range, run, same, stack, until } from './lib.mjs';

const SHOP = 'twice-shop.myshopify.com';
const NOTE = 'Please ring twice — "the blue door" </script> \\ \u{1f381}\n¿sí?';

function deliver(payload, topic, id) {
	const secret = /^shopify_client_secret *= *(.*)$/m.exec(readFileSync(`${stack}/unifyed.conf`, 'utf8'))[1];
	return ask(`${base}/webhooks/shopify`, { method: 'POST', body: payload, headers: {
		'Content-Type': 'application/json', 'X-Shopify-Topic': topic, 'X-Shopify-Shop-Domain': SHOP, 'X-Shopify-Webhook-Id': id,
		'X-Shopify-API-Version': '2026-10', 'X-Shopify-Triggered-At': new Date().toISOString(),
		'X-Shopify-Hmac-Sha256': createHmac('sha256', secret).update(payload).digest('base64') } });
}

// An order of one who came through the link, whose own webhooks are not sent.
async function buyThrough(link, shop) {
	const { attributes, properties } = await new Visitor().tap(link);
	const { variants } = shop.products[0];
	const { payload } = await control('POST', `/shops/${SHOP}/orders`, { lines: [{ variantId: variants[0].id, quantity: 1 }], paid: true,
		note: NOTE, attributes, properties, email: 'b@buyer.example', send: false });
	return payload;
}

async function once(anna, what, answers, orders) {
	same(`${what}: every delivery is taken`, [...new Set(answers.map(({ status }) => status))], [200]);
	await until('the order', async () => (await anna.all('/orders')).filter(({ paid_at }) => paid_at).length >= orders);
	const listed = await anna.all('/orders');
	same(`${what}: one order`, listed.length, orders);
	holds(`${what}: it is hers`, listed[0].credit.mine, JSON.stringify(listed[0].credit));
	same(`${what}: one PURCHASE_COMPLETED`, (await anna.all('/events?type=PURCHASE_COMPLETED')).length, orders);
	same(`${what}: one RESERVATION_CONFIRMED`, (await anna.all('/events?type=RESERVATION_CONFIRMED')).length, orders);
}

run(async () => {
	const shop = await openShop(SHOP, [oneVariant('Mug', 10)]);
	const anna = await Creator.signUp('anna');
	await anna.connect(SHOP);
	const link = await anna.link(await anna.offer('Mugs', ['Mug']));

	const first = await buyThrough(link, shop), id = randomUUID();
	await once(anna, 'one webhook 50 times', await Promise.all(range(50).map(() => deliver(first, 'orders/create', id))), 1);

	const second = await buyThrough(link, shop), topics = ['orders/create', 'orders/paid', 'orders/updated'];
	await once(anna, '50 webhooks of one order', await Promise.all(range(50).map((i) => deliver(second, topics[i % 3], randomUUID()))), 2);
	invariantsHold();
});
