// SPDX-License-Identifier: Apache-2.0
// How many messages were not sent because too many were, for Prometheus.
import type { NodeMetrics } from '@fabric-offline-pay/node-common/node';
import { Counter } from 'prom-client';
import type { Observer } from '../context.js';

const NAME = 'offpay_messages_capped_total';

/** @returns counts each; whoever asks for the same registry counts on the same figure */
export function cappedFigures({
  registry,
}: Pick<NodeMetrics, 'registry'>): Observer['messageCapped'] {
  const counter =
    registry.getSingleMetric(NAME) ??
    new Counter({
      name: NAME,
      help: 'Messages without a code that were not sent, since too many of their kind went to one number.',
      labelNames: ['kind'],
      registers: [registry],
    });
  return ({ kind }) => {
    if (counter instanceof Counter) counter.inc({ kind });
  };
}
