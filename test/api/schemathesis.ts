// SPDX-License-Identifier: Apache-2.0
// Runs schemathesis, a fuzzer for OpenAPI documents, on one node as one role.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { AttackedNode } from './attacked-nodes.js';
import { roleDocument } from './role-document.js';

/** What is asked of every answer. */
const CHECKS = [
  'not_a_server_error',
  'status_code_conformance',
  'content_type_conformance',
  'response_headers_conformance',
  'response_schema_conformance',
  'missing_required_header',
  'unsupported_method',
  'negative_data_rejection',
];

/** Words that lead somewhere, by the name of the field. */
export type KnownWords = Readonly<Record<string, readonly string[]>>;

export interface SchemathesisRun {
  /** The program of a Python that has schemathesis. */
  readonly python: string;
  readonly node: AttackedNode;
  readonly role: string;
  /** The name in the certificate. */
  readonly commonName: string;
  readonly words: KnownWords;
  readonly maxExamples: number;
  readonly seed: number;
  /** Where its files are put. */
  readonly folder: string;
}

export interface SchemathesisResult {
  readonly ok: boolean;
  /** What it printed. */
  readonly output: string;
}

/** What refuses an input against the document. A request that is too large is refused for its size, before anybody reads it. */
const REFUSING = [
  '400',
  '401',
  '403',
  '404',
  '405',
  '406',
  '409',
  '413',
  '415',
  '422',
  '428',
  '429',
];

const quoted = (text: string): string => JSON.stringify(text);

/** Most values of these fields are known ones; the rest is drawn. */
const SHARE_OF_KNOWN = 0.7;

function configuration(words: KnownWords): string {
  const named = Object.entries(words);
  const lists = named.map(
    ([name, values]) => `[dictionaries.${name}]\nvalues = [${values.map(quoted).join(', ')}]`,
  );
  const bindings = named.flatMap(([name]) =>
    ['path', 'query', 'body'].map(
      (place) =>
        `"${place}.${name}" = { dictionary = "${name}", probability = ${SHARE_OF_KNOWN.toString()} }`,
    ),
  );
  const refusing = `expected-statuses = [${REFUSING.map(quoted).join(', ')}]`;
  return [
    ...['[checks.negative_data_rejection]', refusing],
    ...lists,
    ...['[parameters]', ...bindings],
    '',
  ].join('\n');
}

function writeFiles({ node, role, commonName, words, folder }: SchemathesisRun) {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const write = (name: string, text: string): string => {
    const path = join(folder, name);
    writeFileSync(path, text, { mode: 0o600 });
    return path;
  };
  const { cert, key } = node.authority.issue({ commonName, role });
  return {
    document: write('openapi.json', JSON.stringify(roleDocument(node, role), undefined, 2)),
    config: write('schemathesis.toml', configuration(words)),
    cert: write('cert.pem', cert),
    key: write('key.pem', key),
    root: write('root.pem', node.authority.root),
  };
}

/** @returns what it found, when it has ended. */
export async function runSchemathesis(run: SchemathesisRun): Promise<SchemathesisResult> {
  const files = writeFiles(run);
  const child = spawn(
    run.python,
    [
      ...['-m', 'schemathesis.cli', '--config-file', files.config, 'run', files.document],
      ...['--url', run.node.url, '--tls-verify', files.root],
      ...['--request-cert', files.cert, '--request-cert-key', files.key],
      ...['--checks', CHECKS.join(','), '--phases', 'examples,coverage,fuzzing,stateful'],
      ...['--max-examples', run.maxExamples.toString(), '--seed', run.seed.toString()],
      ...['--continue-on-failure', '--request-timeout', '20', '--warnings', 'off'],
      ...['--report', 'ndjson', '--report-ndjson-path', join(run.folder, 'events.ndjson')],
    ],
    { cwd: run.folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const parts: Buffer[] = [];
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (part: Buffer) => parts.push(part));
  const [code] = (await once(child, 'close')) as [number | null];
  const output = Buffer.concat(parts).toString('utf8');
  writeFileSync(join(run.folder, 'output.txt'), output);
  return { ok: code === 0, output };
}
