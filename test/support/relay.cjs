// SPDX-License-Identifier: Apache-2.0
// Carries bytes: node relay.cjs HOST TARGET_HOST TARGET_PORT. Says on which port it listens, and ends with its standard input.
const { connect, createServer } = require('node:net');

const [host, targetHost, targetPort] = process.argv.slice(2);
const server = createServer((near) => {
  const far = connect(Number(targetPort), targetHost);
  for (const [socket, other] of [
    [near, far],
    [far, near],
  ])
    socket.on('error', () => other.destroy()).on('close', () => other.destroy());
  near.pipe(far).pipe(near);
});
server.listen(0, host, () => process.stdout.write(`${server.address().port}\n`));
process.stdin.on('close', () => process.exit()).resume();
