// SPDX-License-Identifier: Apache-2.0
// Specs of the project `server` make their databases on the server that was started for it.
process.env['OFFPAY_TEST_DATABASE_SERVER'] = process.env['OFFPAY_TEST_SERVER'];
