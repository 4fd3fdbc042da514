// replay.js: seeks inside the player instead of loading the page again, where the player allows it. Without it every link still works.
(() => {
	const stage = document.getElementById('player');
	const frame = stage && stage.querySelector('iframe');
	if (!frame) return;
	const says = {
		youtube: (t) => JSON.stringify({ event: 'command', func: 'seekTo', args: [t, true] }),
		tiktok: (t) => ({ type: 'seekTo', value: t, 'x-tiktok-player': true }),
	}[stage.dataset.protocol];
	if (!says) return;
	const origin = new URL(frame.src).origin;
	if (stage.dataset.protocol === 'youtube') {
		frame.addEventListener('load', () => frame.contentWindow.postMessage(JSON.stringify({ event: 'listening' }), origin));
	}
	document.addEventListener('click', (event) => {
		const link = event.target.closest('a.seek');
		if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
		event.preventDefault();
		frame.contentWindow.postMessage(says(Number(link.dataset.second)), origin);
		for (const li of document.querySelectorAll('.moments li')) li.classList.toggle('here', li.contains(link));
		stage.scrollIntoView({ block: 'nearest' });
	});
})();
