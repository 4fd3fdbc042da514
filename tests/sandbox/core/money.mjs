// Money is counted in integer minor units and leaves as decimal text. How many decimals a currency
// has is looked up here: JPY has none, KWD three, most two.
import { bad } from './errors.mjs';

const NONE = new Set('BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF'.split(' '));
const THREE = new Set('BHD IQD JOD KWD LYD OMR TND'.split(' '));

export const exponent = (currency) => (NONE.has(currency) ? 0 : THREE.has(currency) ? 3 : 2);

// "40.00" -> 4000; refuses anything that is not a plain amount in that currency.
export function toMinor(text, currency, field = 'amount') {
	const digits = exponent(currency);
	const match = /^(\d{1,12})(?:\.(\d+))?$/.exec(String(text));
	if (!match) throw bad(`${field}: "${text}" is not an amount`);
	const fraction = (match[2] || '').replace(/0+$/, '');
	if (fraction.length > digits) throw bad(`${field}: "${text}" has more decimals than ${currency}`);
	return Number(match[1] + fraction.padEnd(digits, '0'));
}

// 4000 -> "40.00", the form of webhooks and of the Money scalar.
export function fromMinor(minor, currency) {
	const digits = exponent(currency);
	if (!digits) return String(minor);
	const text = String(Math.abs(minor)).padStart(digits + 1, '0');
	return `${minor < 0 ? '-' : ''}${text.slice(0, -digits)}.${text.slice(-digits)}`;
}

// 4000 -> "40.0", the form of MoneyV2.amount in the Admin API.
export function decimal(minor, currency) {
	const [whole, fraction = ''] = fromMinor(minor, currency).split('.');
	return `${whole}.${fraction.replace(/0+$/, '') || '0'}`;
}

// The same value in another currency, `rate` units of `to` for one of `from`.
export function convert(minor, from, to, rate) {
	return from === to ? minor : Math.round(minor * rate * 10 ** (exponent(to) - exponent(from)));
}

// Splits `total` over `weights` so that the parts sum to it exactly (largest remainder first).
export function split(total, weights) {
	const sum = weights.reduce((a, b) => a + b, 0);
	if (!sum) return weights.map(() => 0);
	const exact = weights.map((w) => (total * w) / sum);
	const parts = exact.map(Math.floor);
	let left = total - parts.reduce((a, b) => a + b, 0);
	const order = exact.map((x, i) => [x - parts[i], i]).sort((a, b) => b[0] - a[0] || a[1] - b[1]);
	for (let k = 0; left > 0; k++, left--) parts[order[k % order.length][1]]++;
	return parts;
}
