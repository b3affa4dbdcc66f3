// SPDX-License-Identifier: Apache-2.0
// The published packages on each version of Node.js that they are for, as they are built.
import vectors from '../vectors/offline.json';
import { runWith, VERSIONS } from './versions.js';

test.each(VERSIONS)('the packages work on Node.js $version', async ({ version, node }) => {
  const told = await runWith(node, 'packages');
  expect(told.node).toMatch(`v${version.toString()}.`);
  expect(told.answer).toEqual({
    packages: 4,
    objects: vectors.objects.length,
    vouchers: vectors.acceptance.length,
    order: 'released',
    device: true,
  });
});
