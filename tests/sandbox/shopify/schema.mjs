// Shopify's own Admin schema, built once, with its table of which field needs which access scope, and
// every document that comes in parsed and validated once, remembered by its text.
import { readFileSync, existsSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { join } from 'node:path';
import { buildClientSchema, parse, validate } from 'graphql';
import { readRules } from './cost.mjs';

export const ADMIN_FILE = 'admin_2026-10.json.gz';
const REMEMBERED = 500;

const loaded = new Map();

// Once in a process and folder: it takes a third of a second, and many tests start many sandboxes.
export function loadSchema(folder) {
	if (!loaded.has(folder)) loaded.set(folder, readSchema(folder));
	return { ...loaded.get(folder), documents: new Map() };
}

function readSchema(folder) {
	const path = join(folder, ADMIN_FILE);
	if (!existsSync(path)) throw new Error(`${path} is missing; get it with: node tests/sandbox/fetch-schema.mjs ${folder}`);
	const file = JSON.parse(gunzipSync(readFileSync(path)).toString('utf8'));
	const scopes = new Map();
	for (const row of file.offline_scopes.items) {
		if (row.offlineScopes?.length) scopes.set(row.type === 'type' ? row.typeName : `${row.typeName}.${row.fieldName}`, row.offlineScopes);
	}
	return { schema: buildClientSchema(file.data), scopes };
}

// {document, errors}: errors as the schema and the run-time rules a document can break by its text alone.
export function readDocument(api, text, bulk = false) {
	const key = `${bulk ? 'bulk ' : ''}${text}`;
	const known = api.documents.get(key);
	if (known) return known;
	const made = { document: null, errors: [] };
	try {
		made.document = parse(text);
		made.errors = validate(api.schema, made.document).map((error) => error.toJSON());
		if (!made.errors.length) made.errors = readRules(api, made.document, bulk);
	} catch (error) {
		made.errors = [error.toJSON ? error.toJSON() : { message: error.message }];
	}
	if (api.documents.size >= REMEMBERED) api.documents.delete(api.documents.keys().next().value);
	api.documents.set(key, made);
	return made;
}
