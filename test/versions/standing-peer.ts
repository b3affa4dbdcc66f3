// SPDX-License-Identifier: Apache-2.0
// A peer's gateway as far as a client's connection sees it, as a process that can be killed: gRPC over HTTP/2 and TLS. It answers
// every question with a small block. Arguments: the folder of its certificate, and the port or 0.
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createSecureServer, type ServerHttp2Session, type ServerHttp2Stream } from 'node:http2';
import type { AddressInfo } from 'node:net';
import { common, gateway, peer } from '@hyperledger/fabric-protos';
import { HOLD, pathsIn, SAY_ALL, standStill } from './standing.js';

/** As gRPC sends a message: not compressed, with its length. */
function framed(message: Uint8Array): Buffer {
  const head = Buffer.alloc(5);
  head.writeUInt32BE(message.length, 1);
  return Buffer.concat([head, message]);
}

function answerBytes(): Buffer {
  const data = new common.BlockData();
  data.addData(Buffer.alloc(4_000, 7));
  const block = new common.Block();
  block.setHeader(new common.BlockHeader());
  block.setData(data);
  const response = new peer.Response();
  response.setStatus(200);
  response.setPayload(block.serializeBinary());
  const evaluated = new gateway.EvaluateResponse();
  evaluated.setResult(response);
  return framed(evaluated.serializeBinary());
}

const ANSWER = answerBytes();

/** Whether answers are held, and those that are. */
let isHolding = false;
const held = new Set<ServerHttp2Stream>();
const sessions = new Set<ServerHttp2Session>();

function answer(stream: ServerHttp2Stream): void {
  if (stream.destroyed) return;
  stream.respond({ ':status': 200, 'content-type': 'application/grpc' }, { waitForTrailers: true });
  stream.on('wantTrailers', () => stream.sendTrailers({ 'grpc-status': '0' }));
  stream.end(ANSWER);
}

function take(stream: ServerHttp2Stream): void {
  stream.on('error', () => stream.destroy());
  stream.resume();
  if (isHolding) held.add(stream);
  else setTimeout(() => answer(stream), Math.random() * 10);
}

/** Asks each client whether it is there, gives the answers that it held, and then neither hears nor says anything. */
async function sayAll(folder: string): Promise<void> {
  for (const session of sessions) session.ping(() => undefined);
  const ended = [...held].map((stream) => once(stream, 'close'));
  for (const stream of held) answer(stream);
  await Promise.all(ended);
  writeFileSync(pathsIn(folder).saidAll(process.pid), '');
  standStill(Infinity);
}

function listen(folder: string, port: number): void {
  const { key, cert } = pathsIn(folder);
  const server = createSecureServer({ key: readFileSync(key), cert: readFileSync(cert) });
  server.on('session', (session) => {
    sessions.add(session);
    session.on('error', () => session.destroy());
    session.on('close', () => sessions.delete(session));
  });
  server.on('stream', take);
  server.listen(port, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port));
}

const [folder = '.', port = '0'] = process.argv.slice(2);
process.on('disconnect', () => process.exit());
process.on('message', (message) => {
  isHolding = true;
  if (message === SAY_ALL) void sayAll(folder);
  else process.send?.(HOLD);
});
listen(folder, Number(port));
