// Faults switched on through the control API: which outside call they hit and what happens to it.
import { bad } from './errors.mjs';
import { DROP, json } from './http.mjs';

export const PLATFORM_TARGETS = ['google', 'youtube', 'hub', 'tiktok', 'twitch', 'twitch_id'];
export const TARGETS = ['graphql', 'token', 'webhooks', 'checkout', ...PLATFORM_TARGETS];
export const MODES = ['delay', 'status', 'garbage', 'drop', 'throttle', 'lost_answer', 'timeout', 'truncate', 'reason'];

export const wait = (ms) => new Promise((done) => { setTimeout(done, ms); });
// A wait that does not keep the process alive: for answers that never come.
const never = (ms) => new Promise((done) => { setTimeout(done, ms).unref(); });

export function addFault(store, spec) {
	const { target, shop = null, mode, status = 500, ms = 1000, count = null, match = null, reason = null, forMs = null, retry_after = status === 429 ? 2 : null } = spec;
	if (!TARGETS.includes(target)) throw bad(`target: one of ${TARGETS.join(', ')}`);
	if (!MODES.includes(mode)) throw bad(`mode: one of ${MODES.join(', ')}`);
	if (mode === 'throttle' && target !== 'graphql' && target !== 'token') throw bad('mode throttle is for graphql and token');
	if (!Number.isInteger(status) || status < 100 || status > 599) throw bad('status: 100 to 599');
	if (!Number.isInteger(ms) || ms < 0) throw bad('ms: a whole number of milliseconds');
	if (retry_after !== null && (!Number.isInteger(retry_after) || retry_after < 0)) throw bad('retry_after: a whole number of seconds');
	if (count !== null && (!Number.isInteger(count) || count < 1)) throw bad('count: 1 or more');
	if (mode === 'reason' && (typeof reason !== 'string' || !PLATFORM_TARGETS.includes(target))) throw bad(`mode reason needs a reason and one of ${PLATFORM_TARGETS.join(', ')}`);
	if (forMs !== null && (!Number.isInteger(forMs) || forMs < 1)) throw bad('forMs: 1 or more');
	const untilMs = forMs === null ? null : store.now() + forMs;
	const fault = { id: store.nextId('fault'), target, shop, mode, status, ms, count, match, reason, untilMs, retry_after, hits: 0 };
	store.state.faults.push(fault);
	store.touch();
	return fault;
}

// The fault that hits this call, if any; a counted fault is used up by it.
export function takeFault(store, target, shop, text = '') {
	if (!store.state.faults.length) return null;
	const now = store.now();
	store.state.faults = store.state.faults.filter((f) => !f.untilMs || now < f.untilMs);
	const fault = store.state.faults.find((f) => f.target === target && (!f.shop || f.shop === shop) && (!f.match || text.includes(f.match)));
	if (!fault) return null;
	fault.hits++;
	if (fault.count !== null && --fault.count === 0) store.state.faults.splice(store.state.faults.indexOf(fault), 1);
	store.touch();
	return fault;
}

const THROTTLED = { errors: [{ message: 'Throttled', extensions: { code: 'THROTTLED', documentation: 'https://shopify.dev/api/usage/rate-limits' } }],
	extensions: { cost: { requestedQueryCost: 100, actualQueryCost: null, throttleStatus: { maximumAvailable: 2000.0, currentlyAvailable: 0, restoreRate: 100.0 } } } };

const plain = (status) => json({ errors: `sandbox fault: status ${status}` }, status);

// Runs `work` under whatever fault is set for this incoming call. `speak(status, reason)` is an error as this platform words it.
export async function underFault(store, target, shop, text, work, speak = plain) {
	const fault = takeFault(store, target, shop, text);
	if (!fault) return work();
	switch (fault.mode) {
	case 'delay': await wait(fault.ms); return work();
	case 'reason':
	case 'status': return after(speak(fault.mode === 'reason' ? null : fault.status, fault.reason), fault.retry_after);
	case 'garbage': return { status: 200, headers: { 'content-type': 'application/json' }, body: '{"data":{"shop":{"na' };
	case 'truncate': return { status: 200, headers: { 'content-type': 'application/json', 'content-length': 4096 }, body: '{"data":{"shop":{"na', cut: true };
	case 'drop': return DROP;
	case 'throttle': return target === 'graphql' ? json(THROTTLED) : json({ errors: 'Exceeded 2 calls per second for api client.' }, 429, { 'retry-after': '2' });
	case 'lost_answer': await work(); return DROP;
	default: await never(Math.max(fault.ms, 60000)); return DROP;
	}
}

function after(reply, seconds) {
	return seconds === null ? reply : { ...reply, headers: { ...reply.headers, 'retry-after': String(seconds) } };
}
