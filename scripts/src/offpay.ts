// SPDX-License-Identifier: Apache-2.0
// The command line: `npx offpay …`.
import { runOffpay } from './program';

void runOffpay(process.argv.slice(2));
