// bulk.mjs: see bulk.sh
import { readFileSync } from 'node:fs';
import { Creator, control, family, holds, invariantsHold, run, same, sleep, sql, until } from '../scenarios/lib.mjs';

const SHOP = 'bulk-shop.myshopify.com';
const FACTOR = Number(process.env.FACTOR ?? 1);
const EACH = 50;
const PRODUCTS = Math.max(4, Math.round(2000 * FACTOR));
const VARIANTS = PRODUCTS * EACH + 1;
const STOCK = 3;
const MEMORY_KIB = 64 * 1024;
const PATIENCE_MS = 120000 + 15 * VARIANTS;

// Peak memory of a process so far, in KiB, as the kernel counts it.
function peakOf(pid) {
	try {
		return Number(/^VmHWM:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
	} catch {
		return 0;
	}
}

// Looks at every helper of the name while `going` says so; answers the highest peak.
async function watch(name, going) {
	let peak = 0;
	while (going()) {
		for (const helper of family().helpers) if (helper.name === name) peak = Math.max(peak, peakOf(helper.pid));
		await sleep(200);
	}
	return peak;
}

const sync = () => sql(`select y.state, y.phase, y.products, y.variants, y.problem from u.catalog_sync y join u.shop s on s.id = y.shop_id where s.domain = '${SHOP}'`)[0];
const count = (text) => Number(sql(text)[0][0]);

async function untilDone() {
	await until('the catalog', () => sync()?.[0] === 'done', PATIENCE_MS, 500);
}

run(async () => {
	await control('POST', '/shops', { shop: SHOP, name: 'Bulk', currency: 'EUR', autoApprove: true, synthetic: { products: PRODUCTS, variantsPerProduct: EACH, stock: STOCK },
		products: [{ title: 'A real one', variants: [{ price: '12.00', stock: 7 }] }] });
	const anna = await Creator.signUp('anna');
	let going = true;
	const watching = watch('catalog_sync', () => going);
	const began = Date.now();
	const connecting = anna.connect(SHOP).catch(() => null);
	await untilDone();
	const ms = Date.now() - began;
	going = false;
	const peak = await watching;
	await connecting;
	const [state, , products, variants, problem] = sync();
	console.log(`figures: ${variants} variants of ${products} products in ${Math.round(ms / 100) / 10} s (${Math.round((VARIANTS * 1000) / ms)} a second); peak memory of the helper ${Math.round(peak / 102.4) / 10} MiB; FACTOR=${FACTOR}`);
	same('the sync is done, by files alone', [state, problem], ['done', '']);
	same('products and variants are all counted', [Number(products), Number(variants)], [PRODUCTS + 1, VARIANTS]);
	same('every variant is here', count('select count(*) from u.variant where deleted_at is null'), VARIANTS);
	same('every stock row was read, from the file', count("select count(distinct item_id) from u.inventory_snapshot where cause = 'catalog_sync'"), VARIANTS);
	same('the units are right', count('select sum(free) from u.inventory'), (VARIANTS - 1) * STOCK + 7);
	same('and nothing is left to read', count('select count(*) from u.inventory where dirty_at is not null') + count('select count(*) from u.catalog_line'), 0);
	holds('the memory of the helper was seen', peak > 0);
	holds(`the helper stayed under ${MEMORY_KIB / 1024} MiB`, peak < MEMORY_KIB, `${peak} KiB`);
	invariantsHold();
});
