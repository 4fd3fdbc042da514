// The page on which a creator lets the product in, as all three platforms have one: which account, which rights, allow or deny.
import { bad } from './errors.mjs';
import { html } from './http.mjs';
import { escape, page } from '../shopify/pages.mjs';

const SHOWN = 200;

// ask: {who: "Google", accounts, scopes, action, hint}
export function consentPage({ who, accounts, scopes, action, hint }) {
	const listed = accounts.slice(0, SHOWN);
	const chosen = accounts.find((account) => account.id === hint || account.handle === hint) ?? accounts[0];
	if (chosen && !listed.includes(chosen)) listed.unshift(chosen);
	const options = listed.map((account) => `<option value="${escape(account.id)}"${account === chosen ? ' selected' : ''}>${escape(account.name)} (${escape(account.handle)})</option>`);
	const boxes = scopes.map((scope) => `<label style="display:flex;gap:.5rem;overflow-wrap:anywhere"><input type="checkbox" name="scope" value="${escape(scope)}" data-testid="scope" checked><span style="min-width:0">${escape(scope)}</span></label>`);
	const body = chosen ? `<form method="post" action="${escape(action)}"><input type="hidden" name="chosen" value="1"><label for="account">Account</label>
<select id="account" name="account" data-testid="account" style="width:100%;min-height:48px;font:inherit">${options.join('')}</select>${boxes.join('')}
<button name="decision" value="allow" data-testid="allow">Allow</button><button class="second" name="decision" value="deny" data-testid="deny">Deny</button></form>` : '<p class="warn">Nobody has an account here yet.</p>';
	return html(page(`Sign in with ${who}`, `<p class="soft">${escape(who)}</p><h1>Unifyed wants to see your ${escape(who)} account</h1>${body}`, 'Sandbox: no real account is touched.'));
}

// What was pressed: {account, scopes}, or null when she said no. A form without tick boxes grants all.
export function decision(request, accounts, scopes) {
	const form = new URLSearchParams(request.body);
	if (form.get('decision') === 'deny') return null;
	if (form.get('decision') !== 'allow') throw bad('decision: allow or deny');
	const account = accounts.find((one) => one.id === form.get('account') || one.handle === form.get('account'));
	if (!account) throw bad('account: nobody of that id or handle');
	const ticked = form.getAll('scope');
	return { account, scopes: form.has('chosen') || ticked.length ? scopes.filter((scope) => ticked.includes(scope)) : scopes };
}

export const back = (redirectUri, params) => `${redirectUri}${redirectUri.includes('?') ? '&' : '?'}${new URLSearchParams(Object.entries(params).filter(([, value]) => value !== undefined))}`;
