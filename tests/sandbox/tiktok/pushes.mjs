// TikTok's webhook: it goes to the one address of the app, signed with the app's secret and the second it was sent.
import { bad } from '../core/errors.mjs';
import { tiktok as sign } from '../core/pushes.mjs';

// `how`: copies, delayMs, forged, atMs (the second it claims to be sent), body, target.
export function tell({ store, courier, apps }, account, event, content, how = {}) {
	const url = how.target ?? store.state.tiktok.settings.webhookUrl;
	if (!url) return [];
	const app = apps.tiktok;
	const text = how.body ?? JSON.stringify({ client_key: app.clientId, event, create_time: Math.floor(store.now() / 1000), user_openid: account.id, content: JSON.stringify(content) });
	return courier.send({ platform: 'tiktok', kind: event, account: account.id, url, body: text, copies: how.copies, delayMs: how.delayMs, forged: how.forged, good: (answer) => answer.status === 200,
		headers: (bytes, forged) => ({ 'Content-Type': 'application/json', 'User-Agent': 'TikTok-Webhook', 'TikTok-Signature': sign(forged ? `${app.clientSecret}-wrong` : app.clientSecret, Math.floor((how.atMs ?? store.now()) / 1000), bytes) }) });
}

export function emit(world, account, ask) {
	if (ask.kind !== 'authorization.removed') throw bad('kind: authorization.removed');
	return tell(world, account, ask.kind, { reason: ask.reason ?? 1 }, ask);
}
