// JSON as Shopify speaks it. Ids are longer than a JavaScript number can hold, so integers beyond
// 2^53 are read as BigInt and a BigInt is written as bare digits; `/ & < >` are escaped the way
// Shopify's Ruby escapes them, so a receiver that re-serialises before checking a signature fails.

const BIG = /"(?:[^"\\]|\\.)*"|-?\d{16,}(?![\d.eE])/g;
const MARK = '\u0000big:';

export function parse(text) {
	const marked = text.replace(BIG, (token) => (token[0] === '"' ? token : `"\\u0000big:${token}"`));
	return JSON.parse(marked, (key, value) =>
		typeof value === 'string' && value.startsWith(MARK) ? BigInt(value.slice(MARK.length)) : value);
}

const ESCAPES = { '/': '\\/', '&': '\\u0026', '<': '\\u003c', '>': '\\u003e', '\u2028': '\\u2028', '\u2029': '\\u2029' };
const quote = (s) => JSON.stringify(s).replace(/[/&<>\u2028\u2029]/g, (ch) => ESCAPES[ch]);

// The webhook form: compact, escaped, big ids as digits.
export function stringify(value) {
	if (typeof value === 'bigint') return value.toString();
	if (typeof value === 'string') return quote(value);
	if (value === undefined || value === null) return 'null';
	if (Array.isArray(value)) return `[${value.map(stringify).join(',')}]`;
	if (typeof value === 'object') {
		const members = Object.entries(value).filter(([, v]) => v !== undefined);
		return `{${members.map(([k, v]) => `${quote(k)}:${stringify(v)}`).join(',')}}`;
	}
	return JSON.stringify(value);
}

// The answer form: ordinary JSON, but a BigInt still leaves as digits.
export function answer(value) {
	const text = JSON.stringify(value, (key, v) => (typeof v === 'bigint' ? `${MARK}${v}` : v));
	return text.replace(/"\\u0000big:(-?\d+)"/g, '$1');
}
