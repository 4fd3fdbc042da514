// What a browser sees of Twitch: the player, which shows itself only inside the hosts that `parent` names, its script,
// a video's page, a channel, pictures.
import { own } from '../core/account.mjs';
import { html } from '../core/http.mjs';
import { picture } from '../core/image.mjs';
import { player, seconds, unavailable } from '../core/player.mjs';
import { escape, page } from '../shopify/pages.mjs';
import { lengthOf, onAir, shown } from './world.mjs';

const HOST = /^[a-z0-9.-]{1,253}$/i;
const named = (store, login) => Object.values(store.state.twitch.accounts).find((one) => one.handle === login.toLowerCase());

export function embed(store, base, request) {
	const { query } = request;
	const parents = query.getAll('parent').filter((host) => HOST.test(host));
	if (!parents.length) return unavailable(400, 'parent', 'Whoops! This embed is misconfigured: parent is missing', { 'content-security-policy': 'frame-ancestors \'none\'' });
	const headers = { 'content-security-policy': `frame-ancestors ${parents.flatMap((host) => [`http://${host}:*`, `https://${host}:*`]).join(' ')}` };
	if (query.has('channel')) {
		const account = named(store, query.get('channel'));
		const stream = account && onAir(store.state.twitch, account);
		return stream ? player({ platform: 'twitch', id: account.handle, title: stream.title, live: true, autoplay: query.get('autoplay') !== 'false' }, headers) : unavailable(200, 'offline', `${query.get('channel')} is offline`, headers);
	}
	const video = own(store.state.twitch.videos, (query.get('video') ?? '').replace(/^v/, ''));
	if (!shown(store, video)) return unavailable(200, 'gone', 'Sorry. Unless you\'ve got a time machine, that content is unavailable.', headers);
	return player({ platform: 'twitch', id: video.id, title: video.title, durationS: lengthOf(store, video), startS: seconds(query.get('time')), autoplay: query.get('autoplay') !== 'false', poster: `${base}/tw/cf_vods/${video.id}/thumb/thumb0-640x360.jpg` }, headers);
}

export function videoPage(store, base, request, { id }) {
	const video = own(store.state.twitch.videos, id);
	if (!shown(store, video)) return html(page('Twitch', '<h1>Sorry. Unless you\'ve got a time machine, that content is unavailable.</h1>', 'Sandbox'), 404);
	return player({ platform: 'twitch', id, title: video.title, durationS: lengthOf(store, video), startS: seconds(request.query.get('t')) });
}

export function channelPage(store, { login }) {
	const account = named(store, login);
	if (!account) return html(page('Twitch', '<h1>Sorry. Unless you\'ve got a time machine, that content is unavailable.</h1>', 'Sandbox'), 404);
	const stream = onAir(store.state.twitch, account);
	return stream ? player({ platform: 'twitch', id: account.handle, title: stream.title, live: true }) : html(page(account.name, `<h1>${escape(account.name)}</h1><p>Offline</p>`, 'Sandbox'));
}

// The part of player.twitch.tv/js/embed/v1.js that pages use: new Twitch.Player(element id, {video, channel, parent, time}).
const SCRIPT = `(()=>{const at=new URL(document.currentScript.src);const base=at.href.replace(/\\/js\\/embed\\/v1\\.js.*$/,'/');
class Player{constructor(id,options){this.heard={};this.at={time:0,duration:0,state:-1};const box=typeof id==='string'?document.getElementById(id):id;const query=new URLSearchParams();
for(const host of [options.parent??location.hostname].flat())query.append('parent',host);for(const key of ['video','channel','time','autoplay','muted'])if(options[key]!==undefined)query.set(key,options[key]);
this.frame=document.createElement('iframe');Object.assign(this.frame,{src:base+'?'+query,width:options.width??400,height:options.height??300,allowFullscreen:true,allow:'autoplay; fullscreen'});
addEventListener('message',(e)=>{if(e.source!==this.frame.contentWindow||e.data?.namespace!=='twitch-embed-player-proxy')return;Object.assign(this.at,e.data);for(const f of this.heard[e.data.event]??[])f({position:this.at.time});});box.append(this.frame);}
tell(command,value){this.frame.contentWindow.postMessage({namespace:'twitch-embed-player-proxy',command,value},at.origin);}
addEventListener(event,f){(this.heard[event]??=[]).push(f);}removeEventListener(event,f){this.heard[event]=(this.heard[event]??[]).filter((one)=>one!==f);}
play(){this.tell('play');}pause(){this.tell('pause');}seek(t){this.tell('seek',t);}getCurrentTime(){return this.at.time;}getDuration(){return this.at.duration;}isPaused(){return this.at.state!==1;}}
Object.assign(Player,{READY:'ready',PLAYING:'playing',PLAY:'play',PAUSE:'pause',ENDED:'ended',SEEK:'seek',ONLINE:'online',OFFLINE:'offline',PLAYBACK_BLOCKED:'playbackBlocked'});window.Twitch={...(window.Twitch??{}),Player};})();`;
export const script = () => ({ status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8' }, body: SCRIPT });

const sized = (file) => { const [, width, height] = /[-_](\d{1,4})x(\d{1,4})\.(?:jpg|png)$/.exec(file) ?? []; return width ? [Math.min(1920, Math.max(1, width)), Math.min(1080, Math.max(1, height))] : null; };
export function thumbnail(file) {
	const size = sized(file);
	return size ? picture(file.replace(/[-_]\d+x\d+\.\w+$/, ''), ...size) : { status: 404, headers: {}, body: '' };
}
export const vodThumbnail = ({ id, file }) => { const size = sized(file); return size ? picture(id, ...size) : { status: 404, headers: {}, body: '' }; };
export const avatar = ({ id }) => picture(id, 300, 300);
