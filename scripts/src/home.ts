// SPDX-License-Identifier: Apache-2.0
// Which network a command is about.
import { resolveHome } from '@fabric-offline-pay/operate/clients';
import type { CommonOptions } from './output.js';

export const homeOf = ({ home }: CommonOptions): string => resolveHome(home);
