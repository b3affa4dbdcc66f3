// SPDX-License-Identifier: Apache-2.0
// Sends one request to a node, with a deadline, and records the node's clock.
import {
  type ClientRequest,
  type IncomingMessage,
  request as requestHttp,
  type RequestOptions,
} from 'node:http';
import { request as requestHttps } from 'node:https';
import type { ClockReading } from './clock-difference.js';

/** Texts are PEM. */
export interface HttpsQuestion {
  readonly url: string;
  /** The root of the node's certificate. */
  readonly root: string;
  /** The client's certificate and key, if the node requires them. */
  readonly cert?: string;
  readonly key?: string;
}

export interface HttpsAnswer {
  readonly status: number;
  readonly text: string;
  /** Undefined when the answer has no date. */
  readonly clock: ClockReading | undefined;
}

function readingOf(date: string | undefined, sentAt: number): ClockReading | undefined {
  const toldAt = Date.parse(date ?? '');
  return Number.isNaN(toldAt) ? undefined : { sentAt, receivedAt: Date.now(), toldAt };
}

type Send = (options: RequestOptions, answered: (answer: IncomingMessage) => void) => ClientRequest;

function ask(send: Send, deadlineMs: number): Promise<HttpsAnswer> {
  const signal = AbortSignal.timeout(deadlineMs);
  const sentAt = Date.now();
  return new Promise((resolve, reject) => {
    const sent = send({ agent: false, signal }, (answer) => {
      const clock = readingOf(answer.headers.date, sentAt);
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (data: string) => (text += data));
      answer.on('error', reject);
      answer.on('end', () => resolve({ status: answer.statusCode ?? 0, text, clock }));
    });
    sent.on('error', reject).end();
  });
}

/** @throws the error of the connection; an `AbortError` when the deadline has passed. */
export const askHttps = (
  { url, root, ...client }: HttpsQuestion,
  deadlineMs: number,
): Promise<HttpsAnswer> =>
  ask(
    (options, answered) => requestHttps(url, { ca: root, ...client, ...options }, answered),
    deadlineMs,
  );

/** Without encryption, on this machine only. @throws as {@link askHttps} */
export const askHttp = (url: string, deadlineMs: number): Promise<HttpsAnswer> =>
  ask((options, answered) => requestHttp(url, options, answered), deadlineMs);
