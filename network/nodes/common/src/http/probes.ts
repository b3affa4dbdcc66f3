// SPDX-License-Identifier: Apache-2.0
// What every node answers about itself: that it lives, that it can work, its figures, its interface.
import * as z from 'zod';
import { linkStates } from './links.js';
import { file, operations } from './operation.js';

const nothing = z.strictObject({});

/** The server adds the roles: whoever may call anything may call these. */
export const PROBES = operations({
  health: {
    method: 'GET',
    path: '/healthz',
    roles: [],
    summary: 'The process lives.',
    input: nothing,
    output: z.object({ status: z.literal('ok') }),
  },
  ready: {
    method: 'GET',
    path: '/readyz',
    roles: [],
    summary:
      'The node can do its work: what it cannot do without answers. The status is degraded when something else does not.',
    input: nothing,
    output: z.object({ status: z.enum(['ok', 'degraded']), links: linkStates }),
    errors: ['NOT_READY'],
  },
  metrics: {
    method: 'GET',
    path: '/metrics',
    roles: [],
    summary: 'Figures in the text format of Prometheus.',
    input: nothing,
    output: file('text/plain'),
  },
  api: {
    method: 'GET',
    path: '/openapi.json',
    roles: [],
    summary: 'This document.',
    input: nothing,
    output: file('application/json'),
  },
});
