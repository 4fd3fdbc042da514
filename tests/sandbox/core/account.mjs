// What the worlds of all platforms share: finding an account or a video, and refusing what the control API cannot mean.
import { bad, conflict, missing } from './errors.mjs';

// The row of that name; undefined too for names every object has, like "constructor".
export const own = (table, name) => (Object.hasOwn(table, name ?? '') ? table[name] : undefined);

export const accountOf = (world, name) => {
	const found = own(world.accounts, name) ?? Object.values(world.accounts).find((one) => one.handle === name || `@${one.handle}` === name);
	if (!found) throw missing(`no account ${name}`);
	return found;
};

export const videoOf = (world, id) => {
	const found = own(world.videos, id);
	if (!found) throw missing(`no video ${id}`);
	return found;
};

// The accounts a control call asks for: named ones, or so many of a prefix.
export function wanted(body, keys) {
	if (body.accounts === undefined && body.count === undefined) throw bad('accounts: [{name, handle}] or count is needed');
	if (body.count !== undefined && !(Number.isInteger(body.count) && body.count >= 1 && body.count <= 20000)) throw bad('count: 1 to 20000');
	const many = Array.from({ length: body.count ?? 0 }, (_, i) => ({ handle: `${body.prefix ?? 'creator'}${i + 1}`, name: `${body.prefix ?? 'creator'} ${i + 1}` }));
	const all = [...(body.accounts ?? []), ...many];
	for (const one of all) {
		for (const key of Object.keys(one)) if (!keys.includes(key)) throw bad(`accounts: unknown field "${key}"; known: ${keys.join(', ')}`);
		if (!/^[A-Za-z0-9_.-]{1,64}$/.test(one.handle ?? '')) throw bad('handle: 1 to 64 of A-Z a-z 0-9 _ . -');
	}
	return all;
}

// An account of that handle that exists already is answered as it is, so that a seed can be run twice.
export function add(world, ask, make) {
	const known = Object.values(world.accounts).find((one) => one.handle === ask.handle);
	if (known) return known;
	const account = make(ask);
	if (world.accounts[account.id]) throw conflict(`the id ${account.id} is taken`);
	world.accounts[account.id] = account;
	return account;
}

export const view = ({ id, handle, name }) => ({ id, handle, name });
export const iso = (ms) => (ms == null ? undefined : `${new Date(ms).toISOString().slice(0, 19)}Z`);
export const whole = (value, field, min = 0) => {
	if (value !== undefined && value !== null && !(Number.isInteger(value) && value >= min)) throw bad(`${field}: a whole number from ${min}`);
	return value;
};
export const change = (thing, body, keys) => {
	for (const key of Object.keys(body)) if (!keys.includes(key)) throw bad(`unknown field "${key}"; known: ${keys.join(', ')}`);
	return Object.assign(thing, body);
};
