#!/usr/bin/env node
// Puts Shopify's published GraphQL schemas into a folder:  node tests/sandbox/fetch-schema.mjs build/schema
// They come out of the npm package @shopify/dev-mcp (ISC), of which only two files are taken; the tarball
// and both files are checked against the sums below. Does nothing when the folder is complete already.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PACKAGE = '@shopify/dev-mcp@1.16.0';
const INTEGRITY = 'sha512-tqgRnK7sQhjew+htxtleTH23nXB5fZcsrhWgEkomsorGXvLOB2mh2upwZm8uzuTDNTZnqtLMe64yIwh6s2awtw==';
const FILES = {
	'admin_2026-10.json.gz': 'f3b522f264556925eada700e795e4a002a9cba83444ebcc6c0d724254a0c6593',
	'storefront-graphql_2026-10.json.gz': 'c93d9dc120f8abffa90b6d79c11270ccafceb8fe4b716683d365793db302e196',
};

const sum = (path, algorithm, encoding) => createHash(algorithm).update(readFileSync(path)).digest(encoding);
const right = (folder) => Object.entries(FILES).every(([name, hash]) => existsSync(join(folder, name)) && sum(join(folder, name), 'sha256', 'hex') === hash);

function quit(message) {
	throw new Error(message);
}

function fetch(folder) {
	const work = mkdtempSync(join(tmpdir(), 'schema-'));
	try {
		try {
			execFileSync('npm', ['pack', PACKAGE, '--silent', '--ignore-scripts'], { cwd: work, stdio: 'ignore', timeout: 300000 });
		} catch {
			quit(`cannot download ${PACKAGE}: npm and a way to its registry are needed once; or copy ${Object.keys(FILES).join(' and ')} from another machine into ${folder}`);
		}
		const tarball = join(work, readdirSync(work).find((name) => name.endsWith('.tgz')));
		if (`sha512-${sum(tarball, 'sha512', 'base64')}` !== INTEGRITY) quit(`the download of ${PACKAGE} is not the one expected (sha512 differs); nothing was kept`);
		execFileSync('tar', ['-xzf', tarball, '-C', work, ...Object.keys(FILES).map((name) => `package/dist/data/${name}`)]);
		const inside = join(work, 'package', 'dist', 'data');
		if (!right(inside)) quit(`a schema file in ${PACKAGE} is not the one expected (sha256 differs); nothing was kept`);
		mkdirSync(folder, { recursive: true });
		for (const name of Object.keys(FILES)) {
			copyFileSync(join(inside, name), join(folder, `${name}.new`));
			renameSync(join(folder, `${name}.new`), join(folder, name));
		}
	} finally {
		rmSync(work, { recursive: true, force: true });
	}
}

try {
	const folder = process.argv[2];
	if (!folder) quit('usage: node tests/sandbox/fetch-schema.mjs DIR');
	if (!right(folder)) fetch(folder);
} catch (error) {
	process.stderr.write(`fetch-schema: ${error.message}\n`);
	process.exitCode = 1;
}
