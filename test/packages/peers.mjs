// SPDX-License-Identifier: Apache-2.0
// Run in an empty folder with the packages: reads an order on real peers, and has the ledger refuse a refund.
// Takes what `connect` takes, and the order, as JSON.
import { connect, RefusedError } from '@fabric-offline-pay/sdk';

const { options, order } = JSON.parse(process.argv[2]);
const connection = connect(options);
try {
  console.log((await connection.client.orderNumber.readOrder(order)).state);
  await connection.client.settlement.refund({ ...order, refundId: 'R-1', amount: '999999' });
} catch (error) {
  if (!(error instanceof RefusedError)) throw error;
  console.log(error.code);
} finally {
  connection.close();
}
