// SPDX-License-Identifier: Apache-2.0
// The command line: `npx offpay …`.
import { tellErrorsAsJson } from './output';
import { tellWhileLoading } from './while-loading';

const words = process.argv.slice(2);
tellErrorsAsJson(words.includes('--json'));
tellWhileLoading();
void import('./program.js').then(({ runOffpay }) => runOffpay(words));
