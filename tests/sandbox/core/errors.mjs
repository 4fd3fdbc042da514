// An answer that is an error: its HTTP status and what to say. Thrown anywhere, written by the server.

export class HttpError extends Error {
	constructor(status, message, more = {}) {
		super(message);
		this.status = status;
		this.more = more;
	}
}

export const bad = (message) => new HttpError(400, message);
export const missing = (message) => new HttpError(404, message);
export const conflict = (message, more) => new HttpError(409, message, more);
