// SPDX-License-Identifier: Apache-2.0
// `node --require`: a compiled test that imports a node's source gets what was compiled from it, which stands in that node's package.
const { registerHooks } = require('node:module');
const { join } = require('node:path');

const NODES = join(__dirname, '..', '..', 'network', 'nodes');
const SOURCE = /(?:^|\/)(common|bank|merchant|logistics)\/src\/(.+\.js)$/;

registerHooks({
  resolve(specifier, context, next) {
    const [, node, file] = (specifier.startsWith('.') && SOURCE.exec(specifier)) || [];
    if (node === undefined) return next(specifier, context);
    return next(join(NODES, node, 'dist', file), context);
  },
});
