// Shopify's search syntax, the part apps use: `status:active AND updated_at:>='2026-11-20T10:00:00Z'`,
// with AND, OR, NOT / -, parentheses and quotes. Unlike Shopify, which ignores a field it does not
// know, an unknown field here is an error: a silent filter would hide a bug.
import { bad } from './errors.mjs';

const TOKEN = /\s*(?:([()])|(AND|OR|NOT)\b|(-)?(\w[\w.]*):(>=|<=|>|<|)(?:"([^"]*)"|'([^']*)'|([^\s()]+)))/y;

function tokens(query) {
	const list = [];
	TOKEN.lastIndex = 0;
	while (TOKEN.lastIndex < query.trimEnd().length) {
		const at = TOKEN.lastIndex;
		const match = TOKEN.exec(query);
		if (!match) throw bad(`search query: cannot read "${query.slice(at)}"`);
		const [, paren, word, minus, field, op, double, single, bare] = match;
		if (paren) list.push(paren);
		else if (word) list.push(word);
		else {
			if (minus) list.push('NOT');
			list.push({ field, op, value: double ?? single ?? bare });
		}
	}
	return list;
}

// Numbers and times compare by size, everything else by text, case-insensitively.
function test(actual, op, wanted) {
	if (Array.isArray(actual)) return actual.some((one) => test(one, op, wanted));
	if (actual === null || actual === undefined) return false;
	const left = sized(actual);
	const right = sized(wanted);
	const [a, b] = left !== null && right !== null ? [left, right] : [String(actual).toLowerCase(), String(wanted).toLowerCase()];
	switch (op) {
	case '>=': return a >= b;
	case '<=': return a <= b;
	case '>': return a > b;
	case '<': return a < b;
	default: return typeof a === 'string' && b.endsWith('*') ? a.startsWith(b.slice(0, -1)) : a === b;
	}
}

function sized(value) {
	if (typeof value === 'bigint') return value;
	if (typeof value === 'number') return BigInt(Math.round(value));
	if (/^-?\d+$/.test(value)) return BigInt(value);
	if (/^\d{4}-\d\d-\d\d/.test(value) && !Number.isNaN(Date.parse(value))) return BigInt(Date.parse(value));
	return null;
}

// A test for one thing. `read` maps a field name to a function that takes the thing and gives its value.
export function compile(query, read) {
	if (!query || !query.trim()) return () => true;
	const list = tokens(query);
	let i = 0;
	const atom = () => {
		const next = list[i++];
		if (next === 'NOT') { const inner = atom(); return (thing) => !inner(thing); }
		if (next === '(') { const inner = either(); if (list[i++] !== ')') throw bad('search query: ")" is missing'); return inner; }
		if (!next || typeof next === 'string') throw bad('search query: a filter is missing');
		const value = read(next.field);
		if (!value) throw bad(`search query: unknown field "${next.field}"`);
		const wanted = next.field.endsWith('_ids') ? next.value.split(',') : [next.value];
		return (thing) => wanted.some((one) => test(value(thing), next.op, one));
	};
	const both = () => {
		const parts = [atom()];
		while (i < list.length && list[i] !== 'OR' && list[i] !== ')') { if (list[i] === 'AND') i++; parts.push(atom()); }
		return (thing) => parts.every((part) => part(thing));
	};
	const either = () => {
		const parts = [both()];
		while (list[i] === 'OR') { i++; parts.push(both()); }
		return (thing) => parts.some((part) => part(thing));
	};
	const whole = either();
	if (i < list.length) throw bad('search query: ")" without "("');
	return whole;
}
