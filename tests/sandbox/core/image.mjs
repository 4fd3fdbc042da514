// Small real pictures for thumbnails and faces: a PNG whose colours follow from a text, so that two videos look different.
import { createHash } from 'node:crypto';
import { deflateSync } from 'node:zlib';

const table = Array.from({ length: 256 }, (_, n) => { let c = n; for (let k = 0; k < 8; k++) c = c & 1 ? 0xedb88320 ^ (c >>> 1) : c >>> 1; return c >>> 0; });
const crc = (bytes) => { let c = 0xffffffff; for (const b of bytes) c = table[(c ^ b) & 255] ^ (c >>> 8); return (c ^ 0xffffffff) >>> 0; };

function chunk(type, data) {
	const body = Buffer.concat([Buffer.from(type, 'latin1'), data]);
	const out = Buffer.alloc(body.length + 8);
	out.writeUInt32BE(data.length, 0);
	body.copy(out, 4);
	out.writeUInt32BE(crc(body), body.length + 4);
	return out;
}

const BANDS = 24;

// Two deep colours run into each other along the diagonal, in bands that compress well.
export function png(text, width, height) {
	const seed = createHash('sha256').update(text).digest();
	const [from, to] = [[20 + seed[0] / 4, 20 + seed[1] / 4, 60 + seed[2] / 4], [110 + seed[3] / 3, 30 + seed[4] / 4, 50 + seed[5] / 3]];
	const colours = Array.from({ length: BANDS }, (_, i) => from.map((start, k) => Math.round(start + ((to[k] - start) * i) / (BANDS - 1))));
	const rows = Buffer.alloc((width * 3 + 1) * height);
	for (let y = 0, at = 0; y < height; y++) {
		rows[at++] = 0;
		for (let x = 0; x < width; x++, at += 3) {
			const colour = colours[Math.floor((BANDS * (x / width + y / height)) / 2)];
			rows[at] = colour[0];
			rows[at + 1] = colour[1];
			rows[at + 2] = colour[2];
		}
	}
	const head = Buffer.alloc(13);
	head.writeUInt32BE(width, 0);
	head.writeUInt32BE(height, 4);
	head.set([8, 2, 0, 0, 0], 8);
	return Buffer.concat([Buffer.from([137, 80, 78, 71, 13, 10, 26, 10]), chunk('IHDR', head), chunk('IDAT', deflateSync(rows)), chunk('IEND', Buffer.alloc(0))]);
}

export const picture = (text, width, height) => ({ status: 200, headers: { 'content-type': 'image/png', 'cache-control': 'public, max-age=3600', 'access-control-allow-origin': '*' }, body: png(text, width, height) });
