// A small player that a page can embed: it shows a clock instead of a film, and speaks the message protocol of the platform it
// stands for. What it does can be read off it: data-testid player, with data-time (whole seconds), data-state, data-seeks.
import { html } from './http.mjs';
import { escape } from '../shopify/pages.mjs';

const STYLE = `html,body{margin:0;height:100%;background:#0d0f12;color:#f2f4f7;font:15px/1.4 system-ui,sans-serif}
main{box-sizing:border-box;height:100%;display:flex;flex-direction:column;align-items:center;justify-content:center;gap:.5rem;padding:1rem;text-align:center;background:center/cover no-repeat;}
h1{font-size:1.05rem;margin:0;text-shadow:0 1px 3px #000}p{margin:0;font-variant-numeric:tabular-nums;font-size:1.4rem;text-shadow:0 1px 3px #000}
button{min-width:48px;min-height:48px;border:0;border-radius:24px;background:#fff;color:#111;font:600 1rem system-ui;padding:0 1.2rem;cursor:pointer}.live{background:#d3122a;border-radius:4px;padding:0 .5em;font-size:.9rem}`;

// A film's clock: plays, pauses, jumps, and tells `told` whatever changed.
const CLOCK = `const box=document.querySelector('[data-testid=player]');const shown=document.querySelector('[data-testid=time]');const press=document.querySelector('button');
const film={time:0,state:-1,at:0,muted:false,volume:100,duration:Number(box.dataset.duration),told(){}};
film.now=()=>{const t=film.time+(film.state===1?(performance.now()-film.at)/1000:0);return film.duration?Math.min(t,film.duration):t;};
film.paint=()=>{const t=Math.floor(film.now());box.dataset.time=t;box.dataset.state=film.state;const p=n=>String(n).padStart(2,'0');shown.textContent=(t>=3600?Math.floor(t/3600)+':':'')+p(Math.floor(t/60)%60)+':'+p(t%60);press.textContent=film.state===1?'Pause':'Play';};
film.set=(state)=>{film.time=film.now();film.at=performance.now();film.state=state;film.paint();film.told('state');};
film.seek=(t)=>{film.time=Math.max(0,film.duration?Math.min(t,film.duration):t);film.at=performance.now();box.dataset.seeks=Number(box.dataset.seeks)+1;film.paint();film.told('seek');};
press.addEventListener('click',()=>film.set(film.state===1?2:1));
setInterval(()=>{if(film.state!==1)return;film.paint();film.told('time');if(film.duration&&film.now()>=film.duration)film.set(0);},250);
film.begin=()=>{film.time=Number(box.dataset.start);film.at=performance.now();film.paint();if(box.dataset.autoplay==='1')film.set(1);};`;

// YouTube: JSON text both ways; silent until {"event":"listening"}, and only with enablejsapi=1.
const YOUTUBE = `let heard=null,id=1;const say=(event,info)=>{if(heard)parent.postMessage(JSON.stringify({event,info,id,channel:'widget'}),heard);};
const info=()=>({currentTime:film.now(),duration:film.duration,playerState:film.state,muted:film.muted,volume:film.volume,videoData:{video_id:box.dataset.id,title:document.title}});
film.told=(what)=>{if(what==='state'){say('onStateChange',film.state);}say('infoDelivery',info());};
const run={playVideo:()=>film.set(1),pauseVideo:()=>film.set(2),stopVideo:()=>film.set(5),mute:()=>{film.muted=true;film.told();},unMute:()=>{film.muted=false;film.told();},setVolume:(n)=>{film.volume=n;film.told();},
seekTo:(t)=>{film.seek(Number(t));if(film.state!==2)film.set(1);}};
if(box.dataset.api==='1')addEventListener('message',(e)=>{if(e.source!==parent||typeof e.data!=='string')return;if(box.dataset.origin&&e.origin!==box.dataset.origin)return;let m;try{m=JSON.parse(e.data);}catch{return;}
if(m.event==='listening'){const first=!heard;heard=e.origin;id=m.id??1;if(first){say('initialDelivery',info());say('onReady',null);}}
else if(m.event==='command'&&Object.hasOwn(run,m.func))run[m.func](...(Array.isArray(m.args)?m.args:[]));});
film.state=-1;film.begin();if(film.state===-1)film.state=5;film.paint();`;

// TikTok: objects marked x-tiktok-player both ways.
const TIKTOK = `const say=(type,value)=>parent.postMessage({type,value,'x-tiktok-player':true},'*');
film.told=(what)=>{if(what==='state')say('onStateChange',film.state);else say('onCurrentTime',{currentTime:film.now(),duration:film.duration});};
const run={play:()=>film.set(1),pause:()=>film.set(2),mute:()=>{film.muted=true;say('onMute',true);},unMute:()=>{film.muted=false;say('onMute',false);},seekTo:(t)=>film.seek(Number(t))};
addEventListener('message',(e)=>{const m=e.data;if(e.source!==parent||!m||m['x-tiktok-player']!==true||!Object.hasOwn(run,m.type))return;run[m.type](m.value);});
film.begin();say('onPlayerReady',null);`;

// Twitch: what player.twitch.tv/js/embed/v1.js of this sandbox says to its frame; pages use that script or ?time=.
const TWITCH = `const say=(event)=>parent.postMessage({namespace:'twitch-embed-player-proxy',event,time:film.now(),duration:film.duration,state:film.state},'*');
film.told=(what)=>say(what==='state'?{0:'ended',1:'playing',2:'pause'}[film.state]:what==='seek'?'seek':'time');
const run={play:()=>film.set(1),pause:()=>film.set(2),seek:(t)=>film.seek(Number(t))};
addEventListener('message',(e)=>{const m=e.data;if(e.source!==parent||!m||m.namespace!=='twitch-embed-player-proxy'||!Object.hasOwn(run,m.command))return;run[m.command](m.value);});
film.begin();say('ready');`;

const PROTOCOL = { youtube: YOUTUBE, tiktok: TIKTOK, twitch: TWITCH };

// what: {platform, id, title, durationS, startS, autoplay, live, poster, api, origin}
export function player(what, headers = {}) {
	const data = { id: what.id, duration: what.live ? 0 : what.durationS || 0, start: what.startS || 0, autoplay: what.autoplay ? 1 : 0, api: what.api === false ? 0 : 1, origin: what.origin ?? '', time: 0, state: -1, seeks: 0 };
	const attributes = Object.entries(data).map(([name, value]) => ` data-${name}="${escape(value)}"`).join('');
	return html(`<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escape(what.title)}</title><link rel="icon" href="data:,"><style>${STYLE}</style></head>
<body><main data-testid="player"${attributes}${what.poster ? ` style="background-image:linear-gradient(#0006,#0006),url('${escape(what.poster)}')"` : ''}>${what.live ? '<span class="live" data-testid="live">LIVE</span>' : ''}<h1>${escape(what.title)}</h1><p data-testid="time">00:00</p><button type="button">Play</button></main>
<script>${CLOCK}${PROTOCOL[what.platform]}</script></body></html>`, 200, headers);
}

export function unavailable(status, code, words, headers = {}) {
	return html(`<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Unavailable</title><link rel="icon" href="data:,"><style>${STYLE}</style></head><body><main data-testid="player-error" data-error="${escape(code)}"><h1>${escape(words)}</h1></main></body></html>`, status, headers);
}

// "1h2m3s", "90s" or "90" in seconds.
export function seconds(text) {
	const [, h = 0, m = 0, s = 0] = /^(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s?)?$/.exec(text ?? '') ?? [];
	return Number(h) * 3600 + Number(m) * 60 + Number(s);
}
