// How each platform signs what it pushes. Written from the published rules, checked against fixtures/platforms/signature_vectors.json.
import { createHmac } from 'node:crypto';

const hex = (algo, secret, ...parts) => { const h = createHmac(algo, secret); for (const part of parts) h.update(part); return h.digest('hex'); };

export const webSub = (secret, body) => `sha1=${hex('sha1', secret, body)}`;
export const eventSub = (secret, id, timestamp, body) => `sha256=${hex('sha256', secret, id, timestamp, body)}`;
export const tiktok = (secret, seconds, body) => `t=${seconds},s=${hex('sha256', secret, `${seconds}.`, body)}`;
